"""What makes drawing fast, for tests that draw every figure several times."""

from collections.abc import Iterator
from functools import cache

import pytest
from matplotlib.font_manager import fontManager


@pytest.fixture(autouse=True, scope="session")
def every_font_is_looked_up_once() -> Iterator[None]:
    """matplotlib looks up every family for every text: a sixth of the time of these tests."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(fontManager, "findfont", cache(fontManager.findfont))
        yield
