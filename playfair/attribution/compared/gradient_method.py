"""What methods have in common that look at the model from inside: its gradients, or its answers to
changed features, all through captum."""

from abc import abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from playfair.attribution.methods.method import Method
from playfair.attribution.methods.options import Options, option
from playfair.attribution.result import Attribution

if TYPE_CHECKING:
    from torch import Tensor

    from playfair.attribution.games.game import Game

VIDEOS_AT_ONCE = 8


@dataclass(frozen=True, kw_only=True)
class ScoreOptions(Options):
    """What is explained."""

    logits: bool = option(False, "Explain logits, not scores.")


class GradientMethod(Method):
    """The values of the numbers of an element (its features, or its pixels), summed.

    Every class takes a pass of its own. Given labels, only the true and the predicted class of
    each video are explained; the values of its other classes are NaN.
    """

    gives_esvs = False
    needs_gradients = True

    @abstractmethod
    def of_class(
        self, scores: Callable[["Tensor"], "Tensor"], videos: "Tensor", target: "Tensor"
    ) -> "Tensor":
        """The values (V, n, ...) of videos (V, n, ...), each for its class of `target` (V,)."""

    @abstractmethod
    def passes(self) -> int:
        """How many times the model runs for each class of a video."""

    def videos_at_once(self, game: "Game", class_count: int, memory_budget: int) -> int:
        return VIDEOS_AT_ONCE

    def attribute(
        self, game: "Game", class_idx: np.ndarray, label: np.ndarray | None
    ) -> Attribution:
        import torch

        from playfair.attribution.compared.whole_scores import differentiable_scores, whole_scores
        from playfair.attribution.games.game import check_finite

        as_logits = bool(getattr(self.options, "logits", False))
        function = differentiable_scores(game, as_logits)
        videos = game.features.detach().clone().float()
        whole = whole_scores(game).cpu().numpy()
        value = np.full((*videos.shape[:2], game.class_count), np.nan, dtype=np.float32)
        rounds = 0
        for target in _targets(class_idx, label, whole.argmax(axis=1)):
            known = np.flatnonzero(target >= 0)
            if not len(known):
                continue
            classes = torch.from_numpy(target[known]).to(game.device)
            found = self.of_class(function, videos[known], classes).detach()
            check_finite(found, 0)
            value[known, :, target[known]] = found.flatten(start_dim=2).sum(dim=2).cpu().numpy()
            rounds += 1
        return self.result(
            game,
            class_idx,
            scores=whole[:, class_idx],
            value=value[..., class_idx],
            evaluations=rounds * self.passes(),
        )


def _targets(
    class_idx: np.ndarray, label: np.ndarray | None, predicted: np.ndarray
) -> Iterator[np.ndarray]:
    """Classes (V,) to explain, -1 where there is none to explain or it was explained before."""
    if label is None:
        for k in class_idx:
            yield np.full(len(predicted), k)
        return
    yield predicted
    yield np.where(label == predicted, -1, label)
