"""Training of a backbone, end to end with a TRN head."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn

from playfair.models.backbones.architectures import build_backbone, weights_file
from playfair.models.backbones.backbone import Backbone
from playfair.models.checkpoints import load_initial_weights
from playfair.models.devices import resolve_device
from playfair.models.heads.tsn_trn import TRN
from playfair.models.training.early_stopping import Measure
from playfair.models.training.fitting import Batches, FitOptions, ValidationBatches, fit
from playfair.models.training.frame_drawing import (
    draw_frame_idx,
    middle_frame_idx,
    no_usable_clip,
    usable_clips,
)
from playfair.models.training.precision import Mode
from playfair.models.training.resume import ResumeFile
from playfair.models.training.training_clips import (
    USUAL_AUGMENTATION,
    Augmentation,
    AugmentationOptions,
    CroppedClips,
    FrameSource,
    Preparing,
)

GIBIBYTE = 2**30


@dataclass(frozen=True)
class TrainedBackbone:
    """A backbone and its TRN head, both in eval mode on the CPU.

    `log` has the columns of :func:`fit`; `left_out_count` training clips
    had no label or fewer frames than the head takes.
    """

    backbone: Backbone
    head: TRN
    log: pd.DataFrame
    left_out_count: int


def train_backbone(
    train: FrameSource,
    validation: FrameSource,
    class_count: int,
    *,
    architecture: str = "small",
    feature_dim: int = 256,
    factory: str | None = None,
    arguments: Mapping[str, Any] | None = None,
    initial_checkpoint: str | Path | None = None,
    n_frames: int = 8,
    hidden_dim: int = 256,
    epochs: int = 20,
    batch_size: int = 32,
    learning_rate: float = 2e-3,
    weight_decay: float = 1e-2,
    dropout: float = 0.5,
    augmentation: AugmentationOptions = USUAL_AUGMENTATION,
    early_stopping: Measure | None = None,
    patience: int = 5,
    mixed_precision: Mode = "off",
    seed: int = 0,
    device: str = "auto",
    cache_bytes: int = GIBIBYTE,
    resume: ResumeFile | None = None,
    progress: bool = True,
) -> TrainedBackbone:
    """Train a backbone end to end with a TRN head of `n_frames` frames.

    In each epoch every clip shows one random frame out of each of `n_frames` equal segments,
    augmented. Validation clips show the middles of the segments, as they are. The same seed and
    number of threads give the same bits on the same machine, whether the training was interrupted
    or not.

    Args:
        train, validation: splits; clips with a label and at least `n_frames` frames are used.
        architecture, feature_dim, factory, arguments: see `build_backbone`.
        initial_checkpoint: weights of the same architecture to begin with, not random ones: a path
            or the name of published ones, as for `weights_file`. A `last_linear` of another shape
            in the file is left out.
        hidden_dim, dropout: of the TRN head.
        learning_rate: the peak; see `FitOptions`.
        early_stopping, patience, mixed_precision, resume: see `FitOptions`, `Precision`, `fit`.
        cache_bytes: memory for cropped frames of both splits; beyond it they are decoded anew.

    Raises:
        InputError: no clip of a split that is needed can be used, a label is no class, an unknown
            architecture, weights that do not fit it, or the loss is no finite number.
    """
    target_device = resolve_device(device)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        backbone = build_backbone(architecture, feature_dim, factory=factory, arguments=arguments)
        head = TRN(n_frames, feature_dim, hidden_dim, class_count, dropout=dropout)
    if initial_checkpoint:
        load_initial_weights(backbone, weights_file(architecture, str(initial_checkpoint)))
    options = FitOptions(
        epochs, batch_size, learning_rate, weight_decay, seed, progress,
        early_stopping, patience, mixed_precision,
    )  # fmt: skip
    log, left_out_count = fit_on_clips(
        _ClipClassifier(backbone, head).to(target_device),
        backbone,
        (train, validation),
        class_count,
        n_frames,
        augmentation,
        options,
        "Training backbone",
        target_device,
        cache_bytes,
        resume,
    )
    return TrainedBackbone(backbone.to("cpu"), head.to("cpu"), log, left_out_count)


def fit_on_clips(
    module: nn.Module,
    preparing: Preparing,
    splits: tuple[FrameSource, FrameSource],
    class_count: int,
    n_frames: int,
    augmentation: AugmentationOptions,
    options: FitOptions,
    description: str,
    device: torch.device,
    cache_bytes: int = GIBIBYTE,
    resume: ResumeFile | None = None,
) -> tuple[pd.DataFrame, int]:
    """Train a module on clips (N, n, 3, H, W) of `n_frames` random frames each, augmented.

    Args:
        module: on `device`. preparing: crops and standardises frames. splits: training, validation.

    Returns:
        The log of `fit`, and how many training clips were left out.

    Raises:
        InputError: as for `train_backbone`.
    """
    train, validation = splits
    clips = _Clips(train, "training", n_frames, class_count)
    validation_clips = _Clips(validation, "validation", n_frames, class_count)
    clips.check_any()
    if options.early_stopping:
        validation_clips.check_any()
    clips.crop(preparing, cache_bytes, options.progress)
    validation_clips.crop(preparing, cache_bytes - clips.cropped.cached_bytes, options.progress)

    def draw_epoch(generator: np.random.Generator) -> Batches:
        frame_idx = draw_frame_idx(clips.lengths, n_frames, generator)
        augment = Augmentation(augmentation, preparing, len(clips.lengths), generator)

        def images(positions: np.ndarray) -> Tensor:
            cropped = clips.cropped.images(positions, frame_idx[positions])
            return augment(cropped, positions).to(device)

        return images

    log = fit(
        module,
        draw_epoch,
        clips.labels.to(device),
        validation_clips.middles(preparing, n_frames, options.batch_size, device),
        options,
        description,
        resume,
    )
    return log, len(train.uids) - len(clips.lengths)


class _Clips:
    """The clips of a split that can be used."""

    cropped: CroppedClips

    def __init__(self, source: FrameSource, split: str, n_frames: int, class_count: int) -> None:
        lengths = np.array([source.lengths[uid] for uid in source.uids], dtype=np.int64)
        labels = np.array([source.labels[uid] for uid in source.uids], dtype=np.int64)
        usable = usable_clips(lengths, labels, n_frames, class_count)
        self.lengths = lengths[usable]
        self.labels = torch.from_numpy(labels[usable])
        self._source = source
        self._uids = [source.uids[position] for position in usable]
        self._error = no_usable_clip(split, lengths, labels, n_frames)

    def check_any(self) -> None:
        if not self._uids:
            raise self._error

    def crop(self, backbone: Preparing, cache_bytes: int, progress: bool) -> None:
        self.cropped = CroppedClips(self._source, self._uids, backbone, cache_bytes, progress)

    def middles(
        self, backbone: Preparing, n_frames: int, batch_size: int, device: torch.device
    ) -> ValidationBatches:
        """Makes batches of inputs (N, n, 3, H, W) and labels (N,): middles of equal segments."""
        middles = middle_frame_idx(self.lengths, n_frames)

        def batches() -> Iterator[tuple[Tensor, Tensor]]:
            for first in range(0, len(middles), batch_size):
                positions = np.arange(first, min(first + batch_size, len(middles)))
                images = self.cropped.images(positions, middles[positions])
                standard = backbone.standardise(images.flatten(0, 1))
                inputs = standard.unflatten(0, images.shape[:2])
                yield inputs.to(device), self.labels[positions].to(device)

        return batches


class _ClipClassifier(nn.Module):
    """Images (N, n, 3, H, W) -> logits (N, C): a head on the features of a backbone."""

    def __init__(self, backbone: nn.Module, head: nn.Module) -> None:
        super().__init__()
        self.backbone = backbone
        self.head = head

    def forward(self, images: Tensor) -> Tensor:
        features = self.backbone(images.flatten(0, 1))
        logits: Tensor = self.head(features.unflatten(0, images.shape[:2]))
        return logits
