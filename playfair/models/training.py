"""Training of a backbone, end to end with a TRN head, and of single heads on frozen features."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn

from playfair.data.frame_sampling import sample_frame_idx
from playfair.data.transforms import standardise
from playfair.errors import InputError
from playfair.models.backbones import Backbone, build_backbone
from playfair.models.clips import Augmentation, CroppedClips, FrameSource
from playfair.models.devices import resolve_device
from playfair.models.fitting import Batches, FitOptions, fit
from playfair.models.frame_drawing import draw_frame_idx
from playfair.models.heads import TRN, TSN

GIBIBYTE = 2**30


@dataclass(frozen=True)
class TrainedBackbone:
    """A backbone and its TRN head, both in eval mode on the CPU.

    `log` has the columns of :func:`playfair.models.fitting.fit`; `left_out_count` training clips
    had no label or fewer frames than the head takes.
    """

    backbone: Backbone
    head: TRN
    log: pd.DataFrame
    left_out_count: int


@dataclass(frozen=True)
class TrainedHead:
    """A head in eval mode on the CPU, its log, and how many training clips were left out."""

    head: TSN | TRN
    log: pd.DataFrame
    left_out_count: int


def train_backbone(
    train: FrameSource,
    validation: FrameSource,
    class_count: int,
    *,
    architecture: str = "small",
    feature_dim: int = 256,
    n_frames: int = 8,
    hidden_dim: int = 256,
    epochs: int = 20,
    batch_size: int = 32,
    learning_rate: float = 2e-3,
    weight_decay: float = 1e-2,
    dropout: float = 0.5,
    seed: int = 0,
    device: str = "auto",
    cache_bytes: int = GIBIBYTE,
    progress: bool = True,
) -> TrainedBackbone:
    """Train a backbone end to end with a TRN head of `n_frames` frames.

    In each epoch every clip shows one random frame out of each of `n_frames` equal segments,
    augmented (shift, tint, brightness). Validation clips show the middles of the segments. The
    same seed and number of threads give the same bits.

    Args:
        train, validation: splits; clips with a label and at least `n_frames` frames are used.
        hidden_dim, dropout: of the TRN head.
        learning_rate: the peak; see `FitOptions`.
        cache_bytes: memory for cropped frames of both splits; beyond it they are decoded anew.

    Raises:
        InputError: no training clip can be used, a label is no class, or an unknown architecture.
    """
    target_device = resolve_device(device)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        backbone = build_backbone(architecture, feature_dim)
        head = TRN(n_frames, feature_dim, hidden_dim, class_count, dropout=dropout)
    splits = []
    for source in (train, validation):
        lengths = np.array([source.lengths[uid] for uid in source.uids], dtype=np.int64)
        labels = np.array([source.labels[uid] for uid in source.uids], dtype=np.int64)
        usable = _usable(lengths, labels, n_frames, class_count)
        uids = [source.uids[position] for position in usable]
        clips = CroppedClips(source, uids, backbone, cache_bytes, progress)
        cache_bytes -= clips.cached_bytes
        splits.append((clips, lengths[usable], torch.from_numpy(labels[usable]).to(target_device)))
    (clips, lengths, labels_), (validation_clips, validation_lengths, validation_labels) = splits
    _check_any(labels_, n_frames)

    def draw_epoch(generator: np.random.Generator) -> Batches:
        frame_idx = draw_frame_idx(lengths, n_frames, generator)
        augment = Augmentation(len(lengths), generator)

        def images(positions: np.ndarray) -> Tensor:
            cropped = clips.images(positions, frame_idx[positions])
            return augment(cropped, positions).to(target_device)

        return images

    middles = _middles(validation_lengths, n_frames)

    def validation_batches() -> Iterator[tuple[Tensor, Tensor]]:
        for first in range(0, len(middles), batch_size):
            positions = np.arange(first, min(first + batch_size, len(middles)))
            cropped = validation_clips.images(positions, middles[positions])
            yield standardise(cropped).to(target_device), validation_labels[positions]

    classifier = _ClipClassifier(backbone, head).to(target_device)
    options = FitOptions(epochs, batch_size, learning_rate, weight_decay, seed, progress)
    log = fit(classifier, draw_epoch, labels_, validation_batches, options, "Training backbone")
    classifier.to("cpu")
    return TrainedBackbone(backbone, head, log, len(train.uids) - len(lengths))


def train_head(
    kind: Literal["tsn", "trn"],
    features: Sequence[np.ndarray],
    labels: np.ndarray,
    validation_features: Sequence[np.ndarray],
    validation_labels: np.ndarray,
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
    seed: int = 0,
    device: str = "auto",
    progress: bool = True,
) -> TrainedHead:
    """Train a TSN head, or a TRN head of one scale, on the frozen features of a split.

    In each epoch every clip shows `n_frames` random frames, by `draw_frame_idx`; validation clips
    show the middles of `n_frames` equal segments. The same seed and number of threads give the
    same bits.

    Args:
        features, validation_features: one (T, D) array per clip.
        labels, validation_labels: (V,) classes from 0 to class_count - 1, or -1 where unknown;
            clips with a label and at least `n_frames` frames are used.
        n_frames: the scale of a TRN head; for a TSN head, the frames per clip in training only.
        hidden_dim, relu_input, dropout: of a TRN head; a TSN head has none of them.
        anywhere_share: see `draw_frame_idx`.

    Raises:
        InputError: no training clip can be used, or a label is no class.
    """
    target_device = resolve_device(device)
    lengths, labels_, values = _frozen(features, labels, n_frames, class_count)
    validation_lengths, validation_labels_, validation_values = _frozen(
        validation_features, validation_labels, n_frames, class_count
    )
    _check_any(labels_, n_frames)
    values, labels_ = values.to(target_device), labels_.to(target_device)
    starts = np.cumsum(lengths) - lengths
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        sizes = (n_frames, values.shape[1], hidden_dim, class_count)
        head = _build_head(kind, *sizes, dropout, relu_input)

    def draw_epoch(generator: np.random.Generator) -> Batches:
        frame_idx = draw_frame_idx(lengths, n_frames, generator, anywhere_share)
        rows = torch.from_numpy(frame_idx + starts[:, None]).to(target_device)
        return lambda positions: values[rows[torch.from_numpy(positions).to(target_device)]]

    validation_starts = np.cumsum(validation_lengths) - validation_lengths
    rows = torch.from_numpy(_middles(validation_lengths, n_frames) + validation_starts[:, None])
    validation_inputs = validation_values[rows].to(target_device)
    pair = (validation_inputs, validation_labels_.to(target_device))
    options = FitOptions(epochs, batch_size, learning_rate, weight_decay, seed, progress)
    log = fit(
        head.to(target_device),
        draw_epoch,
        labels_,
        lambda: [pair] if len(rows) else [],
        options,
        f"Training {kind.upper()} head, {n_frames} frames",
    )
    return TrainedHead(head.to("cpu"), log, len(features) - len(lengths))


class _ClipClassifier(nn.Module):
    """Images (N, n, 3, H, W) -> logits (N, C): a head on the features of a backbone."""

    def __init__(self, backbone: nn.Module, head: nn.Module) -> None:
        super().__init__()
        self.backbone = backbone
        self.head = head

    def forward(self, images: Tensor) -> Tensor:
        features = self.backbone(images.flatten(0, 1))
        return self.head(features.unflatten(0, images.shape[:2]))


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


def _frozen(
    features: Sequence[np.ndarray], labels: np.ndarray, n_frames: int, class_count: int
) -> tuple[np.ndarray, Tensor, Tensor]:
    """Lengths (U,), labels (U,) and features (sum of lengths, D) of the clips that can be used."""
    lengths = np.array([len(clip) for clip in features], dtype=np.int64)
    labels = np.asarray(labels, dtype=np.int64)
    usable = _usable(lengths, labels, n_frames, class_count)
    clips = [np.asarray(features[position], dtype=np.float32) for position in usable]
    values = np.concatenate(clips) if clips else np.empty((0, 0), dtype=np.float32)
    return lengths[usable], torch.from_numpy(labels[usable]), torch.from_numpy(values)


def _usable(lengths: np.ndarray, labels: np.ndarray, n_frames: int, class_count: int) -> np.ndarray:
    """Positions of the clips with a label and at least `n_frames` frames."""
    if len(labels) and labels.max() >= class_count:
        raise InputError(
            f"A clip has the class {labels.max()}, expected 0 to {class_count - 1}, "
            f"or -1 where it is unknown."
        )
    return np.flatnonzero((lengths >= n_frames) & (labels >= 0))


def _check_any(labels: Tensor, n_frames: int) -> None:
    if len(labels) == 0:
        raise InputError(
            f"No training clip has a label and at least {n_frames} frames: "
            f"train with fewer frames or with longer clips."
        )


def _middles(lengths: np.ndarray, n_frames: int) -> np.ndarray:
    """Frames (V, n_frames) of the deterministic sampling."""
    rows = [sample_frame_idx(int(length), n_frames) for length in lengths]
    return np.array(rows, dtype=np.int64).reshape(len(rows), n_frames)
