"""Features of gulped frames: a backbone over every frame of a split, video by video."""

import copy
import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Literal

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset
from tqdm import tqdm

from playfair.data.video.gulp import GulpReader
from playfair.errors import InputError
from playfair.models.backbones.backbone import Backbone
from playfair.models.backbones.folding import folded
from playfair.processes import belong_to


class _FrameBatches(Dataset[Tensor]):
    """The cropped frames (B, 3, S, S) uint8 of one video after the other, at most a batch each."""

    def __init__(
        self,
        reader: GulpReader,
        uids: Sequence[str],
        backbone: Backbone,
        batch_size: int,
    ):
        self._reader = reader
        self._crop = backbone.crop
        self._batches = [
            (uid, range(first, min(first + batch_size, reader.lengths[uid])))
            for uid in uids
            for first in range(0, reader.lengths[uid], batch_size)
        ]

    def __len__(self) -> int:
        return len(self._batches)

    def __getitem__(self, batch: int) -> Tensor:
        return self._cropped(*self._batches[batch])

    def in_turn(self) -> Iterator[Tensor]:
        """All batches; as many threads as the network has share in decoding each."""
        count = torch.get_num_threads()
        with ThreadPoolExecutor(count) as threads:
            for uid, frames in self._batches:
                share = -(-len(frames) // count)
                parts = [frames[start : start + share] for start in range(0, len(frames), share)]
                yield torch.cat(list(threads.map(partial(self._cropped, uid), parts)))

    def _cropped(self, uid: str, frames: range) -> Tensor:
        return self._crop(self._reader.frames(uid, frames))

    def check_finite(self, batch: int, features: np.ndarray) -> None:
        """Raise `InputError` if the features (B, D) of a batch are no finite numbers."""
        bad = np.flatnonzero(~np.isfinite(features).all(axis=1))
        if len(bad):
            uid, frames = self._batches[batch]
            raise InputError(
                f"the features of {uid!r} are NaN or infinite (frame {frames[int(bad[0])]}): look "
                "at the weights of the backbone"
            )


class _Replica:
    """A backbone on one of the devices that share the work."""

    def __init__(self, backbone: Backbone, device: torch.device | str):
        self._device = torch.device(device)
        self._backbone = backbone.to(device).eval()
        self._network = folded(self._backbone)

    def features(self, frames: Tensor, precision: str) -> Tensor:
        """Cropped frames (B, 3, S, S) uint8 -> (B, D) float32, still on the device."""
        images = self._backbone.standardise(frames.to(self._device))
        with torch.autocast(self._device.type, torch.bfloat16, precision == "bfloat16"):
            features: Tensor = self._network(images).float()
        return features


@torch.inference_mode()
def extract_features(
    backbone: Backbone,
    reader: GulpReader,
    uids: Sequence[str],
    *,
    batch_size: int = 64,
    device: torch.device | str | Sequence[torch.device | str] = "cpu",
    decoders: int = 0,
    precision: Literal["float32", "bfloat16"] = "float32",
    progress: bool = True,
) -> Iterator[np.ndarray]:
    """Features (N, D) float32 of the frames of `uids`, all frames of one video after the other.

    A batch holds at most `batch_size` frames of one video, so that its features, and what is
    trained on them, are the same to the bit whichever videos share the job.

    Args:
        device: where the backbone runs; of several devices, each takes one batch in turn.
        decoders: processes that decode and crop the batches to come while the backbone works; a GPU
            needs several. 0: batches are decoded in between. On a CPU that is faster: one process
            beside them has all threads of the backbone wait for the one whose core it takes.
        precision: of the network's products; with bfloat16 what gains by it keeps 8 bits of its
            numbers (torch.autocast).

    Raises:
        InputError: if the backbone makes of a frame what is no finite number; with the uid.
    """
    devices = [device] if isinstance(device, str | torch.device) else list(device)
    first, *others = devices
    replicas = [_Replica(copy.deepcopy(backbone), place) for place in others]
    replicas.insert(0, _Replica(backbone, first))
    batches = _FrameBatches(reader, uids, backbone, batch_size)
    decoded: Iterable[Tensor] = batches.in_turn()
    if decoders:
        decoded = DataLoader(
            batches,
            batch_size=None,
            num_workers=decoders,
            prefetch_factor=4,
            # Another way to start a process would run the caller's script again.
            multiprocessing_context="fork",
            worker_init_fn=partial(_begin_decoder, os.getpid()),
        )
    frame_count = sum(reader.lengths[uid] for uid in uids)
    with tqdm(total=frame_count, desc="features", unit="frame", disable=not progress) as bar:
        # GPUs work on while the others get their batches: features are asked for in turn.
        begun: deque[Tensor] = deque()
        batch = 0

        def finish() -> np.ndarray:
            nonlocal batch
            features: np.ndarray = begun.popleft().cpu().numpy()
            batches.check_finite(batch, features)
            bar.update(len(features))
            batch += 1
            return features

        for place, frames in enumerate(decoded):
            begun.append(replicas[place % len(replicas)].features(frames, precision))
            if len(begun) == len(replicas):
                yield finish()
        while begun:
            yield finish()


def _begin_decoder(parent: int, _: int) -> None:
    belong_to(parent)
