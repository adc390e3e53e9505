"""Methods by name, and their options."""

from dataclasses import dataclass, fields

import numpy as np
import pytest

from playfair.attribution.exact.method import ExactOptions
from playfair.attribution.methods import registry
from playfair.attribution.methods.method import Method
from playfair.attribution.methods.options import Options, kind_of, option
from playfair.attribution.methods.registry import (
    METHODS,
    all_options,
    make_options,
    method_class,
    own_options,
    settled_section,
    stored_fields,
)
from playfair.attribution.samplers.constructive import ConstructiveOptions
from playfair.errors import InputError


@pytest.mark.parametrize("name", list(METHODS))
def test_a_method_says_what_lists_of_methods_need(name):
    method = method_class(name)
    assert issubclass(method, Method)
    assert method.name == name
    assert method.summary
    assert method.advice
    assert issubclass(method.options_class, Options)
    for declared in fields(method.options_class):
        assert declared.metadata["description"].endswith(".")
        assert kind_of(declared) in (bool, int, float, str)


def test_options_are_made_of_what_is_given_and_the_defaults():
    made = make_options("constructive", {"budget": 9, "iterations": 2})
    assert made == ConstructiveOptions(budget=9, iterations=2)
    assert made.tolerance is None
    with pytest.raises(InputError, match="no option 'budgt': its options are budget, tolerance,"):
        make_options("regression", {"budgt": 9})


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"budget": 0}, "budget is a whole number at least 1 and at most 10,000,000, not 0"),
        ({"budget": 9.5}, "budget is a whole number"),
        ({"budget": True}, "budget is a whole number"),
        ({"budget": None}, "budget is a whole number"),
        ({"tolerance": 0}, "tolerance is a number greater than 0, not 0"),
        ({"rescale": "no"}, "rescale is true or false, not no"),
        ({"tolerance_for": "some"}, "tolerance_for is all or predicted, not some"),
        ({"tolerance_for": None}, "tolerance_for is all or predicted, not None"),
    ],
)
def test_values_that_an_option_may_not_have_are_refused(given, message):
    with pytest.raises(InputError, match=message):
        make_options("regression", given)


def test_numbers_of_numpy_and_none_where_it_is_meant_are_options():
    given = {"budget": np.int64(64), "tolerance": np.float32(0.5), "rescale": np.bool_(True)}
    assert make_options("permutation", given).budget == 64
    assert make_options("permutation", {"tolerance": None}).tolerance is None


def test_a_section_of_the_configuration_has_what_its_method_needs():
    section = {name: declared.default for name, (declared, _) in all_options().items()}
    section |= {"interactions": True, "budget": 300}
    assert own_options({**section, "method": "exact"}) == {
        "interactions": True,
        "frame_sets": None,
        "subset_scores": None,
    }
    assert stored_fields({**section, "method": "exact"}) == ("interactions",)
    assert own_options({**section, "method": "regression"})["budget"] == 300
    assert stored_fields({**section, "method": "regression"}) == (
        "standard_error",
        "evaluations",
        "efficiency_gap",
    )
    assert ExactOptions(frame_sets=True).added_fields() == [
        "sufficient_frames",
        "necessary_frames",
    ]


@pytest.mark.parametrize(
    ("asked", "n_frames", "stored"),
    [(None, 12, True), (None, 13, False), (False, 2, False), (True, 16, True)],
)
def test_sets_and_pairs_are_stored_unasked_where_they_take_hardly_any_time(asked, n_frames, stored):
    section = {"method": "exact", "interactions": asked, "frame_sets": asked}
    settled = settled_section({**section, "subset_scores": None}, n_frames)
    expected = ["interactions", "sufficient_frames", "necessary_frames"] if stored else []
    assert list(stored_fields(settled)) == expected


def test_one_name_is_one_option(monkeypatch):
    @dataclass(frozen=True, kw_only=True)
    class OtherBudget(Options):
        budget: int = option(7, "Something else.")

    class Other(method_class("exact")):
        options_class = OtherBudget

    monkeypatch.setattr(
        registry,
        "method_class",
        lambda name: Other if name == "exact" else method_class(name),
    )
    with pytest.raises(ValueError, match="exact and auto have the option budget"):
        all_options()
