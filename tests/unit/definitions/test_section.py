"""Sections that take from a shared one what they leave open."""

from typing import ClassVar

from pydantic import Field

from playfair.definitions.section import Section


class Shared(Section):
    budget: int = 100
    seed: int = 0
    epochs: int = 40


class Own(Shared):
    own_defaults: ClassVar = frozenset({"epochs"})

    epochs: int = 20
    depth: int = Field(default=3)


def test_open_options_come_from_the_shared_section():
    shared = Shared(budget=7, seed=1)
    found = Own(seed=2).inheriting(shared)
    assert found == Own(budget=7, seed=2, epochs=20, depth=3)
    assert isinstance(found, Own)


def test_a_value_that_is_set_stays_even_if_it_is_the_default():
    assert Own(budget=100).inheriting(Shared(budget=7)).budget == 100


def test_defaults_of_its_own_stay_but_can_be_set():
    shared = Shared(epochs=1)
    assert Own().inheriting(shared).epochs == 20
    assert Own(epochs=5).inheriting(shared).epochs == 5


def test_what_is_set_here_is_still_known():
    assert Own(seed=2).inheriting(Shared(budget=7)).model_fields_set == {"seed"}
