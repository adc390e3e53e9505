"""What every backbone offers: a 2D CNN (or transformer) that sees each frame on its own."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np
from torch import Tensor, nn


class Backbone(nn.Module, ABC):
    """A network from frames to features, with the preparation of frames that it was made for.

    Images (N, 3, input_size, input_size) -> features (N, feature_dim). In eval mode a frame's
    feature does not depend on the other frames of a batch of the same size.
    """

    feature_dim: int
    input_size: int

    @abstractmethod
    def crop(self, frames: Sequence[np.ndarray]) -> Tensor:
        """Frames [(H, W, 3)] uint8 RGB -> images (N, 3, S, S) uint8 RGB, the part that is seen.

        Several threads may call it at once, each with some of a batch's frames.
        """

    @abstractmethod
    def standardise(self, images: Tensor) -> Tensor:
        """Images (..., 3, S, S) uint8 RGB -> float32 in the range and channel order expected."""

    def preprocess(self, frames: Sequence[np.ndarray]) -> Tensor:
        """Frames [(H, W, 3)] uint8 RGB -> the network's input (N, 3, S, S) float32."""
        return self.standardise(self.crop(frames))

    def adapt_state_dict(self, state_dict: dict[str, Tensor]) -> dict[str, Tensor]:
        """The weights of a checkpoint under this network's keys: as they are, unless overridden."""
        return state_dict
