"""The method `grad_cam`, on the features of frames."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from playfair.attribution.compared.gradient_method import GradientMethod, ScoreOptions

if TYPE_CHECKING:
    from torch import Tensor


class GradCam(GradientMethod):
    """Features weighted by their gradients' mean over frames.

        value(i, c) = sum over d of x_id * mean over j of d v_c(X) / d x_jd

    Without the ReLU that it ends with on images: all frames that speak against would be the same.
    """

    name = "grad_cam"
    summary = "features times the mean over frames of the gradient"
    advice = "to compare with: what is usual for images, with frames in place of pixels"
    options_class = ScoreOptions

    def of_class(
        self, scores: Callable[["Tensor"], "Tensor"], videos: "Tensor", target: "Tensor"
    ) -> "Tensor":
        from captum.attr import Saliency

        gradient = Saliency(scores).attribute(videos.requires_grad_(), target=target, abs=False)
        values: Tensor = videos.detach() * gradient.mean(dim=1, keepdim=True)
        return values

    def passes(self) -> int:
        return 1
