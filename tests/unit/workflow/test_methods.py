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
    nothing_else = {"models": ["tsn"], "comparison": {"methods": []}}
    complete = complete_config({**config, **nothing_else})
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


def test_methods_are_compared_at_the_most_frames_up_to_eight_unless_chosen():
    for config, expected in (
        ({}, [8]),
        ({"n_frames": [3, 2, 12]}, [3]),
        ({"n_frames": [12]}, []),
        ({"comparison": {"n_frames": [2, 4]}}, [2, 4]),
    ):
        assert Networks(complete_config(config)).compared_lengths == expected


def test_methods_with_gradients_are_not_compared_for_heads_of_ones_own():
    trn = {"head": "trn", "backbone": "small"}
    own = {"head": "custom", "backbone": "small", "factory": "json:loads"}
    chosen = ["quick", "occlusion", "grad_cam"]
    config = complete_config(
        {
            "models": ["trn", "own"],
            "comparison": {"methods": chosen, "n_frames": [2, 8]},
            "definitions": {**QUICK, "models": {"own": own, "trn": trn}},
        }
    )
    methods, networks = Methods(config), Networks(config)
    assert methods.compared(networks, "trn") == chosen
    assert methods.compared_files("mine", networks, "own") == [
        "results/mine/esvs/own/quick/2_frames.h5",
        "results/mine/esvs/own/quick/8_frames.h5",
        "results/mine/attributions/own/occlusion/2_frames.h5",
        "results/mine/attributions/own/occlusion/8_frames.h5",
    ]
    assert methods.compared_choices(networks, "own") == ["regression", "occlusion"]
    assert methods.files("mine", networks) == []


def test_given_values_are_compared_with_the_models_that_they_are_about():
    given = {"rollout": {"file": "rollout.csv", "models": ["trn"]}, "people": {"file": "all.csv"}}
    methods = Methods(complete_config({"comparison": {"given": given}}))
    assert methods.given("trn") == {"rollout": "rollout.csv", "people": "all.csv"}
    assert methods.given("tsn") == {"people": "all.csv"}


@pytest.mark.parametrize(
    ("comparison", "sentence"),
    [
        ({"n_frames": [4]}, r"comparison.n_frames is \[4\]: choose of n_frames, \[8\]"),
        ({"n_frames": [17]}, r"comparison.n_frames.* 17"),
        ({"methods": ["magic"]}, "comparison.methods names 'magic', which is not defined"),
        ({"methods": ["exact", "exact"]}, "comparison.methods is .*: remove the repeated values"),
        (
            {"given": {"esv": {"file": "a.csv"}}},
            "comparison.given names esv, as a method is called: choose another name",
        ),
        (
            {"given": {"mine": {"file": "a.csv", "models": ["no"]}}},
            "comparison.given.mine.models names 'no', which is not defined",
        ),
    ],
)
def test_comparisons_that_cannot_work_are_refused(comparison, sentence):
    with pytest.raises(InputError, match=sentence):
        complete_config({"n_frames": [8], "comparison": comparison})


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
