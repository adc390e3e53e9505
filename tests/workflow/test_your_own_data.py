"""docs/your-own.md: its commands, as they are written there, on files such as it describes."""

import csv

import h5py
import numpy as np
import pandas as pd
import pytest
from PIL import Image

import playfair
from playfair.dashboard.shown_results import ShownResults
from playfair.data.stores.feature_store import FeatureStore, write_features
from playfair.data.video.gulp import GulpReader
from tests.shared_runs import made_once
from tests.unit.data.containers import write_video
from tests.unit.data.drawn_clips import moving_bar
from tests.workflow.pages import run_section
from tests.workflow.project import copy_project, copy_run, sample_little

PAGE = "docs/your-own.md"
FEATURE_DIM = 32


def test_videos_become_figures(custom_run):
    gallery = (custom_run / "results/figures/index.html").read_text(encoding="utf-8")
    assert "mine" in gallery
    assert "filmstrips.png" in gallery


def test_one_clip_is_explained(custom_run, tmp_path):
    project = copy_run(custom_run, tmp_path / "project")
    printed = run_section(project, PAGE, "One clip at a time")
    assert "datasets/mine/videos/phone/portrait.mp4: 12 frames at 8 frames per second" in printed
    assert '"Moving left" by TSN on 3 frames' in printed
    for name in ("portrait_esv.png", "left.png"):
        with Image.open(project / name) as picture:
            assert picture.size[0] > 1000


def write_own_features(folder):
    """Arrays for training, one of them broken; a feature file of validation clips, no labels."""
    generator = np.random.default_rng(0)
    directions = 3 * generator.normal(size=(2, FEATURE_DIM))

    def clip(number, n_frames):
        noise = generator.normal(size=(n_frames, FEATURE_DIM))
        return (noise + directions[number % 2]).astype(np.float32)

    (folder / "train").mkdir(parents=True)
    rows = [(f"clip{number:02d}", ("left", "right")[number % 2]) for number in range(30)]
    for number, (uid, _) in enumerate(rows):
        name = folder / "train" / uid
        save = np.save if number % 3 else np.savez_compressed
        save(name, clip(number, 18 + number % 5))
    (folder / "train/clip07.npy").write_bytes(b"not an array")
    with open(folder / "train.csv", "w", newline="") as file:
        csv.writer(file).writerows([("uid", "label"), *rows])
    videos = [clip(number, 17 + number) for number in range(6)]
    uids = [f"new{number}" for number in range(6)]
    with write_features(
        folder / "validation.h5", uids, [-1] * 6, [len(v) for v in videos], FEATURE_DIM, {}
    ) as writer:
        for features in videos:
            writer.append(features)
    (folder / "validation.csv").write_text("uid\n" + "\n".join(uids) + "\n")
    np.save(folder / "one.npy", videos[0])


def write_their_videos(folder):
    """Videos of the validation clips, of which one has too few frames."""
    folder.mkdir()
    for number in range(6):
        length = 5 if number == 2 else 17 + number
        write_video(folder / f"new{number}.mp4", moving_bar(length), fps=8)


@pytest.fixture(scope="module")
def features_run(tmp_path_factory):

    def make(folder):
        sample_little(copy_project(folder))
        write_own_features(folder / "datasets/my_features")
        run_section(folder, PAGE, "Your own features")

    return made_once(tmp_path_factory, "features", make)


def test_features_are_imported_and_what_is_broken_is_listed(features_run):
    results = features_run / "results/my_features"
    with FeatureStore(results / "features/my_extractor/train.h5") as store:
        assert len(store) == 29
        assert "clip07" not in store.uid
    failed = pd.read_csv(results / "tables/import_failed_my_extractor_train.csv")
    assert failed["uid"].tolist() == ["clip07"]
    assert "no array that can be read safely" in failed["reason"][0]
    assert pd.read_csv(results / "tables/import_failed_my_extractor_validation.csv").empty
    assert not (results / "gulp").exists()
    assert not (results / "webm").exists()


def test_features_are_shown_with_the_pictures_of_their_videos(features_run, tmp_path):
    project = copy_run(features_run, tmp_path / "project")
    write_their_videos(project / "datasets/my_features/videos")
    printed = run_section(project, PAGE, "Videos of your own features")
    assert "one.npy: 17 frames at 8 frames per second" in printed
    results = project / "results/my_features"
    failed = pd.read_csv(results / "tables/gulp_failed_validation.csv")
    assert failed["uid"].tolist() == ["new2"]
    assert "5 frames at 8 frames per second, but 19 features" in failed["reason"][0]
    reader = GulpReader(results / "gulp/validation")
    with FeatureStore(results / "features/my_extractor/validation.h5") as store:
        known = dict(zip(store.uid, store.sequence_length, strict=True))
    assert reader.lengths == {uid: known[uid] for uid in known if uid != "new2"}
    assert {path.stem for path in (results / "webm").glob("*.webm")} == set(reader.uids)
    text = (project / "results/figures/index.html").read_text(encoding="utf-8")
    assert "<video" in text
    assert "Clips without pictures: 1." in text
    shown = ShownResults(results)
    assert [shown.has_frames(uid) for uid in ("new1", "new2")] == [True, False]
    assert shown.fps("new1") == 8


@pytest.mark.parametrize("model", ["trn", "tsn"])
def test_esvs_of_imported_features_account_for_every_score(features_run, model):
    collated = playfair.load(features_run / f"results/my_features/collated/{model}.h5")
    for table in collated.values():
        assert set(table.label) == {-1}
        np.testing.assert_allclose(table.prior + table.esv.sum(axis=1), table.scores, atol=1e-5)


def test_a_model_learns_what_the_imported_features_say(features_run):
    """Clips of even and of odd numbers are of the two classes, and easily told apart."""
    table = playfair.load(features_run / "results/my_features/collated/trn.h5")[4]
    assert table.uid.tolist() == [f"new{number}" for number in range(6)]
    assert table.predicted.tolist() == [0, 1, 0, 1, 0, 1]


def test_without_any_label_everything_is_about_the_predicted_class(features_run):
    tables = features_run / "results/my_features/tables"
    assert set(pd.read_csv(tables / "filmstrips.csv")["outcome"]) == {"unlabelled"}
    for name in ("esv_by_position", "class_by_position"):
        table = pd.read_csv(tables / f"{name}.csv")
        assert (table["video_count"] == table["unlabelled_count"]).all()
    assert set(pd.read_csv(tables / "performance.csv")["video_count"]) == {0}
    assert pd.read_csv(tables / "sampling_error_runs_trn.csv")["video"].nunique() > 1


def test_figures_are_drawn_without_pictures(features_run):
    gallery = features_run / "results/figures"
    text = (gallery / "index.html").read_text(encoding="utf-8")
    for figure in ("filmstrips", "every_frame", "esv_by_position", "training_curves"):
        assert f"{figure}.png" in text
        assert (gallery / f"{figure}.png").is_file()
    assert "<video" not in text
    assert "Clips that could not be read: 1 of train." in text
    with h5py.File(features_run / "results/my_features/esvs/trn/4_frames.h5") as file:
        assert file.attrs["backbone_checkpoint_hash"] == ""
