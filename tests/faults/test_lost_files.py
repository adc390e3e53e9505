"""Lost files of directories that rules have made, of which Snakemake sees the directory only."""

import re

from tests.workflow.project import TINY, planned_jobs, snakemake
from tests.workflow.same_results import differences

WEBM = "results/tiny/webm"
FEATURES = "results/tiny/features/small/validation.h5"


def test_a_lost_clip_is_linked_again(run, tiny_run):
    lost = sorted((run / WEBM).glob("*.webm"))[3]
    lost.unlink()
    assert planned_jobs(run) == {"gather_webm": 1, "figures": 1}
    assert planned_jobs(run, target="results/tiny/collated/tsn.h5") == {}
    assert planned_jobs(run, target=WEBM) == {"gather_webm": 1}
    assert snakemake(run, *TINY, target=WEBM).returncode == 0
    assert differences(run / WEBM, tiny_run / WEBM) == []
    assert planned_jobs(run, target=WEBM) == {}


def test_a_clip_lost_from_its_shard_too_is_encoded_again(run, tiny_run):
    lost = sorted((run / WEBM).glob("*.webm"))[3]
    (in_shard,) = (run / "results/tiny/shards/webm").glob(f"*/{lost.name}")
    lost.unlink()
    in_shard.write_bytes(b"cut off")
    assert planned_jobs(run) == {"encode_webm": 1, "gather_webm": 1, "figures": 1}
    finished = snakemake(run, *TINY)
    assert finished.returncode == 0, finished.stderr
    assert differences(run / WEBM, tiny_run / WEBM) == []
    assert planned_jobs(run) == {}


def test_a_lost_chunk_stops_what_reads_it(run):
    """In place of steps that go on with the videos that are left."""
    gulp = run / "results/tiny/shards/gulp/validation/1-of-1"
    chunk = sorted(gulp.glob("data_*.gulp"))[-1]
    chunk.unlink()
    chunk.with_name(chunk.name.replace("data", "meta").replace("gulp", "gmeta")).unlink()
    finished = snakemake(
        run,
        *TINY,
        "--forcerun",
        "extract_features",
        target="results/tiny/features/small/validation.h5",
    )
    assert finished.returncode != 0
    (sentence,) = set(re.findall(r"^error: (.*)", finished.stderr, re.M))
    assert re.search(rf"{chunk.name} is missing: delete the directory \S+ and gulp again", sentence)
    assert "Traceback" not in finished.stderr
