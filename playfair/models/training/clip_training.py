"""Training of the small network of whole clips, end to end."""

from dataclasses import dataclass

import pandas as pd
import torch

from playfair.models.clip_networks.small_clip_cnn import SmallClipCNN
from playfair.models.devices import resolve_device
from playfair.models.training.backbone_training import fit_on_clips
from playfair.models.training.early_stopping import Measure
from playfair.models.training.fitting import FitOptions
from playfair.models.training.precision import Mode
from playfair.models.training.resume import ResumeFile
from playfair.models.training.training_clips import (
    USUAL_AUGMENTATION,
    AugmentationOptions,
    FrameSource,
)


@dataclass(frozen=True)
class TrainedClipNetwork:
    """A network in eval mode on the CPU; `log` and `left_out_count` as of `TrainedBackbone`."""

    network: SmallClipCNN
    log: pd.DataFrame
    left_out_count: int


def train_clip_network(
    train: FrameSource,
    validation: FrameSource,
    class_count: int,
    clip_frames: int,
    *,
    epochs: int = 10,
    batch_size: int = 32,
    learning_rate: float = 3e-3,
    weight_decay: float = 1e-2,
    dropout: float = 0.2,
    augmentation: AugmentationOptions = USUAL_AUGMENTATION,
    early_stopping: Measure | None = None,
    patience: int = 5,
    mixed_precision: Mode = "off",
    seed: int = 0,
    device: str = "auto",
    resume: ResumeFile | None = None,
    progress: bool = True,
) -> TrainedClipNetwork:
    """Train a SmallClipCNN on clips of `clip_frames` frames, drawn and augmented as for a backbone.

    Raises:
        InputError: as for `train_backbone`.
    """
    target_device = resolve_device(device)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = SmallClipCNN(clip_frames, class_count, dropout)
    options = FitOptions(
        epochs, batch_size, learning_rate, weight_decay, seed, progress,
        early_stopping, patience, mixed_precision,
    )  # fmt: skip
    log, left_out_count = fit_on_clips(
        network.to(target_device),
        network,
        (train, validation),
        class_count,
        clip_frames,
        augmentation,
        options,
        "Training clip network",
        target_device,
        resume=resume,
    )
    return TrainedClipNetwork(network.to("cpu"), log, left_out_count)
