"""Fuzz for a while: `python -m tests.fuzz MINUTES [SEED]`.

Goes round all targets, each time with another seed, and prints after every round how many cases
each target took and what came of them. Ends with 1 if any case was read wrongly. What fails is told
in full; a round is repeated with its seed and its size.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

MOST_OUTCOMES = 12
"""Of a target; the others are counted only."""
FOLDER = Path(__file__).parent
SIDE_BY_SIDE = ("-n", "logical", "--maxprocesses", "4", "--dist", "worksteal")


def fuzz(minutes: float, first_seed: int) -> bool:
    """Whether all rounds that begin within so many minutes find nothing."""
    end = time.monotonic() + 60 * minutes
    # Some ten rounds of an hour: starting one takes a while.
    times = max(int(minutes) // 10, 1)
    failed: list[int] = []
    with tempfile.TemporaryDirectory() as folder:
        tally = Path(folder, "tally")
        tally.touch()
        seed = first_seed
        while time.monotonic() < end or seed == first_seed:
            print(f"round with seed {seed}, {times} times the cases of make test", flush=True)
            if run_round(seed, times, tally):
                failed.append(seed)
            print_counts(tally.read_text(), time.monotonic() - end + 60 * minutes)
            seed += 1
    print("found nothing" if not failed else f"FOUND SOMETHING with the seeds {failed}: see above")
    return not failed


def run_round(seed: int, times: int, tally: Path) -> int:
    environment = {"PLAYFAIR_FUZZ": str(times), "PLAYFAIR_FUZZ_TALLY": str(tally)}
    options = ("-q", "--no-header", f"--hypothesis-seed={seed}", *SIDE_BY_SIDE)
    return subprocess.run(
        [sys.executable, "-m", "pytest", FOLDER, *options], env=os.environ | environment
    ).returncode


def print_counts(tally: str, seconds: float) -> None:
    by_target: dict[str, Counter[str]] = {}
    for line in tally.splitlines():
        target, outcome, count = json.loads(line)
        by_target.setdefault(target, Counter())[outcome] += count
    total = sum(counter.total() for counter in by_target.values())
    print(f"\n{total} cases in {seconds / 60:.1f} minutes")
    for target, counter in sorted(by_target.items()):
        print(f"{target}: {counter.total()} cases")
        for outcome, count in counter.most_common(MOST_OUTCOMES):
            print(f"  {count:8d}  {outcome}")
        others = counter.most_common()[MOST_OUTCOMES:]
        if others:
            print(f"  {sum(count for _, count in others):8d}  in {len(others)} other ways")
    print(flush=True)


if __name__ == "__main__":
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else int(time.time())
    sys.exit(not fuzz(float(sys.argv[1]), seed))
