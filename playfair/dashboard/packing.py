"""What the API sends: arrays of numbers as base64 of their little-endian bytes, within JSON."""

import base64
import json
import zlib
from typing import Any

import numpy as np


def packed(values: np.ndarray, kind: str = "<f4") -> str:
    """Numbers as base64 of their bytes: "<f4" float32, "<u2" and "<i2" 16 bits."""
    return base64.b64encode(np.ascontiguousarray(values, dtype=kind).tobytes()).decode("ascii")


def as_shares(values: np.ndarray) -> np.ndarray:
    """Numbers of 0 to 1 in 16 bits each, q = round(65535 x): off by 8e-6 at most."""
    shares: np.ndarray = np.rint(np.clip(np.nan_to_num(values), 0, 1) * 65535).astype("<u2")
    return shares


def packed_shares(values: np.ndarray) -> str:
    """`as_shares` of the numbers, packed."""
    return packed(as_shares(values), "<u2")


def deflated(text: str) -> str:
    """A text as base64 of its compressed UTF-8."""
    return base64.b64encode(zlib.compress(text.encode(), 9)).decode("ascii")


def as_json(value: Any) -> str:
    """JSON without characters that a script element, or an old reader, takes for something else."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text
