"""Writes down what the cases of a session came to, for `make fuzz`."""

import json
import os

import pytest

from tests.fuzz.targets import counts


def pytest_sessionfinish(session: pytest.Session) -> None:
    if tally := os.environ.get("PLAYFAIR_FUZZ_TALLY"):
        with open(tally, "a") as file:
            file.writelines(json.dumps([*key, count]) + "\n" for key, count in counts.items())
