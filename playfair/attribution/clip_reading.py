"""Clips of a gulp as a network takes them: a few at a time, the next read while it works."""

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from playfair.data.clips.frame_sampling import in_elements, sample_clip_idx
from playfair.data.video.gulp import GulpReader
from playfair.models.clip_networks.clip_network import ClipNetwork


@dataclass(frozen=True)
class ClipBatch:
    """V prepared clips, and what they are.

    Attributes:
        uid: [V]. label: (V,) int64. sequence_length: (V,). clips: (V, F, 3, S, S) float32.
        frame_idx: (V, n). element_frame_idx: (V, n, F/n).
    """

    uid: list[str]
    label: np.ndarray
    sequence_length: np.ndarray
    clips: Tensor
    frame_idx: np.ndarray
    element_frame_idx: np.ndarray


def clips_at_once(batch_size: int, n_elements: int) -> int:
    """How many clips are held at a time: enough that batches of masked clips are mostly full."""
    return max(1, -(-2 * batch_size // n_elements))


def read_clips(
    reader: GulpReader,
    uids: Sequence[str],
    network: ClipNetwork,
    n_elements: int,
    count: int,
) -> Iterator[ClipBatch]:
    """Prepared clips, `count` at a time; each is decoded once, in a thread of its own."""
    groups = [uids[first : first + count] for first in range(0, len(uids), count)]

    def read(group: Sequence[str]) -> ClipBatch:
        lengths = [reader.lengths[uid] for uid in group]
        idx = [sample_clip_idx(length, network.clip_frames) for length in lengths]
        clips = []
        for uid, frames in zip(group, idx, strict=True):
            seen, places = np.unique(frames, return_inverse=True)
            clips.append(network.prepare(reader.frames(uid, list(seen)))[torch.from_numpy(places)])
        frame_idx, element_frame_idx = in_elements(np.stack(idx), n_elements)
        label = np.array([reader.labels[uid] for uid in group], dtype=np.int64)
        return ClipBatch(
            list(group), label, np.array(lengths), torch.stack(clips), frame_idx, element_frame_idx
        )

    with ThreadPoolExecutor(1) as thread:
        coming = deque(thread.submit(read, group) for group in groups[:1])
        for following in [*groups[1:], None]:
            if not coming:
                return
            batch = coming.popleft().result()
            if following is not None:
                coming.append(thread.submit(read, following))
            yield batch
