"""The method `occlusion`."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from playfair.attribution.compared.gradient_method import GradientMethod, ScoreOptions

if TYPE_CHECKING:
    from torch import Tensor


class Occlusion(GradientMethod):
    """What the score loses when the mean frame of the video stands in for a frame.

        value(i, c) = v_c(X) - v_c(X with x_i replaced by the mean of all x_j)

    Unlike leave one out the number of frames stays the same.
    """

    name = "occlusion"
    summary = "what the score loses when the mean frame stands in for the frame"
    advice = "to compare with: as leave one out, with a stand-in"
    options_class = ScoreOptions
    needs_gradients = False

    def of_class(
        self, scores: Callable[["Tensor"], "Tensor"], videos: "Tensor", target: "Tensor"
    ) -> "Tensor":
        import torch
        from captum.attr import Occlusion as CaptumOcclusion

        with torch.no_grad():
            values: Tensor = CaptumOcclusion(scores).attribute(
                videos,
                sliding_window_shapes=(1, *videos.shape[2:]),
                baselines=videos.mean(dim=1, keepdim=True).expand_as(videos).contiguous(),
                target=target,
            )
        # captum gives every number of the element the difference; one of them is wanted.
        return values / values[0, 0].numel()

    def passes(self) -> int:
        return self.n_frames + 1
