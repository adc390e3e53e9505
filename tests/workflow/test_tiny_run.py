"""The whole workflow on a handful of clips: every rule runs and leaves what the design names."""

import re
import zipfile
from collections import Counter
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pytest

import playfair
from playfair.data.video.gulp import GulpReader
from playfair.data.video.video_files import decode_video
from tests.workflow.project import (
    OF_CLIP_NETWORKS,
    OF_FURTHER_METHODS,
    OF_OTHER_DATASETS,
    OF_THE_DASHBOARD,
    ON_REQUEST,
    TINY,
    copy_run,
    scripts_of_rules,
    snakemake,
)

RESULTS = "results/tiny"


def rules_in_the_workflow():
    rules = scripts_of_rules().keys()
    others = OF_OTHER_DATASETS | OF_FURTHER_METHODS | OF_CLIP_NETWORKS | OF_THE_DASHBOARD
    others |= ON_REQUEST
    assert rules >= others
    return rules - others


def test_every_rule_runs(tiny_run):
    ran = set(re.findall(r"^(?:local)?rule (\w+):", (tiny_run / "run.log").read_text(), re.M))
    assert ran == rules_in_the_workflow()


def test_files_have_the_names_of_the_design(tiny_run):
    expected = [
        "datasets/tiny/train.json",
        "datasets/tiny/validation.json",
        "datasets/tiny/labels.json",
        "datasets/tiny/ground_truth.csv",
        f"{RESULTS}/gulp/train/data_0.gulp",
        f"{RESULTS}/gulp/validation/meta_0.gmeta",
        f"{RESULTS}/tables/gulp_failed_train.csv",
        f"{RESULTS}/class_priors.csv",
        f"{RESULTS}/checkpoints/small/backbone.pt",
        f"{RESULTS}/features/small/train.h5",
        f"{RESULTS}/features/small/validation.h5",
        f"{RESULTS}/checkpoints/tsn/head.pt",
        f"{RESULTS}/tables/too_short_3_frames.csv",
        f"{RESULTS}/collated/trn.h5",
        f"{RESULTS}/collated/tsn.h5",
        f"{RESULTS}/plots/filmstrips.png",
        f"{RESULTS}/tables/filmstrips.csv",
        "results/figures/filmstrips.png",
        "results/figures/filmstrips.pdf",
        "results/figures/index.html",
    ]
    expected += [f"{RESULTS}/checkpoints/trn/head_{scale}_frames.pt" for scale in (1, 2, 3)]
    for model in ("trn", "tsn"):
        expected += [f"{RESULTS}/esvs/{model}/{n}_frames.h5" for n in (1, 2, 3)]
    missing = [path for path in expected if not (tiny_run / path).is_file()]
    assert not missing


def test_gallery_finds_everything_that_it_shows(tiny_run):
    gallery = tiny_run / "results/figures"
    shown = re.findall(
        r' (?:src|poster)="([^"]+)"', (gallery / "index.html").read_text(encoding="utf-8")
    )
    examples = pd.read_csv(gallery / "filmstrips.csv", dtype={"uid": str})["uid"]
    for suffix in ("webm", "jpg"):
        assert {f"clips/{uid}.{suffix}" for uid in examples} <= set(shown)
    assert not [path for path in shown if not (gallery / path).is_file()]


@pytest.mark.parametrize("model", ["trn", "tsn"])
def test_esvs_account_for_every_score(tiny_run, model):
    collated = playfair.load(tiny_run / RESULTS / "collated" / f"{model}.h5")
    assert list(collated) == [1, 2, 3]
    for table in collated.values():
        assert len(table.uid) == 24
        accounted = table.prior + table.esv.sum(axis=1)
        np.testing.assert_allclose(accounted, table.scores, atol=1e-5)
        np.testing.assert_allclose(table.scores.sum(axis=1), 1, atol=1e-5)
        assert np.abs(table.esv).max() > 1e-3


def test_esv_file_says_how_it_was_made(tiny_run):
    with h5py.File(tiny_run / RESULTS / "esvs/trn/2_frames.h5") as file:
        attributes = dict(file.attrs)
    assert attributes["dataset"] == "tiny"
    assert attributes["model"] == "trn"
    assert attributes["n_frames"] == 2
    assert attributes["method"] == "exact"
    assert attributes["playfair_version"] == playfair.__version__
    assert len(attributes["checkpoint_hash"]) == 3
    assert {"seed", "config_hash", "backbone_checkpoint_hash"} <= attributes.keys()


