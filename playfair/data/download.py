"""Downloads: a file from the web that appears whole and checked, or not at all.

What has arrived is kept beside the file as `<name>.partial`, and what the server said of it as
`<name>.partial.json`, so that the next try, also by another process, goes on where this one ended
(RFC 9110, sections 13.1.5 and 14: If-Range and Range).
"""

import json
import os
import re
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import requests
from tqdm import tqdm

from playfair.errors import InputError
from playfair.files import file_hash

BLOCK_SIZE = 1 << 14
"""Bytes read at a time: of a connection that breaks off, less than this is lost."""
TEMPORARY_STATUS = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Answers after which the same request may succeed."""


class _TryAgain(Exception):
    """A failure that may pass by itself; says which in a few words."""


class _Refusal(Exception):
    """A failure that will not pass by itself; says which in a few words."""


@dataclass(frozen=True)
class _Origin:
    """What a partial file is part of: the url, its version if known, its length if known."""

    url: str
    version: str | None
    length: int | None


@dataclass(frozen=True)
class _Partial:
    """The part of a file that has arrived, and where it comes from."""

    path: Path

    @property
    def record(self) -> Path:
        return self.path.with_name(f"{self.path.name}.json")

    @property
    def size(self) -> int:
        return self.path.stat().st_size if self.path.is_file() else 0

    def origin(self) -> _Origin | None:
        """Where the part comes from, None if there is none or that is not known."""
        try:
            return _Origin(**json.loads(self.record.read_text(encoding="utf-8")))
        except (FileNotFoundError, ValueError, TypeError):
            return None

    def start(self, origin: _Origin) -> None:
        self.path.write_bytes(b"")
        self.record.write_text(json.dumps(asdict(origin)), encoding="utf-8")

    def remove(self) -> None:
        self.path.unlink(missing_ok=True)
        self.record.unlink(missing_ok=True)


def download(
    url: str,
    path: str | Path,
    sha256: str | None = None,
    *,
    tries: int = 5,
    wait: float = 2.0,
    timeout: float = 60.0,
) -> str:
    """Download the file at `url` to `path`, going on with an earlier download that broke off.

    Args:
        sha256: what the file must have, in hexadecimal; None takes any.
        tries: tries in a row that get no further before giving up.
        wait: seconds before the second try, doubled for every further one.
        timeout: seconds without a byte after which a try has failed.

    Returns:
        the SHA-256 of the file.

    Raises:
        InputError: if it cannot be had, or is not what was expected. Nothing is at `path` then,
            but what was there before.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = _Partial(path.with_name(f"{path.name}.partial"))
    origin = partial.origin()
    if origin is None or origin.url != url:
        partial.remove()
    by_hand = f"fetch it by hand and put it at {path}"
    try:
        _fetch_with_patience(url, partial, tries, wait, timeout)
    except _TryAgain as failure:
        raise InputError(
            f"{url} could not be downloaded in {tries} tries ({failure}): run again to go on where "
            f"it stopped, or {by_hand}"
        ) from None
    except _Refusal as refusal:
        raise InputError(f"{url} could not be downloaded ({refusal}): {by_hand}") from None
    found = file_hash(partial.path)
    if sha256 is not None and found != sha256.lower():
        partial.remove()
        raise InputError(
            f"what {url} sent has the SHA-256 {found}, expected {sha256.lower()}: mend the sha256 "
            f"in the configuration if the file has changed for good, or {by_hand}"
        )
    os.replace(partial.path, path)
    partial.remove()
    return found


def _fetch_with_patience(
    url: str, partial: _Partial, tries: int, wait: float, timeout: float
) -> None:
    """Try until the partial file is whole; trying gets new patience where it gets further."""
    furthest, failures = partial.size, 0
    while True:
        try:
            _fetch(url, partial, timeout)
            return
        except _TryAgain as failure:
            failures = 1 if partial.size > furthest else failures + 1
            furthest = max(furthest, partial.size)
            if failures >= tries:
                raise
            pause = wait * 2 ** (failures - 1)
            tqdm.write(f"{url}: {failure}, trying again in {pause:g} s", file=sys.stderr)
            time.sleep(pause)


