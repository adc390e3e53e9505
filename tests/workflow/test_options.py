"""Options that the default run does not take: what a run with them leaves."""

import h5py
import numpy as np
import pandas as pd
import pytest

import playfair
from playfair.cli import main
from playfair.data.clips.frame_sampling import sample_frame_idx
from playfair.data.stores.feature_store import FeatureStore
from playfair.data.video.gulp import GulpReader
from tests.workflow.project import TINY, copy_run, snakemake

RESULTS = "results/tiny"


def test_mean_outputs_snippets_and_chosen_clips(tiny_run, tmp_path, capsys):
    run = copy_run(tiny_run, tmp_path / "project")
    results = run / RESULTS
    uids = GulpReader(results / "gulp/validation").uids[:3]
    (run / "chosen.csv").write_text("uid\n" + "\n".join(uids[:2]) + "\n")
    options = ["prior=mean_output", "n_frames=[2]", "snippet_length=2", "frame_step=3"]
    options += ["models=[tsn]", "webm={uids: chosen.csv}", "all_frames={budget: 256}"]
    options += ["figures={minimal_sets: {every_frame_videos: 2}}"]
    target = f"{RESULTS}/collated/tsn.h5 {RESULTS}/webm {RESULTS}/frames"
    target += f" {RESULTS}/tables/minimal_sets.csv"
    done = snakemake(run, *TINY, "--config", *options, target=target)
    assert done.returncode == 0, done.stdout + done.stderr

    assert {path.stem for path in (results / "webm").glob("*.webm")} == set(uids[:2])
    assert sorted(path.name for path in (results / "frames").glob("[!.]*")) == sorted(uids[:2])
    priors = pd.read_csv(results / "priors/tsn.csv")
    assert priors["prior"].sum() == pytest.approx(1)
    table = playfair.load(results / "collated/tsn.h5")[2]
    np.testing.assert_allclose(table.prior, priors["prior"], atol=1e-6)
    np.testing.assert_allclose(table.prior + table.esv.sum(axis=1), table.scores, atol=1e-5)
    sampling = "integers in snippets of 2 by 3"
    for length, frame_idx in zip(table.sequence_length, table.frame_idx, strict=True):
        assert frame_idx.tolist() == sample_frame_idx(length, 2, sampling).tolist()
    with h5py.File(results / "esvs/tsn/2_frames.h5") as file:
        assert (file.attrs["prior"], file.attrs["frame_sampling"]) == ("mean_output", sampling)

    bounds = pd.read_csv(results / "tables/frame_set_bounds_tsn.csv", dtype=str)
    assert bounds["frame_idx"].str.split().str.len().tolist() == [*map(int, bounds["keep_at_most"])]
    assert len(bounds) == 2
    drawn = pd.read_csv(results / "tables/minimal_sets.csv").query("n_frames == 'all'")
    assert drawn["measure"].tolist() == ["keep_at_most", "must_go_at_most"]

    with FeatureStore(results / "features/small/validation.h5") as store:
        row = list(store.uid).index(uids[0])
        np.save(run / f"{uids[0]}.npy", store.features(row))
    arguments = [str(run / f"{uids[0]}.npy"), "--run", str(results), "--json"]
    assert main(["explain", *arguments, "--output", str(run / "strip.png")]) == 0
    printed = capsys.readouterr().out
    assert '"prior": "mean_output"' in printed
    assert f'"frame_idx": {table.frame_idx[list(table.uid).index(uids[0])].tolist()}' in printed
