"""Clip networks with their elements, stand-ins, priors and classes."""

import numpy as np
import pytest
import torch
from torch import nn

from playfair.attribution.clip_reading import clips_at_once, read_clips
from playfair.attribution.explained_clips import ExplainedClips, elements_frames
from playfair.data.video.gulp import GulpReader, VideoFile, gulp_videos
from playfair.errors import InputError
from playfair.models.clip_networks.clip_network import ClipNetwork
from playfair.models.clip_networks.preparation import Preparation
from tests.oracle import shapley_values
from tests.unit.data.drawn_clips import write_clips

torch.set_num_threads(1)
EXACT = {
    "method": "exact",
    "seed": 0,
    "interactions": False,
    "frame_sets": False,
    "subset_scores": None,
}
NAMES = ["a", "b", "c"]


class Weighted(nn.Module):
    """Logits (N, 3) that weight every number of a clip (N, 8, 3, 4, 4) otherwise."""

    def __init__(self):
        super().__init__()
        generator = torch.Generator().manual_seed(0)
        self.weight = nn.Parameter(torch.randn(8 * 3 * 16, 3, generator=generator) / 5)

    def forward(self, clips):
        return clips.flatten(start_dim=1) @ self.weight


def network(names=NAMES):
    made = ClipNetwork("the network x", Weighted(), 8, Preparation((4, 4), short_side=4), names)
    return made.eval()


def explained(fill="nearest", prior="uniform", **options):
    device = torch.device("cpu")
    given = {"fill": fill, "prior": prior, "batch_size": 5, "device": device, **options}
    return ExplainedClips(network(), **given)


def clips(count=3):
    return torch.rand(count, 8, 3, 4, 4, generator=torch.Generator().manual_seed(1))


def test_classes_are_put_in_the_order_of_the_data_set():
    model = explained(class_names=["C", "A", "B"])
    result = model.explain(clips(), 2, EXACT)
    expected = explained().explain(clips(), 2, EXACT)
    np.testing.assert_allclose(result.scores, expected.scores[:, [2, 0, 1]], atol=1e-6)
    np.testing.assert_allclose(result.esv, expected.esv[:, :, [2, 0, 1]], atol=1e-6)
    assert model.class_names == ["C", "A", "B"]


@pytest.mark.parametrize(
    ("asked", "n_elements", "stored"),
    [
        (None, 8, True),
        (None, 17, False),
        (False, 2, False),
        (True, 17, True),
    ],
)
def test_answers_to_all_subsets_are_stored_where_they_fit(asked, n_elements, stored):
    section = explained().stored_section({**EXACT, "subset_scores": asked}, n_elements)
    assert section["subset_scores"] is stored
    assert {**section, "subset_scores": None} == EXACT


def test_answers_to_all_subsets_are_those_that_values_are_made_of():
    result = explained().explain(clips(), 4, {**EXACT, "subset_scores": True})
    np.testing.assert_array_equal(result.subset_scores[:, -1], result.scores)
    for video in range(3):
        table = result.subset_scores[video]
        expected = shapley_values(lambda kept, of=table: of[sum(1 << i for i in kept)], 4)
        np.testing.assert_allclose(result.esv[video], expected, atol=1e-6)


def test_batches_hold_no_more_clips_than_they_may_and_are_mostly_full():
    sizes = []
    model = explained(on_pass=sizes.append)
    model.explain(clips(clips_at_once(5, 4)), 4, EXACT)
    assert max(sizes) == 5
    # One clip more than is needed: the very first is put to the network twice.
    assert sum(sizes) == 3 * 15 + 1
    assert sum(sizes) / 5 > 0.7 * len(sizes)


