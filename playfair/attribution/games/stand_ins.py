"""Clips in which elements are missing: which frame is seen in each place, and stand-in frames.

An element is g consecutive frames of the F = n * g that a network takes. What a network sees is a
choice from a pool of frames: those of the clip, and stand-ins behind them.
"""

import torch
from torch import Tensor

from playfair.attribution.games.fills import Fill
from playfair.errors import InputError

BLUR_SHARE = 1 / 8
"""Standard deviation of the blur, as a share of the picture's height and of its width."""


def frames_seen(member: Tensor, frames_per_element: int, fill: Fill) -> Tensor:
    """Which frame of the pool is in each place: subsets (R, n) bool -> (R, F) int64.

    Numbers below F are the clip's own frames. F and above are stand-ins: one frame with the fills
    mean and black; with blur a frame for each place. With drop, F stands for no frame at all.
    """
    n_frames = member.shape[1] * frames_per_element
    place = torch.arange(n_frames, device=member.device).expand(len(member), -1)
    kept = member.repeat_interleave(frames_per_element, dim=1)
    if fill == "nearest":
        nearest = nearest_elements(member)
        first = nearest.repeat_interleave(frames_per_element, dim=1) * frames_per_element
        return first + place % frames_per_element
    if fill == "resample":
        count = kept.sum(dim=1, keepdim=True)
        # The middles of F equal parts of the kept frames, as a video's frames are sampled.
        order = (2 * place + 1) * count // (2 * n_frames)
        in_front = torch.argsort((~kept).to(torch.int8), dim=1, stable=True)
        return in_front.gather(1, order)
    stand_in = place + n_frames if fill == "blur" else torch.full_like(place, n_frames)
    return torch.where(kept, place, stand_in)


def nearest_elements(member: Tensor) -> Tensor:
    """Subsets (R, n) bool -> (R, n): for every place the nearest element of the subset.

    Elements are taken to be equally spaced in time; of two equally near ones it is the earlier.
    """
    n_elements = member.shape[1]
    place = torch.arange(n_elements, device=member.device).expand(len(member), -1)
    before = torch.where(member, place, -2 * n_elements).cummax(dim=1).values
    after = torch.where(member, place, 3 * n_elements).flip(1).cummin(dim=1).values.flip(1)
    return torch.where(place - before <= after - place, before, after)


def pool_of_frames(clips: Tensor, fill: Fill, black: Tensor) -> Tensor:
    """Clips (V, F, ...) -> what places are filled from (V, P, ...), see `frames_seen`.

    black: what fits a frame, such as (3, 1, 1). Raises `InputError` for frames that have no picture
    to blur.
    """
    if fill in ("nearest", "resample"):
        return clips
    if fill == "blur":
        return torch.cat([clips, blurred(clips)], dim=1)
    if fill == "mean":
        mean = clips.double().mean(dim=1, keepdim=True)
        stand_in = (mean if clips.is_floating_point() else mean.round()).to(clips.dtype)
    else:
        stand_in = black.to(clips).expand(clips[:, :1].shape)
    return torch.cat([clips, stand_in], dim=1)


def blurred(frames: Tensor) -> Tensor:
    """Frames (..., H, W) blurred by a Gaussian that is renormalised at the edges.

    Raises:
        InputError: if frames are no pictures of floating-point numbers.
    """
    if frames.ndim < 4 or not frames.is_floating_point():
        raise InputError(
            f"With fill='blur' frames are pictures of floating-point numbers, (..., H, W); these "
            f"have the shape {tuple(frames.shape[2:])} and are {frames.dtype}: use another fill."
        )
    rows, columns = (_gaussian(side, frames) for side in frames.shape[-2:])
    return rows @ frames @ columns.T


def _gaussian(side: int, like: Tensor) -> Tensor:
    """(S, S): a row for each place, of the weights of all places."""
    place = torch.arange(side, dtype=torch.float64)
    distance = (place[:, None] - place) / (BLUR_SHARE * side)
    weights = torch.exp(-(distance**2) / 2)
    return (weights / weights.sum(dim=1, keepdim=True)).to(like)
