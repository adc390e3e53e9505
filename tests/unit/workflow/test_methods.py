import re

import pytest

from playfair.config import complete_config
from playfair.errors import InputError
from playfair.workflow.methods import Methods
from playfair.workflow.networks import Networks

QUICK = {"methods": {"quick": {"method": "regression", "budget": 64}}}


def test_no_further_methods_leave_no_files():
    config = complete_config({})
    methods = Methods(config)
    assert methods.files("mine", Networks(config)) == []
    assert not re.fullmatch(methods.names_of(gives_esvs=True), "exact")


def test_files_lie_by_method_beside_the_models_own():
    config = {"methods": ["quick", "leave_one_out"], "n_frames": [2, 8], "definitions": QUICK}
    complete = complete_config({**config, "models": ["tsn"]})
    methods = Methods(complete)
    assert methods.files("mine", Networks(complete)) == [
        "results/mine/esvs/tsn/quick/2_frames.h5",
        "results/mine/esvs/tsn/quick/8_frames.h5",
        "results/mine/attributions/tsn/leave_one_out/2_frames.h5",
        "results/mine/attributions/tsn/leave_one_out/8_frames.h5",
    ]
    assert methods.names_of(gives_esvs=True) == "quick"
    assert methods.names_of(gives_esvs=False) == "leave_one_out"
    assert methods.choices("quick") == ["regression"]


def test_a_job_gets_the_method_in_place_of_the_models_own():
    config = complete_config({"methods": ["quick"], "n_frames": [2], "definitions": QUICK})
    methods, networks = Methods(config), Networks(config)
    own = networks.model_options("trn", "attribution")
    used = methods.model_options(networks, model="trn", method="quick", dataset="mine")
    assert used.pop("attribution")["budget"] == 64
    assert own.pop("attribution")["method"] == "exact"
    assert used == own


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        ({"methods": ["magic"]}, "methods names 'magic', which is not defined.*leave_one_out"),
        ({"methods": ["exact", "exact"]}, "methods is .*: remove the repeated values"),
        ({"methods": ["quick"]}, r"definitions.methods.quick.budget is 64: choose .* 65 for 16"),
        (
            {
                "methods": ["leave_one_out"],
                "n_frames": [21],
                "attribution": {"method": "regression"},
            },
            "definitions.methods.leave_one_out.method is 'leave_one_out', for at most 20 frames",
        ),
        (
            {
                "methods": ["few"],
                "definitions": {"methods": {"few": {"method": "exact", "budget": 9}}},
            },
            "definitions.methods.few.budget is 9, which the method exact does not take",
        ),
    ],
)
def test_methods_that_cannot_work_are_refused(config, sentence):
    with pytest.raises(InputError, match=sentence):
        complete_config({"n_frames": [16], "definitions": QUICK, **config})
