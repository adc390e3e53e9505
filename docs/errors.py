"""Writes `docs/errors.md`: what is said of bad input, as the tests that provoke it recorded it.

python -m docs.errors    run these tests and write the page

A test asks for the fixture `refused` and gives it the sentence. Without this command the fixture
compares: a sentence that the page does not have, or has otherwise, fails its test.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

PROJECT = Path(__file__).parents[1]
PAGE = PROJECT / "docs/errors.md"
OPTION = "--record-refusals"

NOTHING_RUNS = "nothing runs, nor does a dry run"
JOB_ENDS = "the job ends without outputs; jobs that run beside it finish, and no other begins"
CLIP_LEFT_OUT = (
    "the clip is a row in the table of failures and the run goes on, unless more than "
    "`max_failed_share` fail"
)
COMMAND_ENDS = "the command ends with exit code 2 and writes no file"

GROUPS = {
    "Configuration": NOTHING_RUNS,
    "Lists and tables": JOB_ENDS,
    "Videos": CLIP_LEFT_OUT,
    "Features and arrays": CLIP_LEFT_OUT,
    "Checkpoints and exported models": JOB_ENDS,
    "Networks of whole clips": JOB_ENDS,
    "Results folders": JOB_ENDS,
    "The command explain": COMMAND_ENDS,
}
"""The groups of the page, and what happens to the rest of the run where no case says otherwise."""

HEADER = """\
# What is said of bad input

Every case is one sentence, which names the file, key or uid, what was found and what was expected.
A job's sentence stands in its log, too, which Snakemake shows where jobs run elsewhere. Written by
`python -m docs.errors` from the tests that provoke the cases.

A configuration is looked at before anything runs; `python -m playfair.config_files mine.yaml` does
only that. Of a file that is no YAML at all and was given with `--configfile` Snakemake itself says
so, without its name, before it reads the workflow: this command names the file and the line.
"""


class Refusal(NamedTuple):
    """A case of bad input: its group, what is given, what is said, what happens to the rest."""

    group: str
    case: str
    sentence: str
    rest: str

    def line(self) -> str:
        """Its row on the page."""
        fence = "``" if "`" in self.sentence else "`"
        space = " " if fence == "``" else ""
        cells = (self.case, f"{fence}{space}{self.sentence}{space}{fence}", self.rest)
        return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def page(refusals: list[Refusal]) -> str:
    """The whole page, groups in their order and cases by name."""
    parts = [HEADER]
    for group in GROUPS:
        rows = {one.line() for one in refusals if one.group == group}
        parts.append(f"\n## {group}\n\n| given | said | the rest |\n| --- | --- | --- |\n")
        parts += [f"{row}\n" for row in sorted(rows, key=lambda row: (row.casefold(), row))]
    return "".join(parts)


def rows() -> set[str]:
    """The rows that the page has."""
    text = PAGE.read_text(encoding="utf-8") if PAGE.is_file() else ""
    return {line for line in text.splitlines() if line.startswith("| ")}


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        record = Path(folder, "refusals.jsonl")
        tests = [sys.executable, "-m", "pytest", "-q", f"{OPTION}={record}", "tests"]
        if subprocess.run(tests, cwd=PROJECT, check=False).returncode:
            return 1
        lines = record.read_text(encoding="utf-8").splitlines()
    PAGE.write_text(page([Refusal(*json.loads(line)) for line in lines]), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
