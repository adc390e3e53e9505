"""Downloads from a server that drops connections, lies and fails: whole and checked, or nothing."""

import hashlib
import socket

import numpy as np
import pytest

from playfair.data.download import BLOCK_SIZE, download
from playfair.errors import InputError
from tests.file_server import file_server

BODY = np.random.default_rng(0).bytes(1_000_000)
BLOCKS = 20 * BLOCK_SIZE
HASH = hashlib.sha256(BODY).hexdigest()


@pytest.fixture
def server(monkeypatch):
    # A proxy of the environment must not stand between the test and its own server.
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with file_server() as served:
        served.files["/weights.pth"] = BODY
        yield served


@pytest.fixture
def path(tmp_path):
    return tmp_path / "checkpoints/weights.pth"


def fetch(server, path, sha256=None, **options):
    return download(f"{server.url}/weights.pth", path, sha256, wait=0.001, **options)


def files_beside(path):
    return sorted(file.name for file in path.parent.iterdir())


def error_of(server, path, *arguments, **options):
    with pytest.raises(InputError) as caught:
        fetch(server, path, *arguments, **options)
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert f"put it at {path}" in sentence
    assert not path.exists()
    return sentence


def test_file_arrives_whole_with_its_hash_and_leaves_nothing_else(server, path):
    assert fetch(server, path) == HASH
    assert path.read_bytes() == BODY
    assert files_beside(path) == ["weights.pth"]
    assert server.requests == [("/weights.pth", None)]


def test_hash_may_be_given_in_capitals(server, path):
    assert fetch(server, path, HASH.upper()) == HASH


def test_redirects_are_followed(server, path):
    server.redirects["/s/weights.pth"] = f"{server.url}/weights.pth"
    download(f"{server.url}/s/weights.pth?dl=1", path)
    assert path.read_bytes() == BODY


def test_drop_in_the_middle_is_resumed_where_it_stopped(server, path):
    server.drops = [BLOCKS]
    assert fetch(server, path) == HASH
    ((_, first), (_, second)) = server.requests
    assert (first, second) == (None, f"bytes={BLOCKS}-")


@pytest.mark.parametrize("etag", ['"1"', 'W/"1"', None])
def test_later_call_goes_on_where_an_earlier_one_gave_up(server, path, etag):
    server.etag = etag
    server.drops = [BLOCKS + 1]
    error_of(server, path, tries=1)
    assert files_beside(path) == ["weights.pth.partial", "weights.pth.partial.json"]
    server.requests.clear()
    assert fetch(server, path) == HASH
    assert server.requests == [("/weights.pth", f"bytes={BLOCKS}-")]
    assert files_beside(path) == ["weights.pth"]


def test_whole_partial_file_is_not_asked_for_again(server, path):
    server.drops = [BLOCKS]
    error_of(server, path, tries=1)
    path.with_name("weights.pth.partial").write_bytes(BODY)
    server.requests.clear()
    assert fetch(server, path) == HASH
    assert server.requests == []


@pytest.mark.parametrize("if_range", [True, False])
def test_partial_file_of_an_older_version_is_thrown_away(server, path, if_range):
    server.if_range = if_range
    server.files["/weights.pth"] = bytes(len(BODY))
    server.drops = [300_000]
    error_of(server, path, tries=1)
    server.files["/weights.pth"], server.etag = BODY, '"2"'
    assert fetch(server, path) == HASH


def test_partial_file_of_another_length_is_thrown_away(server, path):
    server.etag = None
    server.files["/weights.pth"] = bytes(2 * len(BODY))
    server.drops = [300_000]
    error_of(server, path, tries=1)
    server.files["/weights.pth"] = BODY
    assert fetch(server, path) == HASH


def test_partial_file_longer_than_the_file_is_thrown_away(server, path):
    server.etag = None
    server.files["/weights.pth"] = bytes(2 * len(BODY))
    server.drops = [len(BODY) + BLOCKS]
    error_of(server, path, tries=1)
    server.files["/weights.pth"] = BODY
    assert fetch(server, path) == HASH


def test_partial_file_of_another_url_is_thrown_away(server, path):
    server.files["/other.pth"] = bytes(len(BODY))
    server.drops = [300_000]
    with pytest.raises(InputError):
        download(f"{server.url}/other.pth", path, tries=1)
    assert fetch(server, path) == HASH


def test_partial_file_of_unknown_origin_is_thrown_away(server, path):
    path.parent.mkdir()
    path.with_name("weights.pth.partial").write_bytes(b"something else")
    assert fetch(server, path) == HASH


def test_server_without_ranges_starts_again_from_the_beginning(server, path):
    server.ranges = False
    server.drops = [400_000]
    assert fetch(server, path) == HASH
    assert len(server.requests) == 2


def test_tries_that_get_further_do_not_use_up_patience(server, path):
    server.drops = [100_000] * 8
    assert fetch(server, path, tries=2) == HASH
    assert len(server.requests) == 9


def test_body_that_is_always_truncated_fails_after_all_tries(server, path):
    server.ranges = False
    server.drops_always = BLOCKS
    sentence = error_of(server, path, tries=3)
    assert str(BLOCKS) in sentence
    assert "in 3 tries" in sentence
    assert "run again" in sentence
    assert len(server.requests) == 3


def test_temporary_answers_are_tried_again(server, path):
    server.statuses = [503, 429, 500]
    assert fetch(server, path) == HASH
    assert len(server.requests) == 4


def test_server_that_stays_busy_is_given_up(server, path):
    server.statuses = [503] * 9
    assert "503 Service Unavailable" in error_of(server, path, tries=3)
    assert len(server.requests) == 3


@pytest.mark.parametrize(("status", "words"), [(404, "404 Not Found"), (403, "403 Forbidden")])
def test_refusal_fails_at_once(server, path, status, words):
    server.statuses = [status]
    assert words in error_of(server, path)
    assert len(server.requests) == 1


def test_wrong_hash_is_told_with_both_and_nothing_is_kept(server, path):
    expected = "0" * 64
    sentence = error_of(server, path, expected)
    assert HASH in sentence
    assert expected in sentence
    assert files_beside(path) == []


def test_file_that_is_there_survives_a_failed_download(server, path):
    path.parent.mkdir()
    path.write_bytes(b"earlier")
    with pytest.raises(InputError):
        fetch(server, path, "0" * 64)
    assert path.read_bytes() == b"earlier"


def test_web_page_in_place_of_the_file_is_refused(server, path):
    server.content_type = "text/html; charset=utf-8"
    assert "web page" in error_of(server, path)


def test_no_connection_says_so(server, path):
    with pytest.raises(InputError, match=r"in 2 tries \(no connection: .*refused\)"):
        # Port 9 (discard) is served nowhere.
        download("http://127.0.0.1:9/weights.pth", path, tries=2, wait=0.001)
    assert not path.exists()


def test_server_that_says_nothing_is_given_up(server, path):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(InputError, match=r"no answer for 0\.05 s"):
            download(f"http://127.0.0.1:{port}/x", path, tries=1, timeout=0.05)


def test_address_that_is_none_is_refused(path):
    with pytest.raises(InputError, match="could not be downloaded"):
        download("https://", path)
