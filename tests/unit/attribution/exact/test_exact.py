import h5py
import numpy as np
import pytest
import torch

from playfair.attribution.exact.exact import exact_esvs, videos_at_once
from playfair.attribution.explain import explain
from playfair.attribution.games.from_model import make_game
from playfair.attribution.games.scores import ROUNDING_TOLERANCE
from playfair.attribution.methods.arguments import as_elements, chosen_classes
from playfair.errors import InputError
from tests import oracle
from tests.conformance import CONFORMANCE, inputs
from tests.unit.attribution.vectors import moved, priors, trn_heads, tsn_head


@pytest.mark.parametrize("n_frames", [1, 2, 3, 5, 7, 9])
def test_trn_values_are_those_of_the_papers_code(n_frames):
    video = inputs(f"trn_video_{n_frames}", (1, n_frames, 32), -1, 1)
    with h5py.File(CONFORMANCE) as vectors:
        esv = vectors[f"trn/esv_n_{n_frames}"][()]
        scores = vectors[f"trn/scores_n_{n_frames}"][()]
        logits = vectors[f"trn/multiscale_logits_n_{n_frames}"][()]
    found_scores, found_esv = exact_esvs(trn_heads(), video, priors())
    assert np.abs(found_esv[0] - esv).max() <= 1e-6
    assert np.abs(found_scores[0] - scores).max() <= 1e-6
    found_logits, _ = exact_esvs(trn_heads(), video, priors(), score="logit")
    # Ours are relative to their mean over the classes.
    assert np.abs(found_logits[0] - (logits - logits.mean())).max() <= 1e-6


@pytest.mark.parametrize("n_frames", [1, 2, 4, 8])
def test_tsn_values_are_those_of_the_papers_code(n_frames):
    video = inputs(f"tsn_video_{n_frames}", (1, n_frames, 32), -1, 1)
    with h5py.File(CONFORMANCE) as vectors:
        esv = vectors[f"tsn/esv_n_{n_frames}"][()]
        scores = vectors[f"tsn/scores_n_{n_frames}"][()]
    found_scores, found_esv = exact_esvs(tsn_head(), video, priors())
    assert np.abs(found_esv[0] - esv).max() <= 1e-6
    assert np.abs(found_scores[0] - scores).max() <= 1e-6


def plain(model):
    """The same model as a plain callable, which gets no closed form."""
    if isinstance(model, list):
        return [lambda x, head=head: head(x) for head in model]
    return lambda x: model(x).softmax(dim=-1)


@pytest.mark.parametrize("model", [trn_heads(), tsn_head()], ids=["trn", "tsn"])
@pytest.mark.parametrize("n_frames", [1, 3, 7])
def test_closed_forms_agree_with_plain_callables(model, n_frames):
    features = inputs("agreement", (4, n_frames, 32), -2, 2)
    for fast, slow in zip(
        exact_esvs(model, features, priors()),
        exact_esvs(plain(model), features, priors(), batch_size=5),
        strict=True,
    ):
        assert np.abs(fast - slow).max() <= 1e-6


@pytest.mark.parametrize("model", [trn_heads(), tsn_head(), plain(tsn_head())])
@pytest.mark.parametrize("n_frames", [1, 4, 8])
def test_a_videos_values_hardly_depend_on_the_videos_beside_it(model, n_frames):
    features = inputs("grouping", (70, n_frames, 32), -3, 3)
    scores, esv = exact_esvs(model, features, priors())
    for part in (slice(0, 1), slice(3, 10), slice(60, 70)):
        part_scores, part_esv = exact_esvs(model, features[part], priors())
        assert np.abs(part_scores - scores[part]).max() <= ROUNDING_TOLERANCE
        assert np.abs(part_esv - esv[part]).max() <= ROUNDING_TOLERANCE


@pytest.mark.parametrize("model", [trn_heads(), tsn_head(), plain(tsn_head())])
@pytest.mark.parametrize("video_count", [1, 70])
def test_the_same_call_gives_the_same_bits_wherever_the_features_lie(model, video_count):
    features = inputs("alignment", (video_count, 4, 32), -3, 3)
    scores, esv = exact_esvs(model, features, priors())
    for offset in (0, 1, 4):
        again_scores, again_esv = exact_esvs(model, moved(features, offset), priors())
        assert np.array_equal(again_scores, scores)
        assert np.array_equal(again_esv, esv)


@pytest.mark.parametrize("model", [trn_heads(), tsn_head()], ids=["trn", "tsn"])
def test_values_hardly_depend_on_the_number_of_threads(model):
    features = inputs("threads", (3, 10, 32), -3, 3)
    threads = torch.get_num_threads()
    try:
        torch.set_num_threads(1)
        _, single = exact_esvs(model, features, priors())
    finally:
        torch.set_num_threads(threads)
    assert np.abs(exact_esvs(model, features, priors())[1] - single).max() <= ROUNDING_TOLERANCE


