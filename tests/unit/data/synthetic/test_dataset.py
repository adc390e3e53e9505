"""The synthetic data set: its layout, where the evidence lies, and what it must not give away."""

import json
from collections import Counter

import av
import numpy as np
import pandas as pd
import pytest

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
from playfair.data.video.video_files import decode_video
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
def test_rate_size_length_and_scene_do_not_depend_on_the_class(uid):
    clips = [render_clip(k, 0, uid) for k in range(len(CLASSES))]
    assert len({(clip.fps, clip.frames.shape) for clip in clips}) == 1
    for clip, entry in zip(clips, CLASSES, strict=True):
        shown = clip.in_view[::-1] if entry.backwards else clip.in_view
        quiet = np.flatnonzero(~shown)[0]
        scene = clip.frames[::-1][quiet] if entry.backwards else clip.frames[quiet]
        reference = clips[0].frames[quiet]
        assert abs(scene.astype(int) - reference).max() < 60
        assert abs(scene.mean() - reference.mean()) < 6


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
        assert min(changed(progress) for progress in np.linspace(0.1, 0.9, 30)) > 0.25


def test_nothing_but_the_scene_is_in_view_outside_of_the_action(monkeypatch):
    def photograph_without_noise(pixels, noise_level, generator):
        return (255 * pixels).astype(np.uint8)

    monkeypatch.setattr("playfair.data.synthetic.dataset._photograph", photograph_without_noise)
    for class_id in range(len(CLASSES)):
        for uid in ("1", "2", "3"):
            clip = render_clip(class_id, 0, uid)
            scene = clip.frames[0]
            assert (clip.frames[~clip.in_view] == scene).all()
            assert all((frame != scene).any() for frame in clip.frames[clip.in_view])


def test_the_ground_truth_is_where_decoded_frames_differ_from_the_scene(folder):
    truth = pd.read_csv(folder / "ground_truth.csv", dtype={"uid": str})
    assert list(truth.columns) == ["uid", "first_frame", "last_frame"]
    assert len(truth) == N_TRAIN + N_VALIDATION
    for row in truth.itertuples():
        frames = decode_video(folder / "videos" / f"{row.uid}.webm", fps=8.0).astype(float)
        assert 0 < row.first_frame < row.last_frame < len(frames) - 1
        quiet = np.ones(len(frames), dtype=bool)
        quiet[row.first_frame : row.last_frame + 1] = False
        # Exposure flickers: compare frames with their mean brightness taken out.
        even = frames * (frames[quiet].mean() / frames.mean(axis=(1, 2, 3), keepdims=True))
        difference = np.abs(even - np.median(even[quiet], axis=0)).mean(axis=3)
        strongest = np.sort(difference.reshape(len(frames), -1), axis=1)[:, -12:].mean(axis=1)
        middle = strongest[row.first_frame + 2 : row.last_frame - 1]
        assert strongest[quiet].max() < 25
        assert np.median(middle) > 40


def test_intervals_cover_about_half_of_a_clip_wherever_they_lie():
    clips = [render_clip(k % len(CLASSES), 1, str(k)) for k in range(60)]
    shares = np.array([clip.in_view.mean() for clip in clips])
    centres = np.array([np.flatnonzero(clip.in_view).mean() / len(clip.frames) for clip in clips])
    assert 0.45 < shares.mean() < 0.62
    assert shares.min() > 0.3
    assert abs(centres.mean() - 0.5) < 0.05
    assert centres.std() > 0.05


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
