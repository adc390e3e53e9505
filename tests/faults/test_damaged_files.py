"""A file that a crash cut off: one sentence names it; without it the next run makes it again."""

import os
import re
import shutil

import pytest

from tests.workflow.project import TINY, snakemake
from tests.workflow.same_results import differences

RESULTS = "results/tiny"
GULP = f"{RESULTS}/gulp/validation"
SHARDS = {
    "tables/too_short_1_frames.csv": f"{RESULTS}/shards/gulp/validation/1-of-1",
    "collated/tsn.h5": f"{RESULTS}/shards/esvs/tsn/2_frames/1-of-1.h5",
    "tables/sampling_error_runs_tsn.csv": f"{RESULTS}/shards/features/small/validation/1-of-1.h5",
}


@pytest.mark.parametrize(
    ("damaged", "to_delete", "reader"),
    [
        (f"{GULP}/data_0.gulp", GULP, "tables/too_short_1_frames.csv"),
        (f"{GULP}/meta_1.gmeta", GULP, "tables/too_short_1_frames.csv"),
        (
            f"{RESULTS}/features/small/validation.h5",
            None,
            "tables/sampling_error_runs_tsn.csv",
        ),
        (f"{RESULTS}/esvs/tsn/2_frames.h5", None, "collated/tsn.h5"),
        (f"{RESULTS}/collated/tsn.h5", None, "tables/performance.csv"),
    ],
)
def test_cut_off_file_is_named_and_made_again(run, tiny_run, damaged, to_delete, reader):
    target = f"{RESULTS}/{reader}"
    (run / target).unlink()
    os.truncate(run / damaged, (run / damaged).stat().st_size // 2)
    sentence = failure(run, target)
    assert damaged in sentence
    assert f"delete {'the directory ' + to_delete if to_delete else 'it'}" in sentence
    assert not (run / target).exists()
    remove(run / (to_delete or damaged))

    # A gathered file may share its bytes with the shard that it came from, which is named then.
    shard = SHARDS.get(reader)
    if shard:
        assert shard in failure(run, target)
        remove(run / shard)
    finished = snakemake(run, *TINY, target=target)
    assert finished.returncode == 0, finished.stderr
    for folder in {(run / damaged).parent, (run / target).parent}:
        assert differences(folder, tiny_run / folder.relative_to(run)) == []


def failure(run, target):
    """The one sentence by which a run for the target fails."""
    failed = snakemake(run, *TINY, target=target)
    assert failed.returncode != 0
    assert "Traceback" not in failed.stderr
    (sentence,) = set(re.findall(r"^error: (.*)", failed.stderr, re.M))
    return sentence


def remove(path):
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()
