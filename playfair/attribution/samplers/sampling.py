"""Sampled ESVs of a batch of videos: what a sampler chose is scored, and it stops when it may."""

from dataclasses import replace
from math import comb

import numpy as np
import torch
from torch import Tensor

from playfair.attribution.exact.shapley import exact_values
from playfair.attribution.games.game import Game, check_finite
from playfair.attribution.limits import MAX_FRAMES
from playfair.attribution.methods.arguments import bytes_in_words
from playfair.attribution.result import Attribution, concatenated, gap_to_efficiency
from playfair.attribution.samplers.column_products import Columns
from playfair.attribution.samplers.joint import ROWS_AT_ONCE as JOINT_ROWS
from playfair.attribution.samplers.joint import term_count
from playfair.attribution.samplers.sampler import Sampler, largest_errors
from playfair.errors import InputError

MOST_VIDEOS = 32
FEW_GROUPS = (2.3646 / 1.9600) ** 2
"""A variance seen in the eight groups of the jackknife has seven degrees of freedom: this makes
1.96 of its standard errors as wide as the 95 % interval of Student's t."""


class SamplingRun:
    """One sampler on one batch of videos: scores subsets and stops when it may."""

    def __init__(self, game: Game, sampler: Sampler, class_idx: np.ndarray) -> None:
        self.game = game
        self.sampler = sampler
        self.class_idx = class_idx
        self.prior = game.prior_score.cpu().numpy()

    def result(self) -> Attribution:
        """Estimates of all videos, each with the subsets that it needed."""
        checkpoints, tolerance = self.sampler.checkpoints, self.sampler.options.tolerance
        if tolerance is None:
            return self._estimate(self.game, None, checkpoints[-1])[0]
        done: dict[int, Attribution] = {}
        active = np.arange(self.game.video_count)
        outputs: Tensor | None = None
        game = self.game
        for count in checkpoints:
            estimate, outputs = self._estimate(game, outputs, count)
            which = self.sampler.options.tolerance_for
            largest = largest_errors(estimate.standard_error, estimate.scores, which)
            converged = largest <= tolerance
            finished = converged | (count == checkpoints[-1])
            for place in np.nonzero(finished)[0]:
                of_video = estimate.select(slice(place, place + 1))
                done[int(active[place])] = replace(of_video, converged=converged[[place]])
            going = np.nonzero(~finished)[0]
            if not len(going):
                break
            active = active[going]
            game = self.game.with_features(self.game.features[torch.from_numpy(active)])
            outputs = outputs[:, torch.from_numpy(going)]
        return concatenated([done[video] for video in range(len(done))])

    def _estimate(
        self, game: Game, outputs: Tensor | None, count: int
    ) -> tuple[Attribution, Tensor]:
        """The estimate on the first `count` subsets; `outputs` (m, V, C) are those at hand."""
        outputs = self._extended(game, outputs, count)
        if game.n_max is None:
            scores = self._columns(game.scores(outputs))
            whole = scores[0]
            esv, error = self.sampler.estimate(scores, self._prior_columns(game))
        else:
            whole, esv, error = self._joint(game, outputs)
        shape = (game.n_frames, game.video_count, len(self.class_idx))
        esv = esv.reshape(shape).transpose(1, 0, 2).astype(np.float32)
        error = error.reshape(shape).transpose(1, 0, 2).astype(np.float32)
        whole = whole.reshape(shape[1:]).astype(np.float32)
        if self.sampler.options.rescale:
            gap = gap_to_efficiency(esv, whole, self.prior[self.class_idx])
            esv = esv - gap[:, None] / game.n_frames
        estimate = self.sampler.result(
            game,
            self.class_idx,
            scores=whole,
            value=esv,
            evaluations=int(self.sampler.evaluations[count]),
            standard_error=error,
        )
        return estimate, outputs

    def _extended(self, game: Game, outputs: Tensor | None, count: int) -> Tensor:
        start = 0 if outputs is None else len(outputs)
        member = self.sampler.member[start:count]
        needed = self.sampler.cost(member).astype(bool)
        added = torch.zeros(len(member), game.video_count, game.class_count, device=game.device)
        added[torch.from_numpy(needed)] = outputs_of_subsets(game, member[needed])
        check_finite(added, 1)
        return added if outputs is None else torch.cat([outputs, added])

    def _joint(self, game: Game, outputs: Tensor) -> tuple[Columns, Columns, Columns]:
        """Whole scores, ESVs and standard errors of a multi-scale game; the last with the fit's."""
        assert game.n_max is not None
        if self._knows_all(game, len(outputs)):
            known = _KnownGame(game, self.sampler.member[: len(outputs)], outputs)
            values = exact_values(known, torch.from_numpy(self.class_idx).to(game.device))
            whole = values.scores[:, self.class_idx].flatten().cpu().numpy()
            esv = values.esv.transpose(0, 1).flatten(start_dim=1).cpu().numpy()
            return whole, esv, np.zeros_like(esv)
        flat = outputs.flatten(start_dim=1).cpu().numpy()
        prior = self._prior_columns(game)
        shape = (-1, *outputs.shape[1:])
        found = (
            self._columns(game.scores(torch.from_numpy(logits.astype(np.float32)).view(shape)))
            for logits in self.sampler.joint_logits(flat, game.n_max)
        )
        scores = next(found)
        esv, error = self.sampler.estimate(scores, prior)
        replicates = np.array([self.sampler.values(replicate, prior) for replicate in found])
        if len(replicates):
            spread = (len(replicates) - 1) * replicates.var(axis=0)
            error = np.sqrt(error**2 + FEW_GROUPS * spread)
        return scores[0], esv, error

    def _knows_all(self, game: Game, count: int) -> bool:
        """Whether the first `count` subsets have all outputs that exact values are made of."""
        n_frames = game.n_frames
        if game.n_max is None or n_frames > MAX_FRAMES:
            return False
        scales = range(1, min(n_frames, game.n_max) + 1)
        return bool(self.sampler.evaluations[count] == sum(comb(n_frames, s) for s in scales))

    def _columns(self, scores: Tensor) -> Columns:
        """Scores (m, V, C) -> (m, V * K), the chosen classes."""
        return scores[..., torch.from_numpy(self.class_idx)].flatten(start_dim=1).cpu().numpy()

    def _prior_columns(self, game: Game) -> Columns:
        return np.tile(self.prior[self.class_idx].astype(np.float64), game.video_count)


