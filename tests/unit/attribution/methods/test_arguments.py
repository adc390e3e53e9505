"""Usual slips: what can be read is read, and the rest gets a sentence instead of a raw error."""

import warnings

import numpy as np
import pytest
import torch

import playfair
from playfair.attribution.exact.exact import exact_esvs
from playfair.attribution.methods.arguments import as_elements, bytes_in_words
from playfair.errors import InputError
from tests.conformance import inputs
from tests.unit.attribution.vectors import priors, trn_heads, tsn_head

FEATURES = inputs("arguments", (3, 32), -1, 1)
ARRAY = FEATURES.numpy()


def read_only():
    array = ARRAY.copy()
    array.flags.writeable = False
    return array


READABLE = {
    "float64": ARRAY.astype(np.float64),
    "long double": ARRAY.astype(np.longdouble),
    "negative strides": ARRAY[::-1].copy()[::-1],
    "negative strides along the features": ARRAY[:, ::-1].copy()[:, ::-1],
    "big-endian": ARRAY.astype(">f4"),
    "read-only": read_only(),
    "Fortran order": np.asfortranarray(ARRAY),
    "nested lists": ARRAY.tolist(),
    "a tensor with a gradient": FEATURES.clone().requires_grad_(),
}


@pytest.mark.parametrize("features", READABLE.values(), ids=READABLE)
def test_features_of_any_layout_are_read(features):
    expected = playfair.explain(FEATURES, trn_heads(), priors())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = playfair.explain(features, trn_heads(), priors())
        listed = playfair.explain([np.asarray(ARRAY), as_elements(features)], tsn_head(), priors())
    assert np.array_equal(found.esv, expected.esv)
    assert np.array_equal(listed.esv[0], listed.esv[1])


def test_heads_take_whole_numbers_as_what_they_stand_for():
    whole = np.random.default_rng(0).integers(-3, 4, (4, 32))
    for heads in (tsn_head(), trn_heads()):
        found = playfair.explain(whole, heads, priors())
        expected = playfair.explain(whole.astype(np.float32), heads, priors())
        assert np.array_equal(found.esv, expected.esv)


def plain(frames):
    return (frames @ torch.ones(32, 11)).mean(dim=1).softmax(dim=1)


def doubled(heads):
    return [head.double() for head in heads]


@pytest.mark.parametrize(
    "explain", [playfair.explain, lambda x, *y, **z: exact_esvs(y[0], x, y[1])]
)
@pytest.mark.parametrize(
    ("features", "model", "given", "message"),
    [
        (None, tsn_head(), priors(), "Features are nothing but None"),
        ("clip.mp4", tsn_head(), priors(), "Features are of the type str"),
        ([[1.0, 2.0], [3.0]], tsn_head(), priors(), "equally long rows"),
        (FEATURES.to(torch.complex64), tsn_head(), priors(), "complex64: give dense real"),
        (ARRAY.astype(object), tsn_head(), priors(), "of the type object"),
        (ARRAY.astype("datetime64[s]"), tsn_head(), priors(), "of the type datetime64"),
        (FEATURES, tsn_head(), None, "Priors are None: give one list"),
        (FEATURES, tsn_head(), 0.5, r"shape \(\): give one list"),
        (FEATURES, tsn_head(), [], r"shape \(0,\): give one list"),
        (FEATURES, tsn_head(), priors()[None], r"shape \(1, 11\): give one list"),
        (FEATURES, plain, priors()[None], r"shape \(1, 11\): give one list"),
        (FEATURES, tsn_head(), ["a"] * 11, "list that is no array of numbers"),
        (FEATURES, tsn_head(), [[0.5], [0.2, 0.3]], "list that is no array of numbers"),
        (FEATURES, tsn_head(), priors()[:3], "There are 3 priors, but 11 classes"),
        (FEATURES, plain, [0.5, 0.5], "gives 11 class scores for 1 frame, but there are 2 priors"),
        (FEATURES, tsn_head().double(), priors(), "weights are float64, but .* float32: call"),
        (FEATURES, doubled(trn_heads()), priors(), "weights are float64, but .* float32: call"),
        (FEATURES, tsn_head().to(torch.bfloat16), priors(), "weights are bfloat16"),
        (FEATURES.long(), torch.nn.Linear(32, 11), priors(), "weights are float32, but .* int64"),
        (FEATURES.long(), plain, priors(), "failed on whole numbers"),
        (FEATURES, None, priors(), "callable or a list of callables, not NoneType"),
        (FEATURES, 3, priors(), "callable or a list of callables, not int"),
        (FEATURES, {"head": tsn_head()}, priors(), "not dict"),
        (FEATURES, [], priors(), "one per number of frames"),
    ],
)
def test_slips_in_data_and_model_are_named(explain, features, model, given, message):
    if isinstance(features, torch.Tensor | np.ndarray) and explain is not playfair.explain:
        features = features[None]
    with pytest.raises(InputError, match=message):
        explain(features, model, given)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"seed": -1}, "seed is a whole number of at least 0, not -1"),
        ({"seed": 1.5}, "seed is a whole number"),
        ({"seed": None}, "seed is a whole number"),
        ({"batch_size": 0}, "batch_size is a whole number of at least 1, not 0"),
        ({"batch_size": 2.5}, "batch_size is a whole number"),
        ({"batch_size": "10"}, "batch_size is a whole number .*'10'"),
        ({"memory_budget": 0}, "memory_budget is a number of bytes"),
        ({"memory_budget": None}, "memory_budget is a number of bytes"),
        ({"element_ndim": -1}, "element_ndim is a whole number"),
        ({"element_ndim": "1"}, "element_ndim is a whole number"),
        ({"device": "gpu"}, "Unknown device 'gpu'"),
        ({"device": "cuda:99"}, "not available"),
        ({"score": None}, "Unknown score None"),
        ({"method": None}, "Unknown method None"),
    ],
)
@pytest.mark.parametrize("method", ["exact", "regression"])
def test_slips_in_options_are_named(options, message, method):
    with pytest.raises(InputError, match=message):
        playfair.explain(FEATURES, tsn_head(), priors(), **{"method": method, **options})


def test_a_memory_budget_may_be_written_as_a_float():
    playfair.explain(FEATURES, tsn_head(), priors(), memory_budget=2e9, seed=np.int64(3))


@pytest.mark.parametrize("method", ["exact", "regression"])
def test_sizes_below_a_mebibyte_are_told_apart(method):
    with pytest.raises(InputError, match=r"need \d+ (KiB|MiB), but the memory budget is 7 bytes"):
        playfair.explain(FEATURES, trn_heads(), priors(), method, memory_budget=7)
    assert bytes_in_words(7) == "7 bytes"
    assert bytes_in_words(3 * 2**30) == "3,072 MiB"


@pytest.mark.parametrize("shape", [(3,), (0, 3, 32), (2, 0, 32)])
def test_exact_esvs_asks_for_a_batch(shape):
    with pytest.raises(InputError, match=r"batch of videos have the shape \(V, n"):
        exact_esvs(tsn_head(), np.zeros(shape, dtype=np.float32), priors())
