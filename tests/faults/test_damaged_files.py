"""A file that was cut off, changed or lost: one sentence names it, and the next run makes it."""

import os
import re
import shutil

import h5py
import pytest

from tests.workflow.project import TINY, snakemake
from tests.workflow.same_results import differences

RESULTS = "results/tiny"


def cut_off(path):
    os.truncate(path, path.stat().st_size // 2)


def change_bytes(path):
    """Change one byte in every chunk of the values, since not all are read by every step."""
    with h5py.File(path) as file:
        name = next(name for name in ("features", "esv", "2/esv") if name in file)
        column = file[name].id
        chunks = [column.get_chunk_info(chunk) for chunk in range(column.get_num_chunks())]
    with path.open("r+b") as file:
        for chunk in chunks:
            file.seek(chunk.byte_offset)
            byte = file.read(1)[0]
            file.seek(chunk.byte_offset)
            file.write(bytes([byte ^ 1]))


def lose_with_its_meta(path):
    path.unlink()
    path.with_name(path.name.replace("data", "meta").replace("gulp", "gmeta")).unlink()


@pytest.mark.parametrize(
    ("damage", "damaged", "reader"),
    [
        (cut_off, "gulp/validation/data_0.gulp", "tables/too_short_1_frames.csv"),
        (cut_off, "gulp/validation/meta_1.gmeta", "tables/too_short_1_frames.csv"),
        (lose_with_its_meta, "gulp/validation/data_1.gulp", "tables/too_short_1_frames.csv"),
        (cut_off, "features/small/validation.h5", "tables/sampling_error_runs_tsn.csv"),
        (change_bytes, "features/small/validation.h5", "tables/sampling_error_runs_tsn.csv"),
        (cut_off, "esvs/tsn/2_frames.h5", "collated/tsn.h5"),
        (change_bytes, "esvs/tsn/2_frames.h5", "collated/tsn.h5"),
        (cut_off, "collated/tsn.h5", "tables/performance.csv"),
        (change_bytes, "collated/tsn.h5", "tables/performance.csv"),
    ],
)
def test_damaged_file_is_named_and_made_again(run, tiny_run, damage, damaged, reader):
    damaged, target = f"{RESULTS}/{damaged}", f"{RESULTS}/{reader}"
    (run / target).unlink()
    names = same_bytes(run, damaged)
    damage(run / damaged)
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