def test_frames_that_keep_predictions_are_listed(tiny_run):
    listed = pd.read_csv(tiny_run / RESULTS / "tables/sufficient_frames.csv", dtype={"uid": str})
    assert list(listed.columns) == ["uid", "model", "n_frames", "frame_idx"]
    sizes = pd.read_csv(tiny_run / RESULTS / "tables/frame_sets.csv")
    assert len(sizes) == 2 * 3 * 24
    assert len(listed) == sizes["keep"].sum()
    table = playfair.load(tiny_run / RESULTS / "collated/trn.h5")[3]
    of_trn = listed[(listed["model"] == "trn") & (listed["n_frames"] == 3)].groupby("uid")
    for uid, frames, kept in zip(table.uid, table.frame_idx, table.sufficient_frames, strict=True):
        assert of_trn["frame_idx"].get_group(uid).tolist() == frames[kept].tolist()


def test_priors_are_the_class_frequencies(tiny_run):
    priors = pd.read_csv(tiny_run / RESULTS / "class_priors.csv")
    assert list(priors.columns) == ["class", "prior"]
    assert priors["prior"].sum() == pytest.approx(1)
    classes = GulpReader(tiny_run / RESULTS / "gulp/train").labels.values()
    assert len(priors) > max(classes)
    counted = np.bincount(list(classes), minlength=len(priors)) / len(classes)
    np.testing.assert_allclose(priors["prior"], counted)


def test_every_validation_clip_can_be_watched(tiny_run):
    reader = GulpReader(tiny_run / RESULTS / "gulp/validation")
    clips = sorted(path.stem for path in (tiny_run / RESULTS / "webm").glob("*.webm"))
    assert clips == reader.uids
    uid = clips[0]
    clip = decode_video(tiny_run / RESULTS / f"webm/{uid}.webm", fps=8.0)
    assert len(clip) == reader.lengths[uid]


def test_logs_and_benchmarks_of_every_rule_are_there(tiny_run):
    for folder in ("logs", "benchmarks"):
        found = {
            path.relative_to(tiny_run / root / folder).parts[0].split(".")[0]
            for root in (RESULTS, "results")
            for path in (tiny_run / root / folder).rglob("*.*")
        }
        assert found == rules_in_the_workflow()
    for log in (tiny_run / RESULTS / "logs").rglob("*.log"):
        assert all(c.isprintable() or c == "\n" for c in log.read_text()), log


def test_the_dashboard_is_written_as_files(tiny_run, tmp_path):
    run = copy_run(tiny_run, tmp_path / "project")
    written = snakemake(run, *TINY, "--config", "dashboard={clips: 2}", target="results/dashboard")
    assert written.returncode == 0, written.stderr
    files = {path.suffix for path in (run / "results/dashboard").rglob("*.*")}
    assert files >= {".html", ".js", ".css", ".webm"}


def test_report_shows_figures_by_category_clips_of_filmstrips_and_a_front_page(tiny_run):
    report = snakemake(tiny_run, *TINY, "--report", "report.zip", target="")
    assert report.returncode == 0, report.stderr
    assert (tiny_run / "report.zip").stat().st_size > 100_000
    with zipfile.ZipFile(tiny_run / "report.zip") as archive:
        names = archive.namelist()
        (front,) = [archive.read(name) for name in names if name.endswith("report.html")]
        suffixes = Counter(Path(name).suffix for name in names)
    figures = len(list((tiny_run / RESULTS / "plots").glob("*.png")))
    assert suffixes[".png"] == figures
    # Of the filmstrips only.
    examples = pd.read_csv(tiny_run / "results/figures/filmstrips.csv", dtype={"uid": str})["uid"]
    assert suffixes[".webm"] == examples.nunique() < 24
    assert b"Data set tiny; models: trn, tsn." in front


@pytest.mark.parametrize(
    ("options", "parts"),
    [
        (["gulp={fsp: 3}"], ["gulp.fsp", "'fps'"]),
        (["nframes=[3]"], ["nframes", "'n_frames'"]),
        (["n_frames=[0]"], ["n_frames.0", "'0'", "greater than or equal to 1"]),
        (["models=[trm]"], ["'trm'", "tsn"]),
        (["dataset=nowhere"], ["'nowhere'", "synthetic"]),
    ],
)
def test_bad_option_stops_with_one_sentence(tiny_run, options, parts):
    run = snakemake(tiny_run, *TINY, "--config", *options)
    assert run.returncode != 0
    sentences = [line for line in run.stderr.splitlines() if line.startswith("error: config key")]
    assert len(sentences) == 1
    for part in parts:
        assert part in sentences[0]
    assert "Traceback" not in run.stderr
    assert "rule " not in run.stderr
