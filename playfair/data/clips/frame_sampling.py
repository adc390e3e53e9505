"""Which frames of a video a model sees: the paper's deterministic sampling."""

import re
from typing import Literal

import numpy as np

from playfair.errors import InputError

Rounding = Literal["integers", "floats"]
"""How the middle of a segment is computed: exactly, or as the paper's code does."""
_SNIPPETS = " in snippets of {} by {}"
_NUMBER = "([1-9][0-9]{0,3})"
_SAMPLING = re.compile(rf"(integers|floats)(?:{_SNIPPETS.format(_NUMBER, _NUMBER)})?")


def sampling_text(rounding: Rounding, snippet_length: int = 1, frame_step: int = 1) -> str:
    """A way of sampling in words, as files carry it and `sample_frame_idx` takes it.

    snippet_length: frames that are taken together. frame_step: how far apart these are.
    """
    if snippet_length == 1:
        return rounding
    return rounding + _SNIPPETS.format(snippet_length, frame_step)


def sample_frame_idx(sequence_length: int, n_frames: int, sampling: str = "integers") -> np.ndarray:
    """Split a video into `n_frames` equal segments and take the middle frame of each.

    Frame i is ``floor(i * T / n + T / (2 n))`` for a video of T frames: computed in integers, so
    that no rounding error can move it, or in float64 and this order, as the paper's code does. At
    n = 7 and 9 to 15 floats take one frame or two earlier by one, of 63 of the 1,684 pairs of n up
    to 16 and T from 9 to 115, the lengths of Something-Something v2 at 8 frames per second.

    In snippets of L frames by a step, there are n / L segments, and the frames around the middle of
    each are taken: L of them, at that step, or at the largest by which they fit into the segment.

    Args:
        sampling: "integers" or "floats", perhaps with snippets, see `sampling_text`.

    Returns:
        (n_frames,) int64, strictly increasing.

    Raises:
        InputError: if the video has fewer than `n_frames` frames, there is no such sampling, or
            `n_frames` is no multiple of a snippet's length.
    """
    rounding, length, step = _parts(sampling)
    if not 1 <= n_frames <= sequence_length:
        raise InputError(
            f"cannot sample {n_frames} frames of a video of {sequence_length}: "
            f"choose between 1 and {sequence_length}"
        )
    if n_frames % length:
        raise InputError(
            f"cannot sample {n_frames} frames in snippets of {length}: choose a multiple of it"
        )
    middles = _middles(sequence_length, n_frames // length, rounding)
    if length == 1:
        return middles
    fitting = (sequence_length // (n_frames // length) - 1) // (length - 1)
    offsets = np.arange(length) * min(step, fitting)
    idx: np.ndarray = middles[:, None] + offsets - (offsets[-1] + 1) // 2
    return idx.reshape(-1)


def _middles(sequence_length: int, n_segments: int, rounding: str) -> np.ndarray:
    """(n_segments,) int64: the middle frames of equal segments of a video."""
    segments = np.arange(n_segments, dtype=np.int64)
    if rounding == "floats":
        length = sequence_length / n_segments
        middles: np.ndarray = np.floor(segments * length + length / 2).astype(np.int64)
        return middles
    return (2 * segments + 1) * sequence_length // (2 * n_segments)


def check_sampling(text: str) -> str:
    """A way of sampling, as it is.

    Raises:
        InputError: if it is none.
    """
    _parts(text)
    return text


def _parts(text: str) -> tuple[str, int, int]:
    """Rounding, snippet_length and frame_step of a way of sampling."""
    found = _SAMPLING.fullmatch(text)
    if found is None:
        raise InputError(f"frames cannot be sampled by {text!r}: choose integers or floats")
    return found[1], int(found[2] or 1), int(found[3] or 1)


def sample_clip_idx(sequence_length: int, clip_frames: int) -> np.ndarray:
    """As `sample_frame_idx`, for networks that need `clip_frames` frames whatever the video has.

    Of a video with fewer frames some are taken several times in a row.

    Returns:
        (clip_frames,) int64, not decreasing.

    Raises:
        InputError: if the video has no frames.
    """
    if sequence_length < 1:
        raise InputError("cannot sample a video without frames: choose another video")
    segments = np.arange(clip_frames, dtype=np.int64)
    return (2 * segments + 1) * sequence_length // (2 * clip_frames)


def in_elements(clip_idx: np.ndarray, n_elements: int) -> tuple[np.ndarray, np.ndarray]:
    """Frames of clips (..., F) dealt out to n elements of F/n consecutive ones.

    Returns:
        (..., n) the middle frame of each element, and (..., n, F/n) all of them.
    """
    elements = clip_idx.reshape(*clip_idx.shape[:-1], n_elements, -1)
    return elements[..., elements.shape[-1] // 2], elements
