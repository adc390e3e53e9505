"""The method `gradient_x_input`."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from playfair.attribution.compared.gradient_method import GradientMethod, ScoreOptions

if TYPE_CHECKING:
    from torch import Tensor


class GradientXInput(GradientMethod):
    """The features times the gradient of the score by them.

    value(i, c) = sum over d of x_id * d v_c(X) / d x_id
    """

    name = "gradient_x_input"
    summary = "features times the gradient of the score"
    advice = "to compare with: one gradient, which says what a small change of a frame does"
    options_class = ScoreOptions

    def of_class(
        self, scores: Callable[["Tensor"], "Tensor"], videos: "Tensor", target: "Tensor"
    ) -> "Tensor":
        from captum.attr import InputXGradient

        values: Tensor = InputXGradient(scores).attribute(videos.requires_grad_(), target=target)
        return values

    def passes(self) -> int:
        return 1
