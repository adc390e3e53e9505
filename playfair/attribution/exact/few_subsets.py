"""The scores of the whole sequence and of one subset for each frame, for methods of these only."""

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from playfair.attribution.limits import MAX_FRAMES
from playfair.attribution.methods.method import Method
from playfair.attribution.result import Attribution

if TYPE_CHECKING:
    from torch import Tensor

    from playfair.attribution.games.game import Game


class FewSubsetsMethod(Method):
    """A method whose values are differences of the scores of n subsets, one for each frame.

    A variable-length game is asked for these and for the whole sequence; the scores of a
    multi-scale game rest on those of all smaller subsets, so there they are read off the table.
    """

    gives_esvs = False
    most_frames: ClassVar[int | None] = MAX_FRAMES

    @abstractmethod
    def members(self, frame: int) -> list[int]:
        """The frames of the subset that belongs to `frame`, ascending; as many for all frames."""

    @abstractmethod
    def value(self, whole: "Tensor", subset: "Tensor", prior: "Tensor") -> "Tensor":
        """Values (n, V, K) from scores: whole (V, K), subset (n, V, K) and prior (K,)."""

    def videos_at_once(self, game: "Game", class_count: int, memory_budget: int) -> int:
        from playfair.attribution.exact.exact import videos_at_once

        return videos_at_once(game, class_count, game.n_max is not None, memory_budget)

    def attribute(
        self, game: "Game", class_idx: np.ndarray, label: np.ndarray | None
    ) -> Attribution:
        # Here, because torch takes seconds to load, which reading the registry should not.
        import torch

        from playfair.attribution.exact.shapley import exact_values
        from playfair.attribution.games.game import check_finite

        classes = torch.from_numpy(class_idx).to(game.device)
        subsets = [self.members(frame) for frame in range(game.n_frames)]
        if game.n_max is None:
            scores, evaluations = self._ask(game, subsets)
            scores = scores[..., classes]
        else:
            found = exact_values(game, classes, keep_table=True)
            assert found.table is not None
            masks = [2**game.n_frames - 1, *(sum(1 << i for i in one) for one in subsets)]
            scores = found.table[:, torch.tensor(masks, device=game.device)].transpose(0, 1)
            evaluations = found.evaluations
        check_finite(scores, 1)
        value = self.value(scores[0], scores[1:], game.prior_score[classes])
        return self.result(
            game,
            class_idx,
            scores=scores[0].cpu().numpy(),
            value=value.transpose(0, 1).cpu().numpy(),
            evaluations=evaluations,
        )

    def _ask(self, game: "Game", subsets: list[list[int]]) -> tuple[Any, int]:
        """Scores (1 + n, V, C) of all frames and of each subset; how many were asked for."""
        import torch

        with torch.no_grad():
            frames = torch.arange(game.n_frames, device=game.device)
            whole = game.scores(game.outputs(frames[None]))
            if not subsets[0]:
                of_none = game.prior_score.expand(len(subsets), *whole.shape[1:])
                return torch.cat([whole, of_none]), 1
            asked = torch.tensor(subsets, device=game.device)
            return torch.cat([whole, game.scores(game.outputs(asked))]), 1 + len(subsets)
