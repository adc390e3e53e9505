"""How results are sent: JSON with arrays of numbers as the API packs them, and as files do.

Both take trees of dictionaries and lists that hold arrays of numpy, and bytes. The API sends these
as base64 of their little-endian bytes. A file is a script that a page from disk can load: text in
UTF-16, whose units are the compressed content, but for the few that cannot stand in a text. That
is a list of bytes behind JSON that says where in it each array lies; numbers of 32 bits take 15
there.
"""

import base64
import json
import zlib
from typing import Any

import numpy as np

LEVELS = 16383
"""Into how many steps files divide the range of scores, and numbers on either side of zero: 14 bits
are off by 3e-5 of that, and take a tenth less than 16."""
_NOT_A_NUMBER = -32768
_ESCAPE = 0xE000
"""Stands before a unit whose highest bit is turned, as it would be half of a character, end the
string, or be this one."""
_ENDS = [ord(character) for character in '"\\\n\r']


def packed(values: Any, kind: str = "<f4") -> np.ndarray:
    """Numbers as they are sent: "<f4" float32, "<u2" and "<i2" 16 bits, "u1" 8 bits."""
    return np.ascontiguousarray(values, dtype=kind)


def as_shares(values: np.ndarray, levels: int = 65535) -> np.ndarray:
    """Numbers of 0 to 1 in 16 bits each, q = round(levels x)."""
    shares: np.ndarray = np.rint(np.clip(np.nan_to_num(values), 0, 1) * levels).astype("<u2")
    return shares


def planes(values: np.ndarray) -> np.ndarray:
    """Numbers of 16 bits, the upper bytes of all before the lower ones, as they compress best."""
    halves = np.ascontiguousarray(values, dtype=f"<{values.dtype.kind}2").view("u1").reshape(-1, 2)
    return np.concatenate([halves[:, 1], halves[:, 0]])


def as_json(value: Any) -> str:
    """JSON without characters that a script element, or an old reader, takes for something else."""
    text = json.dumps(
        value, default=_base64, ensure_ascii=False, allow_nan=False, separators=(",", ":")
    )
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _base64(value: Any) -> str:
    return base64.b64encode(value if isinstance(value, bytes) else value.tobytes()).decode("ascii")


def as_script(name: str, value: Any) -> bytes:
    """A script that hands the page what is called `name`.

    Of an array of numbers of 32 bits the largest stays as it is, and the others come in `LEVELS`
    steps of it.
    """
    content = bytearray()

    def place(found: Any) -> dict[str, Any]:
        largest = None
        if isinstance(found, np.ndarray) and found.dtype.kind == "f":
            largest, found = _in_steps(found)
        part = found if isinstance(found, bytes) else found.tobytes()
        content.extend(part)
        about = {"bytes": [len(content) - len(part), len(part)]}
        return about if largest is None else {**about, "largest": largest}

    text = json.dumps(value, default=place, allow_nan=False, separators=(",", ":")).encode()
    whole = zlib.compress(len(text).to_bytes(4, "little") + text + content, 9)
    script = f'PlayFairData("{name}",{len(whole)},"{_as_text(whole)}")\n'
    return f"\ufeff{script}".encode("utf-16-le")


def _in_steps(values: np.ndarray) -> tuple[float, np.ndarray]:
    """The largest number by its size, and all in steps of it, as `planes`."""
    largest = float(np.nan_to_num(np.abs(values)).max(initial=0)) or 1.0
    steps = np.rint(values / largest * LEVELS)
    return largest, planes(np.where(np.isnan(steps), _NOT_A_NUMBER, steps).astype("<i2"))


def _as_text(content: bytes) -> str:
    units = np.frombuffer(content + bytes(len(content) % 2), "<u2")
    special = (units >> 11 == 0xD800 >> 11) | np.isin(units, [*_ENDS, _ESCAPE])
    standing = np.where(special, units ^ 0x8000, units)
    return np.insert(standing, np.flatnonzero(special), _ESCAPE).tobytes().decode("utf-16-le")
