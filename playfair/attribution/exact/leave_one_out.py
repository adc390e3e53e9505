"""The method `leave_one_out`: what the score loses when a single frame is left out."""

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from playfair.attribution.limits import MAX_FRAMES
from playfair.attribution.methods.method import Method
from playfair.attribution.result import Attribution

if TYPE_CHECKING:
    from playfair.attribution.games.game import Game


class LeaveOneOut(Method):
    """What the score of the whole sequence X loses without a frame.

        value(i, c) = v_c(X) - v_c(X without i)

    No Element Shapley Values: a frame that others can stand in for gets nothing, and the values
    need not sum to the score. A variable-length game is asked for n + 1 subsets; the scores of a
    multi-scale game rest on those of all smaller subsets, so there they are read off the table.
    """

    name = "leave_one_out"
    summary = "what the score loses without the frame, up to 20 frames"
    advice = "to compare with: cheap, but blind to what other frames can stand in for"
    gives_esvs = False
    most_frames: ClassVar[int | None] = MAX_FRAMES

    def videos_at_once(self, game: "Game", class_count: int, memory_budget: int) -> int:
        from playfair.attribution.exact.exact import videos_at_once

        return videos_at_once(game, class_count, game.n_max is not None, memory_budget)

    def attribute(
        self, game: "Game", class_idx: np.ndarray, label: np.ndarray | None
    ) -> Attribution:
        import torch

        from playfair.attribution.exact.shapley import exact_values
        from playfair.attribution.games.game import check_finite

        classes = torch.from_numpy(class_idx).to(game.device)
        if game.n_max is None:
            whole, without = self._scores(game)
            scores, evaluations = torch.cat([whole, without])[..., classes], len(without) + 1
        else:
            values = exact_values(game, classes, keep_table=True)
            assert values.table is not None
            full = 2**game.n_frames - 1
            masks = torch.tensor([full, *(full - (1 << frame) for frame in range(game.n_frames))])
            scores = values.table[:, masks.to(game.device)].transpose(0, 1)
            evaluations = values.evaluations
        check_finite(scores, 1)
        value = (scores[0] - scores[1:]).transpose(0, 1)
        return self.result(
            game,
            class_idx,
            scores=scores[0].cpu().numpy(),
            value=value.cpu().numpy(),
            evaluations=evaluations,
        )

    def _scores(self, game: "Game") -> tuple[Any, Any]:
        """Scores (1, V, C) of all frames, and (n, V, C) without each of them."""
        import torch

        with torch.no_grad():
            frames = torch.arange(game.n_frames, device=game.device)
            whole = game.scores(game.outputs(frames[None]))
            if game.n_frames == 1:
                return whole, game.prior_score.expand(1, *whole.shape[1:])
            kept = torch.stack([frames[frames != frame] for frame in frames])
            return whole, game.scores(game.outputs(kept))
