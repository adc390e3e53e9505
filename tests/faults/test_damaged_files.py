"""A file that a crash cut off: one sentence names it; without it the next run makes it again."""

import os
import re
import shutil

import pytest

from tests.workflow.project import TINY, snakemake
from tests.workflow.same_results import differences

RESULTS = "results/tiny"
GULP = f"{RESULTS}/gulp/validation"


@pytest.mark.parametrize(
    ("damaged", "to_delete", "reader"),
    [
        (f"{GULP}/data_0.gulp", GULP, "tables/too_short_1_frames.csv"),
        (f"{GULP}/meta_1.gmeta", GULP, "tables/too_short_1_frames.csv"),
        (f"{RESULTS}/features/small/validation.h5", None, "esvs/tsn/1_frames.h5"),
        (f"{RESULTS}/esvs/tsn/2_frames.h5", None, "collated/tsn.h5"),
        (f"{RESULTS}/collated/tsn.h5", None, "tables/performance.csv"),
    ],
)
def test_cut_off_file_is_named_and_made_again(run, tiny_run, damaged, to_delete, reader):
    target = f"{RESULTS}/{reader}"
    (run / target).unlink()
    os.truncate(run / damaged, (run / damaged).stat().st_size // 2)
    failed = snakemake(run, *TINY, target=target)
    assert failed.returncode != 0
    sentences = set(re.findall(r"^error: (.*)", failed.stderr, re.M))
    assert len(sentences) == 1, failed.stderr
    (sentence,) = sentences
    assert damaged in sentence
    assert f"delete {'the directory ' + to_delete if to_delete else 'it'}" in sentence
    assert "Traceback" not in failed.stderr
    assert not (run / target).exists()

    if to_delete:
        shutil.rmtree(run / to_delete)
    else:
        (run / damaged).unlink()
    finished = snakemake(run, *TINY, target=target)
    assert finished.returncode == 0, finished.stderr
    for folder in {(run / damaged).parent, (run / target).parent}:
        assert differences(folder, tiny_run / folder.relative_to(run)) == []
