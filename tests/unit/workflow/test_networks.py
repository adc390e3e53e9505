import pytest

from playfair.config import complete_config
from playfair.errors import InputError
from playfair.workflow.networks import Networks

FEATURES = {
    "source": "features",
    "features": {"train": "train.h5", "validation": "validation.h5"},
    "labels": "classes.json",
}
PUBLISHED = {"architecture": "torchvision/resnet18", "feature_dim": 512, "weights": "IMAGENET1K_V1"}


def networks(models=None, backbone=None, **config):
    """Those of a configuration with these models, all of them explained, on this backbone."""
    definitions = {"backbones": {"net": backbone or {}}, **config.pop("definitions", {})}
    if models:
        definitions["models"] = {
            name: {"backbone": "net", **options} for name, options in models.items()
        }
        config["models"] = list(models)
    return Networks(complete_config({**config, "definitions": definitions}))


def test_mean_outputs_are_priors_of_their_models_and_read_the_training_clips():
    given = {"head": "tsn", "backbone": "small", "checkpoint": "tsn.pt"}
    backbone = {"architecture": "small", "checkpoint": "small.pt"}
    definitions = {"models": {"mine": given}, "backbones": {"small": backbone}}
    config = {"models": ["mine"], "definitions": definitions, "n_frames": [2, 16]}
    found = Networks(complete_config(config))
    assert found.priors("own", "mine") == "results/own/class_priors.csv"
    assert found.read_splits == ["validation"]
    found = Networks(complete_config({**config, "prior": "mean_output"}))
    assert found.priors("own", "mine") == "results/own/priors/mine.csv"
    assert found.read_splits == ["train", "validation"]
    assert found.averaged_length == 8


def test_everything_is_trained_by_default():
    found = Networks(complete_config({}))
    assert found.trained_backbones == found.used_backbones == ["small"]
    assert found.trained_models == found.used_models
    assert found.read_splits == ["train", "validation"]
    assert (
        found.backbone_checkpoint("mine", "small") == "results/mine/checkpoints/small/backbone.pt"
    )
    assert found.head_checkpoints("mine", "tsn") == ["results/mine/checkpoints/tsn/head.pt"]


def test_heads_of_all_scales_are_trained_and_logged_one_by_one():
    found = networks({"trn": {"head": "trn", "n_scales": 2}})
    folder = "results/mine/checkpoints/trn"
    expected = [f"{folder}/head_1_frames", f"{folder}/head_2_frames"]
    assert found.head_checkpoints("mine", "trn") == [f"{stem}.pt" for stem in expected]
    assert found.training_logs("mine") == [
        "results/mine/checkpoints/net/backbone.csv",
        *(f"{stem}.csv" for stem in expected),
    ]


@pytest.mark.parametrize(
    ("model", "files"),
    [
        ({"head": "tsn", "checkpoint": "tsn.pt"}, ["tsn.pt"]),
        ({"head": "trn", "n_scales": 2, "checkpoints": ["1.pt", "2.pt"]}, ["1.pt", "2.pt"]),
        ({"head": "exported", "file": "any.ts"}, ["any.ts"]),
        ({"head": "exported", "files": ["1.ts", "2.ts"]}, ["1.ts", "2.ts"]),
        ({"head": "custom", "factory": "mine:make", "files": ["a.bin"]}, ["a.bin"]),
        ({"head": "custom", "factory": "mine:make"}, []),
    ],
)
def test_given_heads_are_not_trained(model, files):
    found = networks({"given": model})
    assert found.head_checkpoints("mine", "given") == files
    assert found.trained_models == []
    assert found.training_logs("mine") == ["results/mine/checkpoints/net/backbone.csv"]


@pytest.mark.parametrize(
    ("backbone", "files"),
    [
        ({"checkpoint": "small.pt"}, "small.pt"),
        ({**PUBLISHED, "weights": "mine.pth"}, "mine.pth"),
        (PUBLISHED, []),
    ],
)
def test_given_backbones_are_not_trained(backbone, files):
    found = networks({"given": {"head": "tsn", "checkpoint": "tsn.pt"}}, backbone)
    assert found.backbone_checkpoint("mine", "net") == files
    assert found.trained_backbones == []
    assert found.read_splits == ["validation"]


def test_nothing_is_trained_on_features_but_heads():
    found = networks(
        {"tsn": {"head": "tsn"}},
        {"architecture": "precomputed"},
        dataset="theirs",
        definitions={"datasets": {"theirs": FEATURES}},
    )
    assert found.trained_backbones == []
    assert found.trained_models == ["tsn"]


def test_a_backbone_of_ones_own_is_trained_unless_it_has_a_checkpoint(tmp_path, monkeypatch):
    own = {"architecture": "custom", "factory": "my_own_net:make", "arguments": {"width": 8}}
    found = networks({"tsn": {"head": "tsn"}}, own)
    assert found.trained_backbones == ["net"]
    assert found.backbone_options("net") == {"feature_dim": 256, **own}
    assert networks({"tsn": {"head": "tsn"}}, {**own, "checkpoint": "a.pt"}).trained_backbones == []
    with pytest.raises(InputError, match="'my_own_net' was not found"):
        found.backbone_code("net")
    (tmp_path / "my_own_net.py").write_text("make = 1\n")
    monkeypatch.chdir(tmp_path)
    assert len(found.backbone_code("net")) == 64
    assert networks({"tsn": {"head": "tsn"}}).backbone_code("net") is None


@pytest.mark.parametrize(
    ("initial", "files"), [(None, []), ("IMAGENET1K_V2", []), ("a.pth", "a.pth")]
)
def test_training_begins_with_a_file_only_if_one_is_named(initial, files):
    training = {"initial_checkpoint": initial}
    found = networks({"tsn": {"head": "tsn"}}, {"architecture": "resnet50", "training": training})
    assert found.initial_checkpoint("net") == files


def test_a_job_is_given_the_sections_of_a_model_that_it_uses():
    found = networks({"tsn": {"head": "tsn"}})
    assert {"checkpoint", "training", "attribution", "all_frames"}.isdisjoint(
        found.model_options("tsn")
    )
    options = found.model_options("tsn", "attribution")
    assert options["attribution"]["method"] == "exact"
    assert "all_frames" not in options


def test_the_users_code_is_part_of_the_options(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = networks({"own": {"head": "custom", "factory": "my_own_head:make"}})
    with pytest.raises(InputError, match="'my_own_head' was not found"):
        found.model_options("own")
    hashes = set()
    for text in ("make = 1\n", "make = 2\n"):
        folder = tmp_path / str(len(hashes))
        folder.mkdir()
        monkeypatch.chdir(folder)
        (folder / "my_own_head.py").write_text(text)
        hashes.add(found.model_options("own")["code_hash"])
    assert len(hashes) == 2