class _KnownGame(Game):
    """A multi-scale game all of whose outputs (m, V, C) are known, those of subsets (m, n)."""

    def __init__(self, game: Game, member: np.ndarray, outputs: Tensor) -> None:
        vars(self).update(vars(game))
        self.n_max = game.n_max
        self._game, self._outputs = game, outputs
        masks = torch.from_numpy(member.astype(np.int64) @ (1 << np.arange(game.n_frames)))
        self._row = torch.zeros(2**game.n_frames, dtype=torch.int64, device=game.device)
        self._row[masks.to(game.device)] = torch.arange(len(member), device=game.device)

    def outputs(self, frame_idx: Tensor) -> Tensor:
        masks = (1 << frame_idx.long()).sum(dim=1)
        return self._outputs[self._row[masks]]

    def scores(self, outputs: Tensor, out: Tensor | None = None) -> Tensor:
        return self._game.scores(outputs, out)


@torch.no_grad()
def outputs_of_subsets(game: Game, member: np.ndarray) -> Tensor:
    """What a game's model says of subsets (M, n) of its videos: (M, V, C) float32, unconverted."""
    return game.outputs_of_members(torch.from_numpy(member).bool().to(game.device))


def videos_at_once(game: Game, sampler: Sampler, memory_budget: int) -> int:
    """As many videos as the budget allows, counting outputs, scores and copies in float64."""
    of_number = 40
    shared = 4 * sampler.member.nbytes + sampler.bytes_beside(game.class_count)
    if game.n_max is not None:
        # Of the joint fit: two more copies, the terms of a block of each scale, and five at work.
        of_number += 24
        scales = min(game.n_frames, game.n_max) + 5
        shared += 8 * scales * min(JOINT_ROWS, len(sampler.member)) * term_count(game.n_frames)
    each = of_number * len(sampler.member) * game.class_count
    if shared + each > memory_budget:
        raise InputError(
            f"{len(sampler.member)} subsets of a video with {game.class_count} classes need "
            f"{bytes_in_words(shared + each)}, but the memory budget is "
            f"{bytes_in_words(memory_budget)}: raise it, or lower the budget of evaluations."
        )
    return int(max(1, min(MOST_VIDEOS, (memory_budget - shared) // each)))
