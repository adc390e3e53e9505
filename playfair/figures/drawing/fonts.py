"""Fonts for every script that names are written in, and text that is text, never a formula."""

from dataclasses import replace
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.font_manager import fontManager

LETTERS = "DejaVu Sans"
"""What has the Latin, Greek and Cyrillic letters, and signs such as ✓; matplotlib brings it."""
_FILES = (
    ("notojp_matplotlib", "fonts/*.otf"),
    ("manimgx_fonts", "NotoSans[A-Z]*.ttf"),
    ("manimgx_fonts", "NotoEmoji*.ttf"),
)
"""Packages and their fonts: Chinese, Japanese and Korean; other scripts; pictures."""
_REGULAR, _BOLD = 400, 700


@cache
def fallback_families() -> tuple[str, ...]:
    """Families of fonts for what `LETTERS` lacks, made known to matplotlib.

    They come with packages of the lock, so that figures look alike on every machine; where one is
    not installed, its characters are boxes. Each has one weight, which stands for bold, too.
    """
    families = []
    for package, pattern in _FILES:
        # Found, not imported: packages of fonts change matplotlib's settings on import.
        found = find_spec(package)
        for folder in (found.submodule_search_locations or []) if found else []:
            for path in sorted(Path(folder).glob(pattern)):
                fontManager.addfont(path)
                regular = replace(fontManager.ttflist[-1], weight=_REGULAR)
                fontManager.ttflist[-1] = regular
                fontManager.ttflist.append(replace(regular, weight=_BOLD))
                families.append(regular.name)
    return tuple(families)


def text_as_text(*families: str) -> Any:
    """rcParams under which text is drawn as it is written: a "$" begins no formula.

    Args:
        families: to take letters from, by default those that are set.
    """
    chosen = families or tuple(matplotlib.rcParams["font.family"])
    return {"text.parse_math": False, "font.family": [*chosen, *fallback_families()]}
