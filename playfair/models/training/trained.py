"""What a training leaves behind: the network's checkpoint and its log."""

import sys
from pathlib import Path
from typing import Any, Protocol

import pandas as pd
from torch import nn

from playfair.files import write_csv
from playfair.models.checkpoints import save_checkpoint
from playfair.models.training.resume import ResumeFile


class Trained(Protocol):
    """The result of a training."""

    @property
    def log(self) -> pd.DataFrame: ...

    @property
    def left_out_count(self) -> int: ...


def save_trained(
    trained: Trained,
    network: nn.Module,
    checkpoint: str | Path,
    training_log: str | Path,
    resume: ResumeFile,
    **attributes: Any,
) -> None:
    """Write a trained network and its log, and then delete the state that it could resume from.

    Args:
        attributes: plain values to store in the checkpoint.
    """
    print(f"{trained.left_out_count} clips were left out of the training", file=sys.stderr)
    save_checkpoint(checkpoint, network, **attributes)
    write_csv(trained.log, training_log)
    resume.delete()