@pytest.mark.parametrize("score", ["probability", "logit", "log_odds"])
@pytest.mark.parametrize("make", [tsn_head, trn_heads])
def test_a_constant_on_all_biases_moves_no_esv(make, score):
    features = inputs("raised", (2, 5, 32), -1, 1)
    _, expected = exact_esvs(make(), features, priors(), score=score)
    raised = make()
    with torch.no_grad():
        for head in raised if isinstance(raised, list) else [raised]:
            list(head.parameters())[-1].add_(10)
    assert np.abs(exact_esvs(raised, features, priors(), score=score)[1] - expected).max() <= 2e-5


@pytest.mark.parametrize("score", ["logit", "log_odds"])
def test_a_head_has_the_esvs_of_the_same_model_as_a_callable(score):
    features = inputs("units", (2, 5, 32), -1, 1)
    for model in (tsn_head(), trn_heads()):
        _, fast = exact_esvs(model, features, priors(), score=score)
        _, slow = exact_esvs(plain(model), features, priors(), score=score)
        assert np.abs(fast - slow).max() <= 1e-5


@pytest.mark.parametrize("n_frames", [1, 4])
def test_esvs_of_logits_follow_the_definition(n_frames):
    elements = inputs("logits", (n_frames, 32), -1, 1)
    heads = [
        lambda x, head=head: head(torch.from_numpy(x)[None]).detach().numpy()[0]
        for head in trn_heads()
    ]

    def worth(subset):
        logits = oracle.multi_scale_logits(heads, elements.numpy(), subset) if subset else None
        logits = np.log(priors()) if logits is None else logits
        return logits - logits.mean()

    _, found = exact_esvs(trn_heads(), elements[None], priors(), score="logit")
    assert np.abs(found[0] - oracle.shapley_values(worth, n_frames)).max() <= 1e-6


def test_whole_frames_can_be_the_elements():
    frames = inputs("frames", (2, 3, 2, 4, 4), 0, 1)

    def model(clips):
        return clips.flatten(start_dim=2).mean(dim=1).view(-1, 2, 16).mean(dim=2).softmax(dim=1)

    scores, esv = exact_esvs(model, frames, [0.5, 0.5])
    assert esv.shape == (2, 3, 2)
    assert np.allclose(esv.sum(axis=1) + 0.5, scores, atol=ROUNDING_TOLERANCE)


def test_a_smaller_budget_gives_the_same_values_in_smaller_batches():
    features = inputs("budget", (20, 6, 32), -1, 1)
    game = make_game(trn_heads(), features[:1], priors())
    assert videos_at_once(game, game.class_count, False, 2**20) < len(features)
    _, esv = exact_esvs(trn_heads(), features, priors())
    _, found = exact_esvs(trn_heads(), features, priors(), memory_budget=2**20)
    assert np.abs(found - esv).max() <= ROUNDING_TOLERANCE


def test_what_is_read_off_all_scores_is_the_same_in_smaller_batches():
    features = inputs("budget", (20, 6, 32), -1, 1)
    asked = {"interactions": True, "subset_scores": True}
    whole = explain(features, trn_heads(), priors(), **asked)
    parts = explain(features, trn_heads(), priors(), memory_budget=2**20, **asked)
    for field in asked:
        found, expected = getattr(parts, field), getattr(whole, field)
        assert np.abs(found - expected).max() <= ROUNDING_TOLERANCE


def test_a_budget_too_small_for_one_video_is_refused_with_the_sampler_to_use():
    with pytest.raises(InputError, match=r"need \d+ MiB.*budget is 10 MiB.*method='regression'"):
        exact_esvs(trn_heads(), np.zeros((1, 16, 32)), priors(), memory_budget=10 * 2**20)


def test_too_many_frames_are_refused_before_the_model_is_called():
    with pytest.raises(InputError, match="method='regression'"):
        exact_esvs(lambda x: 1 / 0, np.zeros((1, 21, 32)), priors())


def test_classes_that_do_not_exist_are_refused():
    with pytest.raises(InputError, match=r"numbered 0 to 10; asked for \[3, 11\]"):
        exact_esvs(tsn_head(), np.zeros((1, 2, 32)), priors(), class_idx=[3, 11])
    with pytest.raises(InputError, match="at least one class"):
        chosen_classes([], 4)


def test_elements_become_float32_but_whole_numbers_stay():
    assert as_elements(np.zeros(3)).dtype == torch.float32
    assert as_elements(np.zeros(3, dtype=np.uint8)).dtype == torch.uint8
