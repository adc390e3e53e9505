import pytest

from playfair.config import complete_config
from playfair.errors import InputError
from playfair.workflow.given_files import check_given_files, files_to_download
from playfair.workflow.networks import Networks

URL = "https://example.org/tsn.pth"


def networks(**checkpoint):
    tsn = {"head": "tsn", "backbone": "small", "checkpoint": checkpoint}
    return Networks(complete_config({"models": ["tsn"], "definitions": {"models": {"tsn": tsn}}}))


def test_a_checkpoint_is_downloaded_once(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = networks(path="checkpoints/a/tsn.pth", url=URL)
    assert [*files_to_download(found)] == ["a/tsn.pth"]
    assert files_to_download(found)["a/tsn.pth"]["url"] == URL
    (tmp_path / "checkpoints/a").mkdir(parents=True)
    (tmp_path / "checkpoints/a/tsn.pth").touch()
    assert files_to_download(found) == {}


def test_a_file_that_no_rule_makes_has_to_be_there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = networks(path="mine/tsn.pth")
    words = r"mine/tsn.pth of the config key definitions.models.tsn.checkpoint .* give its url"
    with pytest.raises(InputError, match=words):
        check_given_files(found)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/tsn.pth").touch()
    check_given_files(found)


def test_what_is_downloaded_or_made_by_a_run_need_not_be_there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    check_given_files(networks(path="checkpoints/tsn.pth", url=URL))
    check_given_files(networks(path="results/other/checkpoints/tsn/head.pt"))
