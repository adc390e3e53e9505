"""The seal of an HDF5 file: a SHA-256 over what no checksum of HDF5 covers.

HDF5 keeps checksums of arrays of numbers (fletcher32, of every chunk) and of its own structures,
but not of texts. The attribute ``sha256`` at the root of a file that playfair wrote is the hash of
all names, types and shapes, attributes, texts and single numbers.
"""

import hashlib
import json
from typing import Any

import h5py
import numpy as np

SEAL = "sha256"
_TEXTS_AT_ONCE = 1 << 14


def seal(file: h5py.File) -> None:
    """Store the hash of an open file, the last thing that is written to it."""
    file.attrs[SEAL] = content_hash(file)


def is_intact(file: h5py.File) -> bool:
    """Whether a file is what was sealed; one without a seal, such as a user's, counts as intact."""
    return SEAL not in file.attrs or file.attrs[SEAL] == content_hash(file)


def content_hash(file: h5py.File) -> str:
    """SHA-256, in hexadecimal, over all but the values of arrays of numbers."""
    digest = hashlib.sha256()
    items: dict[str, h5py.Dataset | h5py.Group] = {"": file}
    file.visititems(items.__setitem__)
    for name in sorted(items):
        item = items[name]
        for attribute in sorted(item.attrs):
            if name or attribute != SEAL:
                value = item.attrs[attribute]
                digest.update(_line("attribute", name, attribute, *_described(value)))
        if not isinstance(item, h5py.Dataset):
            digest.update(_line("group", name))
            continue
        kind = "text" if item.dtype.kind in "OS" else item.dtype.str
        digest.update(_line("data", name, kind, item.shape))
        if item.shape == ():
            digest.update(_line(*_described(item[()])))
        elif kind == "text":
            _add_texts(digest, item)
    return digest.hexdigest()


def _add_texts(digest: Any, column: h5py.Dataset) -> None:
    for first in range(0, len(column), _TEXTS_AT_ONCE):
        for text in np.ravel(column[first : first + _TEXTS_AT_ONCE]):
            digest.update(b"%d:%b" % (len(text), text))


def _described(value: Any) -> tuple[Any, ...]:
    """A value of an attribute, or a single one, in plain types."""
    if isinstance(value, h5py.Empty):
        return ("empty",)
    values = np.asarray(value)
    if values.dtype.kind in "OSU":
        return "text", values.shape, [_text(one) for one in values.ravel()]
    return values.dtype.str, values.shape, values.tobytes().hex()


def _text(value: Any) -> str:
    return value.decode(errors="backslashreplace") if isinstance(value, bytes) else str(value)


def _line(*parts: Any) -> bytes:
    return json.dumps(parts).encode() + b"\n"