def _fetch(url: str, partial: _Partial, timeout: float) -> None:
    """One request for what is missing, appended to the partial file."""
    origin = partial.origin()
    if origin and origin.length is not None and partial.size == origin.length:
        return
    headers = _headers(partial, origin)
    try:
        with requests.get(url, headers=headers, stream=True, timeout=timeout) as answer:
            accepted = _accept(answer, url, partial, origin)
            _append(answer, partial, accepted.length)
    except requests.Timeout:
        raise _TryAgain(f"no answer for {timeout:g} s") from None
    except requests.exceptions.ChunkedEncodingError:
        raise _TryAgain(f"the connection broke off after {partial.size} bytes") from None
    except requests.ConnectionError as error:
        raise _TryAgain(f"no connection: {_cause(error)}") from None
    except requests.RequestException as error:
        raise _Refusal(str(error)) from None
    if accepted.length is not None and partial.size != accepted.length:
        raise _TryAgain(f"{partial.size} bytes arrived of {accepted.length}")


def _headers(partial: _Partial, origin: _Origin | None) -> dict[str, str]:
    # A body that is compressed on the way could not be counted or resumed.
    headers = {"Accept-Encoding": "identity"}
    if origin and partial.size:
        headers["Range"] = f"bytes={partial.size}-"
        if origin.version:
            headers["If-Range"] = origin.version
    return headers


def _accept(
    answer: requests.Response, url: str, partial: _Partial, origin: _Origin | None
) -> _Origin:
    """Check an answer; leave the partial file so that the answer's body continues it."""
    if answer.status_code in TEMPORARY_STATUS:
        raise _TryAgain(f"the server answered {answer.status_code} {answer.reason}")
    if answer.status_code == 416:
        partial.remove()
        raise _TryAgain("the server has no such part of the file")
    if answer.status_code not in (200, 206):
        raise _Refusal(f"the server answered {answer.status_code} {answer.reason}")
    if answer.headers.get("Content-Type", "").startswith("text/html"):
        raise _Refusal("the server sent a web page, not a file")
    if answer.status_code == 200:
        started = _Origin(url, _version(answer.headers), _integer(answer.headers, "Content-Length"))
        partial.start(started)
        return started
    if origin is None or not _continues(answer.headers, partial, origin):
        partial.remove()
        raise _TryAgain("the server sent another part of the file than was asked for")
    return origin


def _append(answer: requests.Response, partial: _Partial, length: int | None) -> None:
    with (
        partial.path.open("ab") as file,
        tqdm(
            desc=partial.path.stem,
            total=length,
            initial=partial.size,
            unit="B",
            unit_scale=True,
        ) as bar,
    ):
        for block in answer.iter_content(BLOCK_SIZE):
            file.write(block)
            bar.update(len(block))


def _version(headers: Mapping[str, str]) -> str | None:
    """What names this version of the file in If-Range: a strong ETag, or else the date."""
    etag = headers.get("ETag", "")
    return etag if etag.startswith('"') else headers.get("Last-Modified")


def _integer(headers: Mapping[str, str], name: str) -> int | None:
    value = headers.get(name, "")
    return int(value) if value.isdecimal() else None


def _continues(headers: Mapping[str, str], partial: _Partial, origin: _Origin) -> bool:
    """Whether a partial answer begins where the partial file ends, in the same version of it."""
    found = re.fullmatch(r"bytes (\d+)-\d+/(\d+)", headers.get("Content-Range", ""))
    version = _version(headers)
    return (
        found is not None
        and (int(found[1]), int(found[2])) == (partial.size, origin.length)
        and version in (None, origin.version)
    )


def _cause(error: BaseException) -> str:
    """What is at the bottom of a connection error, without the libraries' words around it."""
    inner: Any = error
    while causes := [
        part
        for part in (getattr(inner, "reason", None), *inner.args)
        if isinstance(part, BaseException)
    ]:
        inner = causes[0]
    return str(inner).rpartition(": ")[2]
