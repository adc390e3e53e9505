"""Sampled ESVs of videos of one length: budgets, tolerances and standard errors."""

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor
from tqdm import tqdm

from playfair.attribution.estimate import Estimate, concatenated, gap_to_efficiency
from playfair.attribution.exact.exact import as_elements, chosen_classes
from playfair.attribution.exact.shapley import DEFAULT_MEMORY_BUDGET
from playfair.attribution.games.from_model import DEFAULT_BATCH_SIZE, make_game, place_model
from playfair.attribution.games.game import Game, Model
from playfair.attribution.games.scores import Score
from playfair.attribution.samplers.column_products import Columns
from playfair.attribution.samplers.constructive import ConstructiveSampler
from playfair.attribution.samplers.permutation import PermutationSampler
from playfair.attribution.samplers.regression import RegressionSampler
from playfair.attribution.samplers.sampler import Sampler
from playfair.attribution.samplers.stratified import StratifiedSampler
from playfair.attribution.samplers.subsets import outputs_of_subsets
from playfair.errors import InputError

SAMPLERS: dict[str, type[Sampler]] = {
    sampler.name: sampler
    for sampler in (RegressionSampler, PermutationSampler, StratifiedSampler, ConstructiveSampler)
}

DEFAULT_BUDGET = 1024
MOST_VIDEOS = 32


def sampled_esvs(
    model: Model | Sequence[Model],
    features: np.ndarray | Tensor,
    priors: ArrayLike,
    method: str = "regression",
    seed: int = 0,
    *,
    budget: int = DEFAULT_BUDGET,
    tolerance: float | None = None,
    rescale: bool = False,
    max_samples_per_scale: int | None = None,
    iterations: int | None = None,
    score: Score = "probability",
    class_idx: ArrayLike | None = None,
    batch_size: int = DEFAULT_BATCH_SIZE,
    memory_budget: int = DEFAULT_MEMORY_BUDGET,
    device: torch.device | str | None = None,
    progress: bool = False,
) -> Estimate:
    """Estimate the ESVs of V videos of n frames: features (V, n, ...) -> `Estimate`.

    method: "regression" (the most accurate), "permutation", "stratified" or "constructive" (the
    paper's). budget: most evaluations for each video; one is one model applied to one subset of
    frames. tolerance: stop as soon as the largest standard error of a video is at most this, which
    `converged` then tells. rescale: shift the ESVs of each class equally so that they sum to
    score - prior. max_samples_per_scale, iterations: of the constructive sampler only. For the rest
    see `playfair.attribution.exact.exact.exact_esvs`.

    What is drawn depends on (seed, n, method) and the budget only. The same call gives the same
    bits; with other videos beside it, a video's values differ by `ROUNDING_TOLERANCE` at most
    (unless its error just meets or misses a given tolerance, and it stops elsewhere). With a
    multi-scale model, model and ESVs are estimated jointly on the sampled subsets, see
    `samplers.joint`; scores are then estimates, too, unless n <= n_max, where the whole sequence's
    own output is part of them.

    Raises `InputError` for a budget below what the method needs or above what memory allows.

    >>> import torch
    >>> def model(frames):  # (N, k, 2) -> (N, 2)
    ...     return frames.mean(dim=1).softmax(dim=-1)
    >>> features = torch.randn(1, 30, 2, generator=torch.Generator().manual_seed(0))
    >>> estimate = sampled_esvs(model, features, [0.5, 0.5], budget=500)
    >>> estimate.esv.shape, estimate.evaluations.tolist()
    ((1, 30, 2), [499])
    >>> bool(estimate.standard_error.max() < 0.002)
    True
    """
    model, place = place_model(model, device)
    elements = as_elements(features)
    game = make_game(model, elements[:1].to(place), priors, score, batch_size)
    options = {"max_samples_per_scale": max_samples_per_scale, "iterations": iterations}
    sampler = make_sampler(method, game, budget, seed, **options)
    wanted = np.arange(game.class_count) if class_idx is None else class_idx
    chosen = chosen_classes(wanted, game.class_count).numpy()
    videos_at_once = _videos_at_once(game, sampler, memory_budget)
    parts = []
    with tqdm(total=len(elements), desc=method, unit="video", disable=not progress) as bar:
        for start in range(0, len(elements), videos_at_once):
            batch = elements[start : start + videos_at_once].to(place)
            run = SamplingRun(game.with_features(batch), sampler, chosen, tolerance, rescale)
            parts.append(run.estimate())
            bar.update(len(batch))
    return concatenated(parts)


def make_sampler(method: str, game: Game, budget: int, seed: int, **options: Any) -> Sampler:
    """The sampler of that name for a game's number of frames; `InputError` for an unknown one."""
    if method not in SAMPLERS:
        raise InputError(f"Unknown method {method!r}: choose one of exact, {', '.join(SAMPLERS)}.")
    if budget < 1:
        raise InputError(f"A budget counts evaluations and is at least 1, not {budget}.")
    given = {name: value for name, value in options.items() if value is not None}
    kind = SAMPLERS[method]
    if given and kind is not ConstructiveSampler:
        raise InputError(
            f"The option {sorted(given)[0]!r} belongs to the constructive sampler, not to "
            f"{method!r}."
        )
    largest = game.n_frames if game.n_max is None else game.n_max
    return kind(game.n_frames, budget, seed, largest, **given)


