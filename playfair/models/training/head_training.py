"""Training of single heads, TSN or TRN of one scale, on frozen features."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from playfair.errors import InputError
from playfair.models.devices import resolve_device
from playfair.models.heads.tsn_trn import TRN, TSN
from playfair.models.training.early_stopping import Measure
from playfair.models.training.fitting import Batches, FitOptions, fit
from playfair.models.training.frame_drawing import (
    draw_frame_idx,
    middle_frame_idx,
    no_usable_clip,
    usable_clips,
)
from playfair.models.training.precision import Mode
from playfair.models.training.resume import ResumeFile

FEATURE_BYTES = 8 * 2**30


class FeatureSource(Protocol):
    """A split of labelled videos by their features, such as a `FeatureStore`.

    label (V,) int64, -1 where unknown; sequence_length (V,) int64 in frames; feature_dim D;
    features(position) (T, D) float32.
    """

    label: np.ndarray
    sequence_length: np.ndarray
    feature_dim: int

    def features(self, position: int) -> np.ndarray: ...


class FeaturesInMemory:
    """A `FeatureSource` of arrays: features (T, D) float32 of every video, labels (V,)."""

    def __init__(self, features: Sequence[np.ndarray], labels: Sequence[int] | np.ndarray) -> None:
        self.label = np.asarray(labels, dtype=np.int64)
        self.sequence_length = np.array([len(video) for video in features], dtype=np.int64)
        self.feature_dim = features[0].shape[1] if len(features) else 0
        self._features = features

    def features(self, position: int) -> np.ndarray:
        return self._features[position]


@dataclass(frozen=True)
class TrainedHead:
    """A head in eval mode on the CPU, its log, and how many training clips were left out.

    Clips are left out that have no label or fewer frames than the head takes. The log's columns are
    those of :func:`playfair.models.training.fitting.fit`.
    """

    head: TSN | TRN
    log: pd.DataFrame
    left_out_count: int


def train_head(
    kind: Literal["tsn", "trn"],
    train: FeatureSource,
    validation: FeatureSource,
    class_count: int,
    *,
    n_frames: int = 8,
    hidden_dim: int = 256,
    relu_input: bool = False,
    epochs: int = 40,
    batch_size: int = 64,
    learning_rate: float = 1e-3,
    weight_decay: float = 1e-2,
    dropout: float = 0.5,
    anywhere_share: float = 0.5,
    segments: int | None = None,
    early_stopping: Measure | None = None,
    patience: int = 5,
    mixed_precision: Mode = "off",
    seed: int = 0,
    device: str = "auto",
    feature_bytes: int = FEATURE_BYTES,
    resume: ResumeFile | None = None,
    progress: bool = True,
) -> TrainedHead:
    """Train a TSN head, or a TRN head of one scale, on the frozen features of a split.

    In each epoch every clip shows `n_frames` random frames, by `draw_frame_idx`; validation clips
    show the middles of `n_frames` equal segments. The same seed and number of threads give the
    same bits on the same machine, whether the training was interrupted or not.

    Args:
        train, validation: splits with classes from 0 to class_count - 1, or -1 where unknown; clips
            with a label and at least `n_frames` frames are used.
        n_frames: the scale of a TRN head; for a TSN head, the frames per clip in training only.
        hidden_dim, relu_input, dropout: of a TRN head; a TSN head has none of them.
        anywhere_share, segments: see `draw_frame_idx`.
        early_stopping, patience, mixed_precision, resume: see `FitOptions`, `Precision`, `fit`.
        feature_bytes: training features are kept in memory up to this size; larger ones are read
            batch by batch.

    Raises:
        InputError: no clip of a split that is needed can be used, a label is no class, the splits'
            features differ in length, or the loss is no finite number.
    """
    target_device = resolve_device(device)
    usable, lengths, labels = _usable(train, n_frames, class_count)
    if not len(usable):
        raise no_usable_clip("training", train.sequence_length, train.label, n_frames)
    validation_pairs = _validation_pairs(validation, n_frames, class_count, target_device)
    if early_stopping and not validation_pairs:
        raise no_usable_clip("validation", validation.sequence_length, validation.label, n_frames)
    if validation_pairs and validation.feature_dim != train.feature_dim:
        raise InputError(
            f"The training features have {train.feature_dim} numbers per frame, the validation "
            f"features {validation.feature_dim}: make both with the same backbone."
        )
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        sizes = (n_frames, train.feature_dim, hidden_dim, class_count)
        head = _build_head(kind, *sizes, dropout, relu_input)
    clips = _FrozenClips(train, usable, lengths, feature_bytes, target_device)

    def draw_epoch(generator: np.random.Generator) -> Batches:
        frame_idx = draw_frame_idx(lengths, n_frames, generator, anywhere_share, segments)
        return lambda positions: clips.features(positions, frame_idx[positions])

    log = fit(
        head.to(target_device),
        draw_epoch,
        torch.from_numpy(labels).to(target_device),
        lambda: validation_pairs,
        FitOptions(
            epochs, batch_size, learning_rate, weight_decay, seed, progress,
            early_stopping, patience, mixed_precision,
        ),
        f"Training {kind.upper()} head, {n_frames} frames",
        resume,
    )  # fmt: skip
    return TrainedHead(head.to("cpu"), log, len(train.label) - len(usable))


class _FrozenClips:
    """The features of the clips of a split that are used, in memory or in their file."""

    def __init__(
        self,
        source: FeatureSource,
        usable: np.ndarray,
        lengths: np.ndarray,
        feature_bytes: int,
        device: torch.device,
    ) -> None:
        self._source = source
        self._usable = usable
        self._device = device
        self._starts = np.cumsum(lengths) - lengths
        self._values: Tensor | None = None
        shape = (int(lengths.sum()), source.feature_dim)
        if 4 * shape[0] * shape[1] > feature_bytes:
            return
        values = np.empty(shape, dtype=np.float32)
        for start, length, position in zip(self._starts, lengths, usable, strict=True):
            values[start : start + length] = source.features(int(position))
        self._values = torch.from_numpy(values).to(device)

    def features(self, positions: np.ndarray, frame_idx: np.ndarray) -> Tensor:
        """Features (N, n, D) of the frames (N, n) of the clips at `positions` (N,)."""
        if self._values is not None:
            rows = torch.from_numpy(frame_idx + self._starts[positions, None])
            return self._values[rows.to(self._device)]
        return _gather(self._source, self._usable[positions], frame_idx).to(self._device)


def _gather(source: FeatureSource, positions: np.ndarray, frame_idx: np.ndarray) -> Tensor:
    """Features (N, n, D) of the frames (N, n) of the videos at `positions` (N,) of a split."""
    # In memory of torch, which is always aligned: bits of products may depend on that.
    gathered = torch.empty(*frame_idx.shape, source.feature_dim)
    for row, position, idx in zip(gathered.numpy(), positions, frame_idx, strict=True):
        row[:] = source.features(int(position))[idx]
    return gathered


def _usable(
    source: FeatureSource, n_frames: int, class_count: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Positions, lengths and labels (U,) of the clips that can be used."""
    usable = usable_clips(source.sequence_length, source.label, n_frames, class_count)
    return usable, source.sequence_length[usable], source.label[usable]


def _validation_pairs(
    source: FeatureSource, n_frames: int, class_count: int, device: torch.device
) -> list[tuple[Tensor, Tensor]]:
    """All validation clips as one pair of inputs and labels; none if no clip can be used."""
    usable, lengths, labels = _usable(source, n_frames, class_count)
    if not len(usable):
        return []
    inputs = _gather(source, usable, middle_frame_idx(lengths, n_frames))
    return [(inputs.to(device), torch.from_numpy(labels).to(device))]


def _build_head(
    kind: str,
    n_frames: int,
    feature_dim: int,
    hidden_dim: int,
    class_count: int,
    dropout: float,
    relu_input: bool,
) -> TSN | TRN:
    if kind == "tsn":
        return TSN(feature_dim, class_count)
    if kind == "trn":
        return TRN(n_frames, feature_dim, hidden_dim, class_count, dropout, relu_input)
    raise InputError(f"Unknown head {kind!r}: expected 'tsn' or 'trn'.")
