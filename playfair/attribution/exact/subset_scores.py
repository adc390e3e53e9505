"""Scores of all subsets for a few classes, with the prediction of each: for more frames than fit
in memory for all classes."""

from dataclasses import dataclass

import torch
from torch import Tensor

from playfair.attribution.exact.shapley import Workspace, check_length, scored_chunks
from playfair.attribution.games.game import Game, check_finite
from playfair.attribution.games.lattice import lattice_masks


@dataclass(frozen=True)
class SubsetScores:
    """The scores of all subsets of V videos of n frames, by mask; the prior at mask 0.

    table: (V, 2^n, K) float32, of the chosen classes. top: (V, 2^n) int64, the class with the
    highest score of all, and top_score: (V, 2^n) float32.
    """

    table: Tensor
    top: Tensor
    top_score: Tensor


@torch.inference_mode()
def subset_scores(game: Game, class_idx: Tensor) -> SubsetScores:
    """The scores of the classes `class_idx` (K,), and of the predicted one, of every subset.

    Memory: 2^n V (K + 3) numbers, and what one pass over the lattice takes. Raises `InputError`
    above 20 frames, and for scores that are no finite numbers.
    """
    check_length(game.n_frames)
    shape = (game.video_count, 2**game.n_frames)
    table = torch.empty(*shape, len(class_idx), device=game.device)
    top = torch.empty(shape, dtype=torch.int64, device=game.device)
    top_score = torch.empty(shape, device=game.device)
    table[:, 0] = game.prior_score[class_idx]
    top_score[:, 0], top[:, 0] = game.prior_score.max(dim=0)
    all_masks = lattice_masks(game.n_frames, str(game.device))
    for chunk, scores in scored_chunks(game, Workspace()):
        masks = all_masks[chunk.rows]
        by_video = scores.transpose(0, 1)
        check_finite(by_video, 0)
        table[:, masks] = by_video[..., class_idx]
        top_score[:, masks], top[:, masks] = by_video.max(dim=2)
    return SubsetScores(table, top, top_score)
