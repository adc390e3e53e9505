"""The models of the conformance vectors, and small games with known worths."""

import numpy as np
import torch

from playfair.models.heads.tsn_trn import TRN, TSN
from tests.conformance import deterministic, parameters

N_MAX, FEATURE_DIM, HIDDEN_DIM, CLASS_COUNT = 5, 32, 24, 11


def priors() -> np.ndarray:
    uniform = deterministic("priors", CLASS_COUNT)
    return uniform / uniform.sum()


def trn_heads() -> list[TRN]:
    heads = [TRN(s, FEATURE_DIM, HIDDEN_DIM, CLASS_COUNT).eval() for s in range(1, N_MAX + 1)]
    for scale, head in enumerate(heads, start=1):
        shapes = {key: value.shape for key, value in head.state_dict().items()}
        head.load_state_dict(parameters(shapes, f"trn_{scale}/"))
    return heads


def tsn_head() -> TSN:
    head = TSN(FEATURE_DIM, CLASS_COUNT).eval()
    shapes = {key: value.shape for key, value in head.state_dict().items()}
    head.load_state_dict(parameters(shapes, "tsn/"))
    return head


def moved(values: torch.Tensor, offset: int) -> torch.Tensor:
    """The same numbers, `offset` numbers behind a boundary of 64 bytes in memory."""
    memory = torch.empty(values.numel() + offset)
    return memory[offset:].view(values.shape).copy_(values)


def bits(n_frames: int) -> torch.Tensor:
    """(n, n): frame i is the i-th unit vector, so that a sum over frames says who is there."""
    return torch.eye(n_frames)


def worth_model(worth: np.ndarray):
    """A variable-length model of `bits` whose scores are worth (2^n, C), by mask."""
    table = torch.from_numpy(worth).float()
    powers = 2 ** torch.arange(len(worth).bit_length() - 1)

    def model(elements: torch.Tensor) -> torch.Tensor:
        return table[(elements.sum(dim=1).long() * powers).sum(dim=1)]

    return model