def test_the_empty_prior_is_what_the_network_says_of_black_clips():
    model = explained("black", "empty")
    result = model.explain(clips(), 2, EXACT)
    black = network().black.expand(1, 8, 3, 4, 4)
    prior = network()(black).softmax(-1)[0].detach().numpy()
    np.testing.assert_allclose(result.prior, prior, atol=1e-6)
    np.testing.assert_allclose(model.file_prior(2, "probability"), prior, atol=1e-6)
    logits = np.log(prior) - np.log(prior).mean()
    np.testing.assert_allclose(model.file_prior(2, "logit"), logits, atol=1e-5)
    of_logits = model.explain(clips(), 2, {**EXACT, "score": "logit"})
    np.testing.assert_allclose(of_logits.prior, logits, atol=1e-5)
    assert np.abs(of_logits.efficiency_gap).max() <= 1e-5
    video = clips()[1]

    def worth(subset):
        shown = black[0].clone()
        for element in subset:
            shown[4 * element : 4 * element + 4] = video[4 * element : 4 * element + 4]
        return network()(shown[None]).softmax(-1)[0].double().detach().numpy()

    np.testing.assert_allclose(result.esv[1], shapley_values(worth, 2), atol=1e-6)


def test_priors_of_the_data_set_are_taken_as_given():
    frequency = np.array([0.2, 0.3, 0.5], dtype=np.float32)
    model = explained(prior="class_frequency", class_frequency=frequency)
    np.testing.assert_array_equal(model.explain(clips(), 2, EXACT).prior, frequency)


def test_some_classes_alone_may_be_explained():
    chosen = explained().explain(clips(), 2, EXACT, classes=np.array([2]))
    whole = explained().explain(clips(), 2, EXACT)
    np.testing.assert_allclose(chosen.esv, whole.esv[:, :, 2:], atol=1e-6)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: explained("drop"), "cannot leave out the tokens"),
        (lambda: explained("nearest", "empty"), "nothing to show the network x"),
        (lambda: explained(prior="class_frequency"), "need training labels"),
        (lambda: explained(class_names=["a", "b", "d"]), "'d' of the data set"),
        (lambda: explained().explain(clips(), 3, EXACT), "choose one of 1, 2, 4, 8 elements"),
        (lambda: explained().explain(clips(), 16, EXACT), "16 elements do not divide evenly"),
        (lambda: explained("mean", "empty").explain(clips(), 2, EXACT), "a prior of its own"),
    ],
    ids=[
        "fill: drop of a network that cannot",
        "prior: empty with fill: nearest",
        "prior: class_frequency without training labels",
        "another class than the network's",
        "elements that do not divide its frames",
        "more elements than frames",
        "prior: empty of several clips",
    ],
)
def test_what_cannot_be_explained_is_refused(make, sentence, refused):
    with pytest.raises(InputError, match=sentence) as error:
        make()
    refused("Networks of whole clips", error.value)


def test_elements_that_are_dropped_hold_whole_tokens(refused):
    tokens = network()
    tokens.tubelet = 2
    assert elements_frames(tokens, 4, "drop") == 2
    with pytest.raises(
        InputError, match="span 2 frames, and cannot be dropped: choose at most 4"
    ) as error:
        elements_frames(tokens, 8, "drop")
    refused("Networks of whole clips", error.value, "fill: drop of parts of tokens")


def test_clips_are_read_once_and_short_ones_repeat_frames(tmp_path):
    write_clips(tmp_path / "videos", {"long": 20, "short": 3})
    videos = [VideoFile(uid, tmp_path / f"videos/{uid}.webm", {}) for uid in ("long", "short")]
    gulp_videos(videos, tmp_path / "gulp", progress=False)
    reader = GulpReader(tmp_path / "gulp")
    first, second = read_clips(reader, reader.uids, network(), 4, 1)
    assert (first.uid, second.uid) == (["long"], ["short"])
    assert first.label.tolist() == [-1]
    assert first.element_frame_idx.tolist() == [[[1, 3], [6, 8], [11, 13], [16, 18]]]
    assert first.frame_idx.tolist() == [[3, 8, 13, 18]]
    assert second.element_frame_idx.tolist() == [[[0, 0], [0, 1], [1, 2], [2, 2]]]
    assert second.sequence_length.tolist() == [3]
    frames = reader.frames("short", [0, 0, 0, 1, 1, 2, 2, 2])
    torch.testing.assert_close(second.clips[0], network().prepare(frames))
    assert list(read_clips(reader, [], network(), 4, 1)) == []
