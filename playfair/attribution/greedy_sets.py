"""Sets of frames that decide a prediction, found step by step: for more frames than have a table.

Of a multi-scale game the score of a subsequence X of k frames is a mean over its subsequences of
every scale s; where there are more than `most_subsets` of a scale, that many are drawn:

    v(X) ~ softmax( mean over s of mean over the drawn X' in X, |X'| = s, of f_s(X') )
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np
import torch
from torch import Tensor

from playfair.attribution.games.game import Game
from playfair.attribution.games.masking import MaskingGame
from playfair.errors import InputError

MOST_SUBSETS = 256
_OUTPUTS_AT_ONCE = 2**16


@dataclass(frozen=True)
class GreedySets:
    """Sets of frames of V videos: (V, n) bool each.

    sufficient: frames that alone keep the prediction. necessary: frames whose removal changes it,
    none where it stays as long as one frame does. Both are upper bounds: smaller ones may exist.
    """

    sufficient: np.ndarray
    necessary: np.ndarray


@torch.inference_mode()
def greedy_frame_sets(
    game: Game,
    prediction: np.ndarray | None = None,
    most_subsets: int = MOST_SUBSETS,
    seed: int = 0,
) -> GreedySets:
    """Small sets of frames that keep the predictions of V videos, and whose removal changes them.

    From no frames on, the frame is added with which the predicted class leads most, until the
    prediction is that of all frames; from all on, the frame is removed without which it leads
    least, until the prediction is another. So both are as small as can be where that is one frame,
    or where scores are sums over frames of two classes, and never too small: but for scores of
    multi-scale games that are sampled, the sets do what they say.

    Args:
        game: whose scores depend on the frames of a subsequence alone.
        prediction: (V,) classes; None: what the game says of all frames.
        most_subsets: of a scale of a multi-scale game, for the score of one subsequence. seed: of
            these.

    Raises:
        InputError: for a game of masked clips, in which frames that are not there count, too.
    """
    if isinstance(game, MaskingGame):
        raise InputError(
            "Sets of frames of a network of whole clips are not searched for step by step: explain "
            "up to 20 elements with frame_sets=True."
        )
    search = _Search(game, most_subsets, np.random.default_rng(seed))
    if prediction is None:
        whole = search.scores(torch.ones(game.video_count, game.n_frames, dtype=torch.bool))
        predicted = whole.argmax(dim=1)
    else:
        predicted = torch.as_tensor(prediction, device=game.device)
    return GreedySets(
        search.sufficient(predicted).cpu().numpy(), search.necessary(predicted).cpu().numpy()
    )


class _Search:
    """Steps of all videos side by side, each on the frames that it has left."""

    def __init__(self, game: Game, most_subsets: int, rng: np.random.Generator) -> None:
        self.game, self.most_subsets, self.rng = game, most_subsets, rng
        self._drawn: dict[tuple[int, int], Tensor] = {}

    def sufficient(self, predicted: Tensor) -> Tensor:
        shape = len(predicted), self.game.n_frames
        kept = torch.zeros(shape, dtype=torch.bool, device=predicted.device)
        open_videos = torch.arange(len(predicted), device=predicted.device)
        for size in range(1, self.game.n_frames + 1):
            # Every frame that is not there yet, of every video: (O, n - size + 1).
            candidates = (~kept[open_videos]).nonzero()[:, 1].view(len(open_videos), -1)
            grown = kept[open_videos].repeat_interleave(candidates.shape[1], dim=0)
            grown[torch.arange(len(grown)), candidates.flatten()] = True
            owners = open_videos.repeat_interleave(candidates.shape[1])
            scores = self.scores(grown, owners)
            lead = _lead(scores, predicted[owners]).view(candidates.shape)
            keeps = (scores.argmax(dim=1) == predicted[owners]).view(candidates.shape)
            best = lead.argmax(dim=1, keepdim=True)
            kept[open_videos, candidates.gather(1, best)[:, 0]] = True
            open_videos = open_videos[~keeps.gather(1, best)[:, 0]]
            if not len(open_videos) or size == self.game.n_frames:
                break
        return kept

    def necessary(self, predicted: Tensor) -> Tensor:
        shape = len(predicted), self.game.n_frames
        left = torch.ones(shape, dtype=torch.bool, device=predicted.device)
        open_videos = torch.arange(len(predicted), device=predicted.device)
        for size in range(self.game.n_frames, 1, -1):
            frames = left[open_videos].nonzero()[:, 1].view(len(open_videos), size)
            scores = self._scores_without_each(frames, open_videos)
            classes = predicted[open_videos]
            lead = _lead(scores.flatten(0, 1), classes.repeat_interleave(size)).view_as(frames)
            changes = scores.argmax(dim=2) != classes[:, None]
            best = lead.argmin(dim=1, keepdim=True)
            left[open_videos, frames.gather(1, best)[:, 0]] = False
            open_videos = open_videos[~changes.gather(1, best)[:, 0]]
            if not len(open_videos):
                break
        gone = ~left
        gone[open_videos] = False
        return gone

    def scores(self, member: Tensor, owners: Tensor | None = None) -> Tensor:
        """(M, C): scores of subsets of one size, member (M, n), each of one video, owners (M,)."""
        frames = member.nonzero()[:, 1].view(len(member), -1).to(self.game.device)
        if owners is None:
            owners = torch.arange(len(member), device=frames.device)
        size = frames.shape[1]
        parts = []
        for rows in self._blocks(len(member)):
            game = self._playing(frames[rows], owners[rows])
            if game.n_max is None:
                outputs = game.outputs(torch.arange(size, device=game.device)[None])
            else:
                everything = [
                    (subsets, torch.full((1, len(subsets)), 1 / len(subsets), device=game.device))
                    for subsets in self._subsets_by_scale(size, min(size, game.n_max))
                ]
                outputs = _mean_outputs(game, everything)
            parts.append(game.scores(outputs)[0])
        return torch.cat(parts)

    def _scores_without_each(self, frames: Tensor, videos: Tensor) -> Tensor:
        """(O, k, C): the scores of frames (O, k) of some videos without each of them."""
        size = frames.shape[1]
        parts = []
        for rows in self._blocks(len(frames)):
            game = self._playing(frames[rows], videos[rows])
            if game.n_max is None:
                everyone = torch.arange(size, device=game.device).expand(size, size)
                others = everyone[~torch.eye(size, dtype=torch.bool, device=game.device)]
                outputs = game.outputs(others.view(size, size - 1))
            else:
                weighted = []
                for subsets in self._subsets_by_scale(size, min(size - 1, game.n_max)):
                    each = torch.arange(size, device=game.device)[:, None, None]
                    absent = (subsets[None] != each).all(dim=2).float()
                    weighted.append((subsets, absent / absent.sum(dim=1, keepdim=True)))
                outputs = _mean_outputs(game, weighted)
            parts.append(game.scores(outputs).transpose(0, 1))
        return torch.cat(parts)

    def _blocks(self, count: int) -> Iterator[slice]:
        step = max(1, _OUTPUTS_AT_ONCE // self.most_subsets)
        return (slice(first, first + step) for first in range(0, count, step))

    def _playing(self, frames: Tensor, videos: Tensor) -> Game:
        """The game of these frames (O, k) of some videos."""
        return self.game.with_features(self.game.features[videos[:, None], frames])

    def _subsets_by_scale(self, size: int, largest: int) -> list[Tensor]:
        return [self._subsets(size, scale) for scale in range(1, largest + 1)]

    def _subsets(self, size: int, scale: int) -> Tensor:
        """(R, s): the subsets of a scale of `size` frames; if there are many, some, balanced.

        Those are windows of random orders, closed to rings: every frame is in as many of them.
        """
        if (size, scale) not in self._drawn:
            if comb(size, scale) <= self.most_subsets:
                rows = np.array([*combinations(range(size), scale)])
            else:
                order = np.tile(np.arange(size), (max(1, self.most_subsets // size), 1))
                order = self.rng.permuted(order, axis=1)
                windows = (np.arange(size)[:, None] + np.arange(scale)) % size
                rows = np.sort(order[:, windows].reshape(-1, scale), axis=1)
            self._drawn[size, scale] = torch.from_numpy(rows).to(self.game.device)
        return self._drawn[size, scale]


def _mean_outputs(game: Game, by_scale: Sequence[tuple[Tensor, Tensor]]) -> Tensor:
    """Means over scales of sums of outputs: subsets (R, s) and weights (M, R) each -> (M, V, C)."""
    total = [game.weighted_outputs(subsets, weights) for subsets, weights in by_scale]
    return torch.stack(total).mean(dim=0)


def _lead(scores: Tensor, classes: Tensor) -> Tensor:
    """(M,): by how much the score of each row's class lies above the best other one."""
    own = scores.gather(1, classes[:, None])[:, 0]
    others = scores.scatter(1, classes[:, None], -torch.inf)
    return own - others.amax(dim=1)
