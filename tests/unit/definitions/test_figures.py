"""Options of figures in the configuration are those that stand in their modules."""

import pytest

from playfair.config import complete_config
from playfair.errors import InputError
from playfair.figures.catalogue import read_catalogue

WITH_OPTIONS = {name: figure for name, figure in read_catalogue().items() if figure.options}


def test_defaults_are_those_of_the_modules():
    completed = complete_config({})["figures"]
    assert WITH_OPTIONS
    for name, figure in WITH_OPTIONS.items():
        assert completed[name] == {option.name: option.default for option in figure.options}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"per_model_right": 21}, r"figures\.filmstrips\.per_model_right is .* equal to 20"),
        ({"per_model": 1}, r"figures\.filmstrips\.per_model"),
    ],
)
def test_what_the_module_does_not_allow_is_refused(given, words):
    with pytest.raises(InputError, match=words):
        complete_config({"figures": {"filmstrips": given}})
