"""Outputs appear whole or not at all."""

import hashlib

import pytest

from playfair.files import file_hash, written_whole


def test_file_appears_when_the_block_succeeds(tmp_path):
    path = tmp_path / "deep" / "table.csv"
    with written_whole(path) as temporary:
        temporary.write_text("whole")
        assert temporary.suffix == ".csv"
        assert not path.exists()
    assert path.read_text() == "whole"
    assert list(path.parent.iterdir()) == [path]


def test_failed_write_leaves_the_earlier_file(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("earlier")
    with pytest.raises(RuntimeError), written_whole(path) as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert path.read_text() == "earlier"
    assert list(tmp_path.iterdir()) == [path]


def test_directory_replaces_directory(tmp_path):
    path = tmp_path / "clips"
    path.mkdir()
    (path / "old").touch()
    with written_whole(path) as temporary:
        temporary.mkdir()
        (temporary / "new").touch()
    assert [entry.name for entry in path.iterdir()] == ["new"]


def test_failed_directory_is_removed(tmp_path):
    path = tmp_path / "clips"
    with pytest.raises(RuntimeError), written_whole(path) as temporary:
        temporary.mkdir()
        (temporary / "half").touch()
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_file_hash_is_sha256(tmp_path):
    path = tmp_path / "bytes"
    path.write_bytes(b"frames" * 100_000)
    assert file_hash(path) == hashlib.sha256(b"frames" * 100_000).hexdigest()
