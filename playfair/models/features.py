"""Features of gulped frames: a backbone over every frame of a split, batched across videos."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.data import DataLoader, Dataset
from tqdm import tqdm

from playfair.data.gulp import GulpReader

Preprocess = Callable[[Sequence[np.ndarray]], Tensor]


class _FrameBatches(Dataset[Tensor]):
    """Item b: the preprocessed frames (B, 3, H, W) number b * B to b * B + B - 1 of a split."""

    def __init__(
        self,
        reader: GulpReader,
        uids: Sequence[str],
        preprocess: Preprocess,
        batch_size: int,
    ):
        self._reader = reader
        self._uids = list(uids)
        self._preprocess = preprocess
        self._batch_size = batch_size
        lengths = [reader.lengths[uid] for uid in uids]
        self._offsets = np.concatenate([[0], np.cumsum(lengths)])

    def __len__(self) -> int:
        return -(-int(self._offsets[-1]) // self._batch_size)

    def __getitem__(self, batch: int) -> Tensor:
        first = batch * self._batch_size
        last = min(first + self._batch_size, int(self._offsets[-1]))
        parts = []
        position = int(np.searchsorted(self._offsets, first, side="right")) - 1
        while first < last:
            start, end = int(self._offsets[position]), int(self._offsets[position + 1])
            idx = range(first - start, min(end, last) - start)
            parts.append(self._preprocess(self._reader.frames(self._uids[position], idx)))
            first += len(idx)
            position += 1
        return torch.cat(parts)


@torch.inference_mode()
def extract_features(
    backbone: nn.Module,
    preprocess: Preprocess,
    reader: GulpReader,
    uids: Sequence[str],
    *,
    batch_size: int = 64,
    device: torch.device | str = "cpu",
    decoders: int = 1,
    progress: bool = True,
) -> Iterator[np.ndarray]:
    """Features (N, D) float32 of the frames of `uids`, all frames of one video after the other.

    Processes of their own decode and preprocess the batches to come while the backbone works.
    Every batch has `batch_size` frames, the last one padded with zeros before the forward pass and
    cut after it, so that a frame's features do not depend on which others it came with.

    Args:
        preprocess: list of (H, W, 3) uint8 frames -> (N, 3, H', W') input of the backbone.
        decoders: processes that decode; a GPU needs several, a CPU has no more than one to spare.
    """
    backbone = backbone.to(device).eval()
    batches = _FrameBatches(reader, uids, preprocess, batch_size)
    loader = DataLoader(
        batches,
        batch_size=None,
        num_workers=decoders,
        prefetch_factor=4,
        # Another way to start a process would run the caller's script again.
        multiprocessing_context="fork",
    )
    frame_count = sum(reader.lengths[uid] for uid in uids)
    with tqdm(total=frame_count, desc="features", unit="frame", disable=not progress) as bar:
        for frames in loader:
            missing = batch_size - len(frames)
            padded = functional.pad(frames, (*(0, 0) * 3, 0, missing)) if missing else frames
            yield backbone(padded.to(device))[: len(frames)].cpu().numpy()
            bar.update(len(frames))
