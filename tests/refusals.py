"""The fixture `refused`: what is said of bad input is as `docs/errors.md` has it."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from docs.errors import GROUPS, OPTION, Refusal, rows

PROJECT = Path(__file__).parents[1]
_PAGE: set[str] = set()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(OPTION, metavar="FILE", help="run the tests of refusals, and record them")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption(OPTION):
        items[:] = [item for item in items if "refused" in getattr(item, "fixturenames", ())]


@pytest.fixture
def refused(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., None]:
    """A function that takes the group, what was said, and perhaps the case and the rest.

    The case is the id of the test's parameters where it is not given; `docs.errors.GROUPS` says
    what happens to the rest of the run where a case does not. has_sizes: the sentence has numbers
    that an encoder or a compression made, which the page leaves out.
    """

    def take(
        group: str,
        said: object,
        case: str | None = None,
        rest: str | None = None,
        has_sizes: bool = False,
    ) -> None:
        sentence = _without_places(str(said), tmp_path_factory.getbasetemp())
        if has_sizes:
            sentence = re.sub(r"\d[\d.]+", "N", sentence)
        assert "\n" not in sentence, sentence
        case = case or request.node.callspec.id
        refusal = Refusal(group, case, sentence, rest or GROUPS[group])
        if record := request.config.getoption(OPTION):
            with open(record, "a", encoding="utf-8") as file:
                file.write(json.dumps(refusal) + "\n")
        else:
            _PAGE.update(_PAGE or rows())
            assert refusal.line() in _PAGE, (
                "docs/errors.md does not have this row: run `python -m docs.errors`"
            )

    return take


def _without_places(sentence: str, base: Path) -> str:
    """A sentence without the folders of this machine and test."""
    sentence = re.sub(rf"{re.escape(str(base))}/[^/\s'\":,]+/?", "", sentence)
    return sentence.replace(f"{PROJECT}/", "").replace("error: ", "", 1).strip()
