import pytest

from playfair.config import complete_config
from playfair.errors import InputError
from playfair.workflow.datasets import Datasets
from playfair.workflow.given_files import check_given_files, files_to_download
from playfair.workflow.networks import Networks

URL = "https://example.org/tsn.pth"


def with_checkpoint(**checkpoint):
    tsn = {"head": "tsn", "backbone": "small", "checkpoint": checkpoint}
    return complete_config({"models": ["tsn"], "definitions": {"models": {"tsn": tsn}}})


def check(config, *made):
    check_given_files(config, Datasets(config), Networks(config), lambda path: path in made)


def test_a_checkpoint_is_downloaded_once(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = Networks(with_checkpoint(path="checkpoints/a/tsn.pth", url=URL))
    assert [*files_to_download(found)] == ["a/tsn.pth"]
    assert files_to_download(found)["a/tsn.pth"]["url"] == URL
    (tmp_path / "checkpoints/a").mkdir(parents=True)
    (tmp_path / "checkpoints/a/tsn.pth").touch()
    assert files_to_download(found) == {}


def test_a_file_that_no_rule_makes_has_to_be_there(tmp_path, monkeypatch, refused):
    monkeypatch.chdir(tmp_path)
    config = with_checkpoint(path="mine/tsn.pth")
    words = r"'mine/tsn.pth' of the config key definitions.models.tsn.checkpoint .* give its url"
    with pytest.raises(InputError, match=words) as caught:
        check(config)
    refused("Configuration", caught.value, "a checkpoint that is not there")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/tsn.pth").touch()
    check(config)


def test_what_is_downloaded_or_made_by_a_rule_need_not_be_there(tmp_path, monkeypatch, refused):
    monkeypatch.chdir(tmp_path)
    check(with_checkpoint(path="checkpoints/tsn.pth", url=URL))
    made = "results/other/checkpoints/tsn/head.pt"
    check(with_checkpoint(path=made), made)
    with pytest.raises(InputError, match=made) as caught:
        check(with_checkpoint(path=made))
    refused("Configuration", caught.value, "a head below results/ that no rule makes")


FILES = {
    "source": "files",
    "train": "train.csv",
    "validation": "validation.csv",
    "labels": "labels.json",
    "videos": "videos",
    "ground_truth": "truth.csv",
}


def of_files(**definition):
    mine = {**FILES, **definition}
    return complete_config({"dataset": "mine", "definitions": {"datasets": {"mine": mine}}})


CASES = {
    "a training list that is not there": "train",
    "a validation list that is not there": "validation",
    "a file of classes that is not there": "labels",
    "a directory of videos that is not there": "videos",
    "ground truth that is not there": "ground_truth",
}


@pytest.mark.parametrize("missing", CASES.values(), ids=CASES)
def test_all_that_a_data_set_names_has_to_be_there(tmp_path, monkeypatch, refused, missing):
    monkeypatch.chdir(tmp_path)
    for key, name in FILES.items():
        if key not in ("source", missing):
            (tmp_path / name).touch()
    with pytest.raises(
        InputError, match=f"config key definitions.datasets.mine.{missing}"
    ) as caught:
        check(of_files())
    refused("Configuration", caught.value)
    (tmp_path / FILES[missing]).touch()
    check(of_files())


def test_the_subset_to_collate_has_to_be_there(tmp_path, monkeypatch, refused):
    monkeypatch.chdir(tmp_path)
    config = complete_config({"collate": {"uids": "mine.csv"}})
    with pytest.raises(InputError, match=r"'mine.csv' of the config key collate.uids") as caught:
        check(config)
    refused("Configuration", caught.value, "a subset to collate that is not there")
    (tmp_path / "mine.csv").touch()
    check(config)


def test_weights_to_begin_with_have_to_be_there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    training = {"initial_checkpoint": "mine.pth"}
    config = complete_config({"definitions": {"backbones": {"small": {"training": training}}}})
    with pytest.raises(InputError, match=r"'mine.pth' of .*small.training.initial_checkpoint"):
        check(config)
    check(config, "mine.pth")


def test_a_name_longer_than_file_systems_take_is_not_there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="is not there"):
        check(complete_config({"collate": {"uids": 300 * "a"}}))


def test_training_features_have_to_be_there_only_if_they_are_read(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("validation.h5", "tsn.pth", "labels.json", "train.csv"):
        (tmp_path / name).touch()
    head = {"head": "tsn", "backbone": "net"}
    mine = {
        "source": "features",
        "features": {"train": "train.h5", "validation": "validation.h5"},
        "labels": "labels.json",
    }

    def of_features(**options):
        model = {**head, **options}
        definitions = {
            "datasets": {"mine": {**mine, "train": options.pop("train", None)}},
            "backbones": {"net": {"architecture": "precomputed"}},
            "models": {"tsn": {key: model[key] for key in model if key != "train"}},
        }
        return complete_config({"dataset": "mine", "models": ["tsn"], "definitions": definitions})

    # For the priors, then for a head to train.
    for options in ({"checkpoint": "tsn.pth"}, {"train": "train.csv"}):
        with pytest.raises(InputError, match=r"'train.h5' .*datasets.mine.features.train"):
            check(of_features(**options))
    check(of_features(train="train.csv", checkpoint="tsn.pth"))
