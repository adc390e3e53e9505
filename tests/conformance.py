"""Deterministic tensors of the conformance vectors, which hold what the paper's own code computes.

`tests/data/playfair_conformance.h5` stores outputs only: parameters and inputs follow from their
names. A tensor's numbers are those of NumPy's PCG64, seeded with the CRC-32 of its name.
"""

import json
import math
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import h5py
import numpy as np
import torch

CONFORMANCE = Path(__file__).parent / "data" / "playfair_conformance.h5"


def deterministic(name: str, n: int) -> np.ndarray:
    """U(name, n): `n` float64 numbers in [0, 1) that depend on `name` only."""
    generator = np.random.Generator(np.random.PCG64(zlib.crc32(name.encode())))
    return generator.random(n)


def inputs(name: str, shape: Sequence[int], low: float, high: float) -> torch.Tensor:
    """U(name) in C order as a float32 tensor of `shape`, stretched from [0, 1) to [low, high)."""
    numbers = deterministic(name, math.prod(shape)).reshape(shape)
    return torch.from_numpy((numbers * (high - low) + low).astype(np.float32))


def backbone_shapes(name: str) -> dict[str, tuple[int, ...]]:
    """Keys and shapes of the weights of a released backbone, in order."""
    with h5py.File(CONFORMANCE) as file:
        group = file[f"backbone/{name}"]
        keys = [key.decode() for key in group["keys"][:]]
        shapes = [tuple(json.loads(shape)) for shape in group["shapes"][:]]
    return dict(zip(keys, shapes, strict=True))


def parameters(
    state_dict_shapes: Mapping[str, Sequence[int]], prefix: str
) -> dict[str, torch.Tensor]:
    """The network parameters of the vectors: one tensor per state-dict key, named prefix + key."""
    return {key: _parameter(prefix, key, shape) for key, shape in state_dict_shapes.items()}


def _parameter(prefix: str, key: str, shape: Sequence[int]) -> torch.Tensor:
    if key.endswith("num_batches_tracked"):
        return torch.zeros(tuple(shape), dtype=torch.int64)
    uniform = deterministic(prefix + key, math.prod(shape)).reshape(shape)
    if key.endswith("running_var") or (len(shape) == 1 and key.endswith(".weight")):
        values = 0.5 + uniform
    elif len(shape) == 1:
        values = (uniform - 0.5) * 0.2
    else:
        values = (uniform - 0.5) * 2 * math.sqrt(6 / math.prod(shape[1:]))
    return torch.from_numpy(values.astype(np.float32))
