"""What every clip network offers: a network that takes F frames at once, and how they are prepared.

All see clips as (N, F, 3, H, W) float32, whatever the order of axes that they take themselves.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from playfair.errors import InputError
from playfair.models.clip_networks.preparation import Preparation

PRECISIONS = {"float16": torch.float16, "bfloat16": torch.bfloat16}


class ClipNetwork(nn.Module):
    """A network of whole clips, in eval mode, with all that is known of it.

    Attributes:
        name: how errors call it. clip_frames: F. preparation: of frames.
        class_names: [C], None where the network does not say them; class_count: C, likewise.
        tubelet: frames that one token spans; elements that are dropped hold whole tubelets.
        can_drop: whether `forward_visible` leaves out tokens.
        precision: None, "float16" or "bfloat16", in which it computes on a GPU.
        class_order: (C,) the network's number of each class; None for its own order.
    """

    can_drop = False
    tubelet = 1
    time_axis = 1

    def __init__(
        self,
        name: str,
        network: Any,
        clip_frames: int,
        preparation: Preparation,
        class_names: Sequence[str] | None = None,
    ) -> None:
        super().__init__()
        self.name = name
        self.network = network
        self.clip_frames = clip_frames
        self.preparation = preparation
        self.class_names = None if class_names is None else list(class_names)
        self.class_count = None if class_names is None else len(class_names)
        self.precision: str | None = None
        self.class_order: Tensor | None = None

    def prepare(self, frames: Sequence[np.ndarray]) -> Tensor:
        """Frames [(H, W, 3)] uint8 RGB -> (F, 3, S, S) float32."""
        return self.preparation(frames)

    @property
    def black(self) -> Tensor:
        """(3, 1, 1): the value of a black pixel once it is prepared."""
        return self.preparation.black

    def forward(self, clips: Tensor) -> Tensor:
        """Prepared clips (N, F, 3, S, S) -> class logits (N, C)."""
        with self._autocast(clips):
            logits = self.logits(clips.movedim(1, self.time_axis))
        return self._ordered(logits)

    def logits(self, clips: Tensor) -> Tensor:
        """Clips in the network's own order of axes -> (N, C)."""
        return torch.as_tensor(self.network(clips))

    def forward_visible(self, clips: Tensor, visible: Tensor) -> Tensor:
        """Logits (N, C) of the frames that are visible (N, F) alone, equally many in each clip.

        Raises:
            InputError: if the network cannot leave out frames.
        """
        with self._autocast(clips):
            logits = self.visible_logits(clips, visible)
        return self._ordered(logits)

    def visible_logits(self, clips: Tensor, visible: Tensor) -> Tensor:
        """What `forward_visible` puts in order, of networks that can leave out frames."""
        raise InputError(
            f"{self.name} cannot leave out elements, so that fill: drop is not for it: use "
            "another, such as nearest"
        )

    def _ordered(self, logits: Tensor) -> Tensor:
        order = self.class_order
        return logits.float() if order is None else logits[:, order.to(logits.device)].float()

    def _autocast(self, clips: Tensor) -> torch.autocast:
        device = clips.device.type
        dtype = PRECISIONS.get(self.precision or "", torch.bfloat16)
        enabled = self.precision is not None and device == "cuda"
        return torch.autocast(device, dtype=dtype, enabled=enabled)


def check_answer(network: ClipNetwork) -> ClipNetwork:
    """Call a network once on a black clip, to learn early what it says, and its class count.

    Raises:
        InputError: if it fails on a clip of F frames, or returns no (N, C).
    """
    network.eval()
    height, width = network.preparation.size
    clip = network.black.expand(1, network.clip_frames, 3, height, width)
    try:
        with torch.inference_mode():
            answer = network(clip.contiguous())
    except InputError:
        raise
    except Exception as error:
        lines = str(error).strip().splitlines() or [""]
        raise InputError(
            f"{network.name} failed on a clip of {network.clip_frames} frames of {height} x "
            f"{width} pixels ({type(error).__name__}: {lines[-1].strip()[:300]}): give the "
            "clip_frames that it takes"
        ) from error
    expected = (1, network.class_count) if network.class_count else (1, "C")
    if answer.ndim != 2 or len(answer) != 1 or network.class_count not in (None, answer.shape[1]):
        raise InputError(
            f"{network.name} returned the shape {tuple(answer.shape)} for one clip: expected "
            f"({expected[0]}, {expected[1]}), a score for each class"
        )
    network.class_count = int(answer.shape[1])
    return network
