"""The method `integrated_gradients`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from playfair.attribution.compared.gradient_method import GradientMethod, ScoreOptions
from playfair.attribution.methods.options import option

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, kw_only=True)
class IntegratedGradientsOptions(ScoreOptions):
    """Where the path begins, and in how many steps it is gone."""

    steps: int = option(16, "Gradients along the path.", ge=1, le=1000)
    from_mean_frame: bool = option(
        False, "Begin the path at the video's mean frame everywhere, not at zeros."
    )


class IntegratedGradients(GradientMethod):
    """Gradients along the straight path from a baseline B, zeros or the mean frame, to the video.

        value(i, c) = sum over d of (x_id - b_id) * integral over t = 0..1 of
                      d v_c(B + t (X - B)) / d x_id

    The values sum to v_c(X) - v_c(B), not to score - prior (Sundararajan et al., 2017).
    """

    name = "integrated_gradients"
    summary = "gradients along the way from a baseline to the features"
    advice = "to compare with: the best known of the gradient methods"
    options_class = IntegratedGradientsOptions
    options: IntegratedGradientsOptions

    def of_class(
        self, scores: Callable[["Tensor"], "Tensor"], videos: "Tensor", target: "Tensor"
    ) -> "Tensor":
        import torch
        from captum.attr import IntegratedGradients as CaptumIntegratedGradients

        baseline = torch.zeros_like(videos)
        if self.options.from_mean_frame:
            baseline = videos.mean(dim=1, keepdim=True).expand_as(videos).contiguous()
        values: Tensor = CaptumIntegratedGradients(scores).attribute(
            videos,
            baselines=baseline,
            target=target,
            n_steps=self.options.steps,
            internal_batch_size=max(len(videos), 32),
        )
        return values

    def passes(self) -> int:
        return self.options.steps
