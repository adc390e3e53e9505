"""A file that a crash cut off: one sentence names it; without it the next run makes it again."""

import os
import re
import shutil

import pytest

from tests.workflow.project import TINY, snakemake
from tests.workflow.same_results import differences

RESULTS = "results/tiny"


@pytest.mark.parametrize(
    ("damaged", "reader"),
    [
        ("gulp/validation/data_0.gulp", "tables/too_short_1_frames.csv"),
        ("gulp/validation/meta_1.gmeta", "tables/too_short_1_frames.csv"),
        ("features/small/validation.h5", "tables/sampling_error_runs_tsn.csv"),
        ("esvs/tsn/2_frames.h5", "collated/tsn.h5"),
        ("collated/tsn.h5", "tables/performance.csv"),
    ],
)
def test_cut_off_file_is_named_and_made_again(run, tiny_run, damaged, reader):
    damaged, target = f"{RESULTS}/{damaged}", f"{RESULTS}/{reader}"
    (run / target).unlink()
    names = same_bytes(run, damaged)
    os.truncate(run / damaged, (run / damaged).stat().st_size // 2)
    deleted = []
    # A gathered file may share its bytes with the shard that it came from: both are named in turn.
    while (finished := snakemake(run, *TINY, target=target)).returncode != 0:
        assert len(deleted) < 2, finished.stderr
        assert "Traceback" not in finished.stderr
        assert not (run / target).exists()
        (sentence,) = set(re.findall(r"^error: (.*)", finished.stderr, re.M))
        assert any(name in sentence for name in names), sentence
        path = re.search(r"delete the directory (\S+)|^(\S+) .*: delete it", sentence)
        deleted.append(path[1] or path[2])
        remove(run / deleted[-1])
    assert deleted
    for folder in {(run / damaged).parent, (run / target).parent}:
        assert differences(folder, tiny_run / folder.relative_to(run)) == []


def same_bytes(run, path):
    """The names of a file, relative to the run: more than one where it was gathered by a link."""
    number = (run / path).stat().st_ino
    found = (other for other in (run / RESULTS).rglob("*.*") if other.stat().st_ino == number)
    return [str(other.relative_to(run)) for other in found]


def remove(path):
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()