class SamplingRun:
    """One sampler on one batch of videos: scores subsets and stops when it may."""

    def __init__(
        self,
        game: Game,
        sampler: Sampler,
        class_idx: np.ndarray,
        tolerance: float | None,
        rescale: bool,
    ) -> None:
        if tolerance is not None and not tolerance > 0:
            raise InputError(f"A tolerance is a positive standard error, not {tolerance}.")
        self.game = game
        self.sampler = sampler
        self.class_idx = class_idx
        self.tolerance = tolerance
        self.rescale = rescale
        self.prior = game.prior_score.cpu().numpy()

    def estimate(self) -> Estimate:
        """Estimates of all videos, each with the subsets that it needed."""
        checkpoints = self.sampler.checkpoints
        if self.tolerance is None:
            return self._estimate(self.game, None, checkpoints[-1])[0]
        done: dict[int, Estimate] = {}
        active = np.arange(self.game.video_count)
        outputs: Tensor | None = None
        game = self.game
        for count in checkpoints:
            estimate, outputs = self._estimate(game, outputs, count)
            assert estimate.standard_error is not None
            converged = estimate.standard_error.max(axis=(1, 2)) <= self.tolerance
            finished = converged | (count == checkpoints[-1])
            for place in np.nonzero(finished)[0]:
                done[int(active[place])] = _one_video(estimate, int(place), bool(converged[place]))
            going = np.nonzero(~finished)[0]
            if not len(going):
                break
            active = active[going]
            game = self.game.with_features(self.game.features[torch.from_numpy(active)])
            outputs = outputs[:, torch.from_numpy(going)]
        return concatenated([done[video] for video in range(len(done))])

    def _estimate(self, game: Game, outputs: Tensor | None, count: int) -> tuple[Estimate, Tensor]:
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
        prior = self.prior[self.class_idx]
        gap = gap_to_efficiency(esv, whole, prior)
        if self.rescale:
            esv = esv - gap[:, None] / game.n_frames
            gap = gap_to_efficiency(esv, whole, prior)
        evaluations = np.full(game.video_count, self.sampler.evaluations[count])
        return Estimate(whole, esv, evaluations, gap, error), outputs

    def _extended(self, game: Game, outputs: Tensor | None, count: int) -> Tensor:
        start = 0 if outputs is None else len(outputs)
        member = self.sampler.member[start:count]
        needed = self.sampler.cost(member).astype(bool)
        added = torch.zeros(len(member), game.video_count, game.class_count, device=game.device)
        added[torch.from_numpy(needed)] = outputs_of_subsets(game, member[needed])
        return added if outputs is None else torch.cat([outputs, added])

    def _joint(self, game: Game, outputs: Tensor) -> tuple[Columns, Columns, Columns]:
        """Whole scores, ESVs and standard errors of a multi-scale game; the last with the fit's."""
        assert game.n_max is not None
        flat = outputs.flatten(start_dim=1).cpu().numpy()
        estimates = []
        for logits in self.sampler.joint_logits(flat, game.n_max):
            shaped = torch.from_numpy(logits.astype(np.float32)).view(-1, *outputs.shape[1:])
            scores = self._columns(game.scores(shaped))
            estimates.append((scores[0], *self.sampler.estimate(scores, self._prior_columns(game))))
        whole, esv, error = estimates[0]
        replicates = np.array([replicate for _, replicate, _ in estimates[1:]])
        if len(replicates):
            error = np.sqrt(error**2 + (len(replicates) - 1) * replicates.var(axis=0))
        return whole, esv, error

    def _columns(self, scores: Tensor) -> Columns:
        """Scores (m, V, C) -> (m, V * K), the chosen classes."""
        return scores[..., torch.from_numpy(self.class_idx)].flatten(start_dim=1).cpu().numpy()

    def _prior_columns(self, game: Game) -> Columns:
        return np.tile(self.prior[self.class_idx].astype(np.float64), game.video_count)


def _one_video(estimate: Estimate, place: int, converged: bool) -> Estimate:
    values = {field.name: getattr(estimate, field.name) for field in fields(Estimate)}
    rows = {name: value[place : place + 1] for name, value in values.items() if value is not None}
    return replace(estimate, **rows, converged=np.array([converged]))


def _videos_at_once(game: Game, sampler: Sampler, memory_budget: int) -> int:
    """As many videos as the budget allows, counting outputs, scores and copies in float64."""
    each = 40 * len(sampler.member) * game.class_count
    if each > memory_budget:
        raise InputError(
            f"{len(sampler.member)} subsets of a video with {game.class_count} classes need "
            f"{each / 2**20:.0f} MiB, but the memory budget is {memory_budget / 2**20:.0f} MiB: "
            "raise it, or lower the budget of evaluations."
        )
    return max(1, min(MOST_VIDEOS, memory_budget // each))
