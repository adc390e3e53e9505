"""The page of what is said of bad input: whole, and of cases that tests provoke."""

import json
import re
from pathlib import Path

import pytest

from docs.errors import GROUPS, JOB_ENDS, PAGE, Refusal, page, rows
from playfair.errors import InputError

PROJECT = Path(__file__).parents[2]


def cells(row):
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]]


CASES = [cells(row) for row in sorted(rows()) if not row.startswith(("| given |", "| --- |"))]


def test_the_page_has_at_least_sixty_cases_and_some_of_each_group():
    assert len(CASES) >= 60
    parts = PAGE.read_text(encoding="utf-8").split("\n## ")[1:]
    assert [part.partition("\n")[0] for part in parts] == list(GROUPS)
    for part in parts:
        assert part.count("\n| ") > 2 + 2, part


def test_every_case_stands_in_a_test():
    """A row whose test is gone would stay: the other rows are compared by their own tests."""
    sources = "".join(path.read_text(encoding="utf-8") for path in PROJECT.glob("tests/**/*.py"))
    gone = [case for case, _, _ in CASES if f'"{case}"' not in sources]
    assert gone == []


def test_no_case_names_a_place_of_this_machine():
    for _, sentence, _ in CASES:
        assert not re.search(r"/tmp/|/home/|/root/|pytest-", sentence), sentence


def test_a_sentence_that_the_page_has_otherwise_fails_its_test(refused, request):
    if request.config.getoption("--record-refusals"):
        return
    with pytest.raises(AssertionError, match="does not have this row"):
        refused("Configuration", InputError("another sentence"), "a misspelt option")
    with pytest.raises(AssertionError):
        refused("Configuration", InputError("two\nlines"), "a misspelt option")


def test_rows_are_the_same_whatever_the_order_of_tests():
    refusals = [Refusal("Videos", case, f"of `{case}|`", JOB_ENDS) for case in ("b", "a", "B")]
    assert page(refusals) == page(refusals[::-1] + refusals)
    assert "| a | `` of `a\\|` `` |" in page(refusals)
    assert Refusal(*json.loads(json.dumps(refusals[0]))) == refusals[0]
