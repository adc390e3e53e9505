"""The synthetic data set: its layout, where the evidence lies, and what it must not give away."""

import dataclasses
import json
from collections import Counter

import av
import numpy as np
import pandas as pd
import pytest

from playfair.data.clips.frame_sampling import sample_frame_idx
from playfair.data.clips.labels import class_indices, read_class_names, read_clips
from playfair.data.synthetic.actions import Stage
from playfair.data.synthetic.bodies import Canvas
from playfair.data.synthetic.classes import CLASSES
from playfair.data.synthetic.dataset import (
    RATES,
    SIZES,
    VISIBLE,
    assign_classes,
    make_synthetic_dataset,
    render_clip,
)
from playfair.data.synthetic.scenes import choose_paints, draw_scene
from playfair.data.video.video_files import decode_video, resample
from playfair.errors import InputError

N_TRAIN, N_VALIDATION = 30, 15
REVERSED_PAIRS = [
    (k - 1, k)
    for k, entry in enumerate(CLASSES)
    if entry.backwards and entry.plan is CLASSES[k - 1].plan and not CLASSES[k - 1].backwards
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("datasets") / "synthetic"
    make_synthetic_dataset(path, N_TRAIN, N_VALIDATION, seed=3, workers=1, progress=False)
    return path


@pytest.fixture
def without_action(monkeypatch):
    """The class id of clips in which nothing happens that is evidence."""
    nothing = dataclasses.replace(CLASSES[0], plan=lambda stage, generator: lambda progress: [])
    monkeypatch.setattr("playfair.data.synthetic.dataset.CLASSES", (*CLASSES, nothing))
    return len(CLASSES)


def contents(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def entries(folder, split):
    return json.loads((folder / f"{split}.json").read_text())


def test_the_layout_is_that_of_something_something(folder):
    train, validation = entries(folder, "train"), entries(folder, "validation")
    assert (len(train), len(validation)) == (N_TRAIN, N_VALIDATION)
    for entry in train + validation:
        assert set(entry) == {"id", "label", "template", "placeholders"}
        assert entry["id"].isdigit()
        assert entry["template"].lower().count("[something]") == len(entry["placeholders"])
        assert all(name in entry["label"] for name in entry["placeholders"])
        assert "[" not in entry["label"]
    uids = [entry["id"] for entry in train + validation]
    assert len(set(uids)) == N_TRAIN + N_VALIDATION
    assert sorted(path.name for path in (folder / "videos").iterdir()) == sorted(
        f"{uid}.webm" for uid in uids
    )


def test_the_labels_are_read_by_the_workflow(folder):
    class_names = read_class_names(folder / "labels.json")
    assert class_names == [entry.name for entry in CLASSES]
    for split in ("train", "validation"):
        labels = class_indices(read_clips(folder / f"{split}.json"), class_names)
        assert (labels >= 0).all()


@pytest.mark.parametrize("split", ["train", "validation"])
def test_classes_are_equally_frequent(folder, split):
    counts = Counter(entry["template"] for entry in entries(folder, split))
    assert len(counts) == len(CLASSES)
    assert max(counts.values()) == min(counts.values())


def test_numbers_of_clips_that_do_not_divide_differ_by_one_at_most():
    assignment = assign_classes(100, 17, seed=0)
    train = Counter(k for _, k in assignment[:100])
    assert set(train.values()) == {6, 7}
    assert len({uid for uid, _ in assignment}) == 117


def test_there_are_enough_classes_and_pairs_that_are_each_others_reverse():
    assert len(CLASSES) >= 12
    assert len(REVERSED_PAIRS) >= 5
    assert len({entry.name for entry in CLASSES}) == len(CLASSES)


@pytest.mark.parametrize("pair", REVERSED_PAIRS)
def test_a_reversed_class_is_the_same_footage_backwards(pair):
    for uid in ("41", "42"):
        forwards, backwards = (render_clip(k, 0, uid) for k in pair)
        np.testing.assert_array_equal(backwards.frames, forwards.frames[::-1])
        np.testing.assert_array_equal(backwards.in_view, forwards.in_view[::-1])
        assert backwards.fps == forwards.fps


@pytest.mark.parametrize("uid", ["7", "8", "9", "10"])
def test_clips_of_all_classes_are_the_same_but_for_the_evidence(uid, without_action):
    bare = render_clip(without_action, 0, uid)
    for class_id, entry in enumerate(CLASSES[:without_action]):
        clip = render_clip(class_id, 0, uid)
        frames, in_view = (
            (clip.frames[::-1], clip.in_view[::-1])
            if entry.backwards
            else (clip.frames, clip.in_view)
        )
        assert clip.fps == bare.fps
        np.testing.assert_array_equal(frames[~in_view], bare.frames[~in_view])
        assert all((frames[in_view] != bare.frames[in_view]).any(axis=(1, 2, 3)))


@pytest.mark.parametrize("class_id", range(len(CLASSES)), ids=[entry.name for entry in CLASSES])
def test_an_action_is_in_view_from_start_to_end_and_not_before_or_after(class_id):
    for seed in range(12):
        generator = np.random.default_rng([seed, class_id])
        height, width = SIZES[seed % len(SIZES)]
        background, _ = draw_scene(height, width, generator)
        paints = [paint for paint, _ in choose_paints(background, 2, generator)]
        action = CLASSES[class_id].plan(Stage(height, width, (paints[0], paints[1])), generator)

        def changed(progress, background=background, action=action):
            canvas = Canvas(background.copy(), casts_shadows=True)
            for body in action(progress):
                body.draw(canvas)
            return canvas.changed

        assert changed(0.0) < VISIBLE
        assert changed(1.0) < VISIBLE
        assert min(changed(progress) for progress in np.linspace(0.14, 0.86, 30)) > 0.25


def test_the_ground_truth_is_where_decoded_frames_differ_from_a_clip_without_an_action(
    folder, without_action
):
    truth = pd.read_csv(folder / "ground_truth.csv", dtype={"uid": str})
    assert list(truth.columns) == ["uid", "first_frame", "last_frame"]
    assert truth["uid"].nunique() == N_TRAIN + N_VALIDATION
    assert set(truth.groupby("uid").size()) == {1, 2}
    templates = {
        entry["id"]: entry["template"]
        for split in ("train", "validation")
        for entry in entries(folder, split)
    }
    backwards = {entry.template for entry in CLASSES if entry.backwards}
    sampled = []
    for uid, rows in truth.groupby("uid"):
        frames = decode_video(folder / "videos" / f"{uid}.webm", fps=8.0).astype(float)
        evidence = np.zeros(len(frames), dtype=bool)
        for row in rows.itertuples():
            assert row.first_frame < row.last_frame < len(frames)
            evidence[row.first_frame : row.last_frame + 1] = True
        sampled.append(evidence[sample_frame_idx(len(frames), 8)].sum())
        bare = render_clip(without_action, 3, uid)
        shown = bare.frames[::-1] if templates[uid] in backwards else bare.frames
        edges = np.round(np.arange(len(shown) + 1) / float(bare.fps), 3)
        expected = shown[resample(edges[:-1], edges[-1], 8.0)].astype(float)
        difference = np.abs(frames - expected).mean(axis=3)
        strongest = np.sort(difference.reshape(len(frames), -1), axis=1)[:, -100:].mean(axis=1)
        assert strongest[~evidence].max() < 45
        assert np.median(strongest[evidence]) > 80
    assert min(sampled) >= 2
    assert np.mean(np.array(sampled) >= 3) > 0.8


def test_clips_are_vp9_with_odd_rates_and_odd_sizes_among_them(folder):
    rates, sizes = set(), set()
    for path in (folder / "videos").iterdir():
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            assert stream.codec_context.name in ("vp9", "libvpx-vp9")
            rates.add(stream.average_rate)
            sizes.add((stream.height, stream.width))
    assert len(rates) >= 4
    assert any(rate % 8 for rate in rates)
    assert any(height % 2 or width % 2 for height, width in sizes)
    assert any(rate.denominator > 1 for rate in RATES)


def test_every_clip_is_different(folder):
    videos = [path.read_bytes() for path in (folder / "videos").iterdir()]
    assert len(set(videos)) == len(videos)


@pytest.mark.parametrize("workers", [1, 3])
def test_the_same_seed_gives_the_same_bytes_whatever_the_number_of_workers(
    folder, tmp_path, workers
):
    make_synthetic_dataset(tmp_path, N_TRAIN, N_VALIDATION, seed=3, workers=workers, progress=False)
    assert contents(tmp_path) == contents(folder)


def test_another_seed_gives_other_clips(folder, tmp_path):
    make_synthetic_dataset(tmp_path, N_TRAIN, N_VALIDATION, seed=4, workers=2, progress=False)
    videos = {path.read_bytes() for path in (folder / "videos").iterdir()}
    assert not videos & {path.read_bytes() for path in (tmp_path / "videos").iterdir()}


def test_a_data_set_that_is_there_is_replaced(tmp_path):
    make_synthetic_dataset(tmp_path, 2, 1, seed=0, workers=1, progress=False)
    make_synthetic_dataset(tmp_path, 1, 1, seed=1, workers=1, progress=False)
    uids = {entry["id"] for split in ("train", "validation") for entry in entries(tmp_path, split)}
    assert {path.stem for path in (tmp_path / "videos").iterdir()} == uids


@pytest.mark.parametrize("option", ["n_train", "n_validation", "workers"])
def test_numbers_below_one_are_rejected_by_name(tmp_path, option):
    options = {"n_train": 2, "n_validation": 2, "workers": 1, option: 0}
    with pytest.raises(InputError, match=f"{option} = 0"):
        make_synthetic_dataset(tmp_path, progress=False, **options)
