"""The scores of all subsets of frames, for methods that are read off them."""

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from playfair.attribution.limits import MAX_FRAMES
from playfair.attribution.methods.method import Method
from playfair.attribution.result import Attribution

if TYPE_CHECKING:
    from playfair.attribution.games.game import Game


class TableMethod(Method):
    """A method whose values are a product of weights (n, 2^n) and the scores of all subsets."""

    gives_esvs = False
    most_frames: ClassVar[int | None] = MAX_FRAMES

    @abstractmethod
    def weights(self) -> np.ndarray:
        """What the score of each subset (in the order of masks) counts for each frame."""

    def videos_at_once(self, game: "Game", class_count: int, memory_budget: int) -> int:
        from playfair.attribution.exact.exact import videos_at_once

        return videos_at_once(game, class_count, True, memory_budget)

    def attribute(
        self, game: "Game", class_idx: np.ndarray, label: np.ndarray | None
    ) -> Attribution:
        # Here, because torch takes seconds to load, which reading the registry should not.
        import torch

        from playfair.attribution.exact.shapley import exact_values

        found = exact_values(game, torch.from_numpy(class_idx).to(game.device), keep_table=True)
        assert found.table is not None
        weights = torch.from_numpy(self.weights().astype(np.float32)).to(game.device)
        return self.result(
            game,
            class_idx,
            scores=found.table[:, -1].cpu().numpy(),
            value=torch.matmul(weights, found.table).cpu().numpy(),
            evaluations=found.evaluations,
        )


def membership_of_masks(n_frames: int) -> np.ndarray:
    """(n, 2^n) bool: whether frame i belongs to the subset of each mask."""
    member: np.ndarray = np.arange(2**n_frames) >> np.arange(n_frames)[:, None] & 1 == 1
    return member
