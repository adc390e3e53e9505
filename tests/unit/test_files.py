"""Outputs appear whole or not at all."""

import errno
import hashlib
import math
import os
import socket
import sys

import pandas as pd
import pytest

from playfair.errors import InputError
from playfair.files import (
    CONTENTS,
    file_hash,
    lost_files,
    read_contents,
    read_csv,
    write_contents,
    write_csv,
    write_rows,
    written_whole,
)
from tests.commands import run_command


def as_table(path, name):
    write_csv(pd.DataFrame({"class_name": [name]}), path)


def as_rows(path, name):
    write_rows(path, ["class_name"], [[name]])


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


def test_a_directory_says_which_of_its_files_are_lost(tmp_path):
    for name in ("a", "b", "c"):
        (tmp_path / name).write_text("text")
    assert lost_files(tmp_path) == []
    write_contents(tmp_path, more=[1])
    assert lost_files(tmp_path) == []
    (tmp_path / "another").touch()
    assert lost_files(tmp_path) == []
    (tmp_path / "b").unlink()
    (tmp_path / "c").write_text("tex")
    wrong = [f"{tmp_path / 'b'} is missing", f"{tmp_path / 'c'} has 3 bytes, 4 were written"]
    assert lost_files(tmp_path) == wrong
    assert read_contents(tmp_path) == {"files": {"a": 4, "b": 4, "c": 4}, "more": [1]}
    (tmp_path / CONTENTS).write_text("{}")
    assert lost_files(tmp_path) == [f"{tmp_path / CONTENTS} cannot be read ('files')"]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
@pytest.mark.parametrize("has_number", [True, False])
def test_full_disk_is_one_sentence_that_says_where(tmp_path, number, has_number):
    path = tmp_path / "features" / "train.h5"
    words = f"cannot write: '{os.strerror(number)}'"
    error = OSError(number, "cannot write") if has_number else RuntimeError(words)
    with (
        pytest.raises(InputError, match=rf"^no space is left in {path.parent} .* train\.h5: make"),
        written_whole(path) as temporary,
    ):
        temporary.write_text("half")
        try:
            raise error
        finally:
            raise RuntimeError("closing failed")
    assert list(path.parent.iterdir()) == []


KILLED = """
import os, signal, sys
from playfair.files import written_whole
with written_whole(sys.argv[1]) as temporary:
    temporary.mkdir() if sys.argv[2] == "directory" else temporary.write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("folder", "Is a directory"),
        ("file/x.png", "File exists"),
        (f"{'x' * 247}.png", "File name too long"),
        ("/proc/x.png", ""),
    ],
)
def test_a_place_where_no_file_can_be_is_named(tmp_path, refused, name, reason):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    path = tmp_path / name
    with (
        pytest.raises(
            InputError, match=rf"^{path} cannot be written \({reason}.*\): choose"
        ) as caught,
        written_whole(path) as temporary,
    ):
        temporary.write_bytes(b"x")
    assert sorted(tmp_path.iterdir()) == [tmp_path / "file", tmp_path / "folder"]
    if name == "folder":
        refused("The command explain", caught.value, "`--output` that is a folder")


def test_errors_about_other_files_stay_what_they_are(tmp_path):
    with pytest.raises(FileNotFoundError), written_whole(tmp_path / "a.csv"):
        (tmp_path / "absent").read_bytes()


@pytest.mark.parametrize("kind", ["directory", "file"])
def test_what_a_killed_process_left_is_removed_by_the_next(tmp_path, kind):
    path = tmp_path / "clips[1].h5"
    run_command([sys.executable, "-c", KILLED, path, kind])
    assert len(list(tmp_path.iterdir())) == 1
    with written_whole(path) as temporary:
        temporary.write_text("whole")
    assert list(tmp_path.iterdir()) == [path]


def test_what_others_are_writing_is_left_alone(tmp_path):
    alive = tmp_path / f".table.{socket.gethostname()}-{os.getppid()}.partial.csv"
    elsewhere = tmp_path / ".table.elsewhere-999999.partial.csv"
    alive.touch()
    elsewhere.touch()
    with written_whole(tmp_path / "table.csv") as temporary:
        temporary.touch()
    assert {alive, elsewhere} < set(tmp_path.iterdir())


def test_file_hash_is_sha256(tmp_path):
    path = tmp_path / "bytes"
    path.write_bytes(b"frames" * 100_000)
    assert file_hash(path) == hashlib.sha256(b"frames" * 100_000).hexdigest()


def test_tables_come_back_as_they_were_written(tmp_path):
    table = pd.DataFrame(
        {
            "uid": ["NA", "007", "null"],
            "class_name": ["1", "None", "nan"],
            "score": [0.5, math.nan, math.inf],
        }
    )
    write_csv(table, tmp_path / "table.csv")
    pd.testing.assert_frame_equal(read_csv(tmp_path / "table.csv"), table, check_dtype=False)


@pytest.mark.parametrize("write", [as_table, as_rows])
def test_spreadsheets_are_told_of_letters_beyond_ascii(tmp_path, write):
    write(tmp_path / "plain.csv", "=1+1, $5")
    assert (tmp_path / "plain.csv").read_bytes() == b'class_name\n"=1+1, $5"\n'
    write(tmp_path / "beyond.csv", "移動 é")
    assert (tmp_path / "beyond.csv").read_bytes() == "\ufeffclass_name\n移動 é\n".encode()
    assert list(read_csv(tmp_path / "beyond.csv")["class_name"]) == ["移動 é"]
