"""Clip networks in the configuration."""

import pytest

from playfair.config import complete_config
from playfair.errors import InputError


def config(model=None, dataset=None, **top):
    own = {"source": "files", "validation": "clips.csv", "videos": "videos", **(dataset or {})}
    given = {"network": "torchvision/r3d_18", **(model or {})}
    tsn = {"head": "tsn", "backbone": "small"}
    definitions = {"models": {"net": given, "tsn": tsn}, "datasets": {"mine": own}}
    return {"dataset": "mine", "models": ["net"], "definitions": definitions, **top}


def test_a_network_needs_no_head_backbone_or_training_clips():
    found = complete_config(config())["definitions"]["models"]["net"]
    assert (found["head"], found["fill"], found["clip_frames"]) == ("clip", "nearest", 16)
    assert found["attribution"]["method"] == "exact"


def test_methods_are_checked_at_the_numbers_of_elements_that_there_are():
    # 64 frames would be too many for exact values, but do not divide 16.
    assert complete_config(config(n_frames=[8, 64]))["n_frames"] == [8, 64]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (config({"clip_frames": 9}, n_frames=[2, 4]), "none of which divides clip_frames"),
        (config({"prior": "empty"}), "prior: empty does not go with fill: nearest"),
        (config({"prior": "empty", "fill": "mean"}), "something else for every clip"),
        (config({"prior": "class_frequency"}), "has no training clips: choose uniform"),
        (config({"fill": "grey"}), "fill"),
        (config({"backbone": "small"}), "backbone is not known"),
        (config({"network": "a{b}"}), "network"),
        (config({"files": [{"path": "x", "url": "https://x.org/x"}]}), "lies in checkpoints/"),
        (config(models=["net", "tsn"]), "needs the classes and frequencies of training clips"),
        (
            {
                "dataset": "f",
                "models": ["net"],
                "definitions": {
                    "models": {"net": {"network": "x"}},
                    "datasets": {
                        "f": {
                            "source": "features",
                            "features": {"train": "t", "validation": "v"},
                            "train": "c.csv",
                        }
                    },
                },
            },
            "which sees frames, but the data set f is of features",
        ),
    ],
)
def test_what_a_network_cannot_be_asked_is_refused(given, sentence):
    with pytest.raises(InputError, match=sentence):
        complete_config(given)
