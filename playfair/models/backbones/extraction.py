"""Features of gulped frames: a backbone over every frame of a split, batched across videos."""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional
from torch.utils.data import DataLoader, Dataset
from tqdm import tqdm

from playfair.data.video.gulp import GulpReader
from playfair.models.backbones.backbone import Backbone


class _FrameBatches(Dataset[Tensor]):
    """Item b: the cropped frames (B, 3, S, S) uint8 number b * B to b * B + B - 1 of a split."""

    def __init__(
        self,
        reader: GulpReader,
        uids: Sequence[str],
        backbone: Backbone,
        batch_size: int,
    ):
        self._reader = reader
        self._uids = list(uids)
        self._crop = backbone.crop
        self._batch_size = batch_size
        lengths = [reader.lengths[uid] for uid in uids]
        self._offsets = np.concatenate([[0], np.cumsum(lengths)])

    def __len__(self) -> int:
        return -(-int(self._offsets[-1]) // self._batch_size)

    def __getitem__(self, batch: int) -> Tensor:
        first = batch * self._batch_size
        last = min(first + self._batch_size, int(self._offsets[-1]))
        frames: list[np.ndarray] = []
        position = int(np.searchsorted(self._offsets, first, side="right")) - 1
        while first < last:
            start, end = int(self._offsets[position]), int(self._offsets[position + 1])
            idx = range(first - start, min(end, last) - start)
            frames += self._reader.frames(self._uids[position], idx)
            first += len(idx)
            position += 1
        return self._crop(frames)


@torch.inference_mode()
def extract_features(
    backbone: Backbone,
    reader: GulpReader,
    uids: Sequence[str],
    *,
    batch_size: int = 64,
    device: torch.device | str = "cpu",
    decoders: int = 1,
    progress: bool = True,
) -> Iterator[np.ndarray]:
    """Features (N, D) float32 of the frames of `uids`, all frames of one video after the other.

    Processes of their own decode and crop the batches to come while the backbone works.
    Every batch has `batch_size` frames, the last one padded with zeros before the forward pass and
    cut after it, so that a frame's features do not depend on which others it came with.

    Args:
        decoders: processes that decode; a GPU needs several, a CPU has no more than one to spare.
    """
    backbone = backbone.to(device).eval()
    batches = _FrameBatches(reader, uids, backbone, batch_size)
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
            images = backbone.standardise(padded.to(device))
            yield backbone(images)[: len(frames)].cpu().numpy()
            bar.update(len(frames))
