"""The dashboard: a read-only API over the results of a data set, and a page that reads it.

The page is `static/`, built from `page/` by esbuild; what needs torch loads with the first table.
"""

from typing import TYPE_CHECKING

from playfair.lazy import loading_on_use

if TYPE_CHECKING:
    from playfair.dashboard.app import create_app

__all__ = ["create_app"]

__getattr__, __dir__ = loading_on_use(__name__, {"create_app": "playfair.dashboard.app"})
