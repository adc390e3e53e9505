"""No test has a time limit of its own, or waits by the clock."""

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
CLOCK = re.compile(r"timeout=|\btime\.(time|monotonic|perf_counter|sleep)\b")
# One is where the limit is; one tells a server that says nothing from others by the clock; one goes
# on for as long as it is asked to.
BY_THE_CLOCK = {"commands.py", "unit/data/test_download.py", "fuzz/__main__.py"}


def test_tests_look_at_a_clock_in_one_place():
    sources = {path: path.read_text() for path in TESTS.rglob("*.py") if path != Path(__file__)}
    found = {str(path.relative_to(TESTS)) for path in sources if CLOCK.search(sources[path])}
    assert found == BY_THE_CLOCK
