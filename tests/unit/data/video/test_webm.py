"""Clips to watch: names that a file system takes for one."""

from pathlib import Path

import pytest

from docs.errors import JOB_ENDS
from playfair.data.video.webm import check_names_differ
from playfair.errors import InputError

UIDS = ["b", "A", "a", "\u212b", "\xc5"]


def test_names_may_differ_in_letter_case_alone_where_files_do(tmp_path):
    check_names_differ(tmp_path, UIDS)
    assert list(tmp_path.iterdir()) == []


def test_names_of_one_file_are_refused(tmp_path, monkeypatch, refused):
    def exists(path):
        return path.name.casefold() in {file.name.casefold() for file in path.parent.iterdir()}

    monkeypatch.setattr(Path, "exists", exists)
    check_names_differ(tmp_path, ["b", "A"])
    with pytest.raises(InputError, match="the uids 'A' and 'a' name the same file") as caught:
        check_names_differ(tmp_path, UIDS)
    refused("Videos", caught.value, "uids that one file system takes for the same", rest=JOB_ENDS)
    assert list(tmp_path.iterdir()) == []
