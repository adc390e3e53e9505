"""The sampler of the paper: subsets that grow by one frame, at most so many of each size."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from playfair.attribution.methods.options import option
from playfair.attribution.samplers.column_products import Columns
from playfair.attribution.samplers.sampler import Sampler, SamplerOptions
from playfair.attribution.samplers.subsets import first_occurrences, frame_keys, subset_keys
from playfair.errors import InputError

DEFAULT_ITERATIONS = 8


@dataclass(frozen=True, kw_only=True)
class ConstructiveOptions(SamplerOptions):
    """The paper's options beside the budget."""

    iterations: int | None = option(
        None, "Repetitions of the sample; null: as the budget allows.", ge=1, le=1_000_000
    )
    max_samples_per_scale: int | None = option(
        None, "Most subsets per size; null: as the budget allows.", ge=1, le=1_000_000
    )


class ConstructiveSampler(Sampler):
    """Price and Damen 2020, section 3.4: sample, per size, some of the extensions of the sample.

    The sample of size s is drawn from all subsets that extend one of the sample of size s - 1 by a
    frame, at most `max_samples_per_scale` of them. On it,

        ESV(i) = 1/n * sum over s of ( mean of v(S) over |S| = s with i
                                       - mean of v(S) over |S| = s - 1 without i )

    which is repeated `iterations` times and averaged; where no subset of a size has (or lacks) the
    frame, the mean over all of this size stands in. A multi-scale model is computed on the same
    sample by its recurrence, with the mean over those children that were sampled.

    Biased: extensions of a sample are not a uniform sample, the stand-ins blur, and few children
    make noisy logits, which the softmax does not average out. Not efficient either. The standard
    error is that of the mean over iterations (with a single one: of the means, as if subsets were
    independent), so it does not see the bias.

    Without `max_samples_per_scale`, as many as the budget allows.
    """

    name = "constructive"
    summary = "the paper's: subsets that grow by a frame, some of each size, repeatedly"
    advice = "to compare with the paper; biased"
    options_class = ConstructiveOptions

    def __init__(
        self, n_frames: int, n_max: int | None, options: ConstructiveOptions, seed: int = 0
    ) -> None:
        super().__init__(n_frames, n_max, options, seed)
        budget, iterations = options.budget, options.iterations
        max_samples_per_scale = options.max_samples_per_scale
        scales = min(n_frames, self.largest_evaluated)
        counts = _most_subsets(n_frames, budget)[:scales]
        if max_samples_per_scale is None:
            iterations = iterations or max(1, min(DEFAULT_ITERATIONS, budget // (4 * scales)))
            max_samples_per_scale = _largest_sample(counts, budget // iterations)
        cost = int(np.minimum(counts, max_samples_per_scale).sum())
        affordable = budget // max(1, cost)
        if max_samples_per_scale < 1 or affordable < (iterations or 1):
            raise InputError(
                f"The constructive sampler needs at least {scales * (iterations or 1)} evaluations "
                f"for {iterations or 1} iterations on {n_frames} frames, one per scale, and "
                f"{cost * (iterations or 1)} with {max_samples_per_scale} samples per scale; the "
                f"budget is {budget}."
            )
        self.iterations = iterations or affordable
        draws = [self._draw(max_samples_per_scale) for _ in range(self.iterations)]
        whole = np.ones((1, n_frames), dtype=bool)
        drawn = np.concatenate([whole, *draws])
        positions, row = first_occurrences(drawn)
        self.member = drawn[positions]
        self._rows = np.split(row[1:], np.cumsum([len(draw) for draw in draws])[:-1])
        ends = np.maximum.accumulate([int(rows.max()) + 1 for rows in self._rows])
        self.checkpoints = sorted({int(end) for end in ends})
        self._ends = ends

    @classmethod
    def least_budget(cls, n_frames: int, options: ConstructiveOptions) -> int:
        """What the iterations cost with the samples per scale, or with one per scale."""
        most = options.max_samples_per_scale or 1
        counts = _most_subsets(n_frames, most)
        return int(np.minimum(counts, most).sum()) * (options.iterations or 1)

    def _draw(self, most: int) -> np.ndarray:
        """One iteration's sample of all sizes, (m, n) bool, smaller sizes first."""
        sample = np.zeros((1, self.n_frames), dtype=bool)
        samples = []
        for _ in range(self.n_frames):
            parent, frame = np.nonzero(~sample)
            extended = sample[parent]
            extended[np.arange(len(extended)), frame] = True
            distinct = extended[first_occurrences(extended)[0]]
            sample = distinct[self.rng.permutation(len(distinct))[:most]]
            samples.append(sample)
        return np.concatenate(samples)

    def estimate(self, scores: Columns, prior: Columns) -> tuple[Columns, Columns]:
        complete = [
            rows for rows, end in zip(self._rows, self._ends, strict=True) if end <= len(scores)
        ]
        estimates = [
            _esvs_of_sample(self.member[rows], scores[rows].astype(np.float64), prior)
            for rows in complete
        ]
        values = np.array([esv for esv, _ in estimates])
        if len(values) == 1:
            return values[0], np.sqrt(estimates[0][1])
        return values.mean(axis=0), values.std(axis=0, ddof=1) / np.sqrt(len(values))

    def joint_logits(self, outputs: Columns, n_max: int) -> Iterator[Columns]:
        """The recurrence on what was sampled; no replicates, since nothing is fitted."""
        member = self.member[: len(outputs)]
        size = member.sum(axis=1)
        keys = subset_keys(member)
        logits = outputs.astype(np.float64)
        for count in range(2, self.n_frames + 1):
            rows, below = np.nonzero(size == count)[0], np.nonzero(size == count - 1)[0]
            if not len(rows):
                continue
            children = _mean_of_children(member[rows], keys[rows], keys[below], logits[below])
            if count > n_max:
                logits[rows] = children
            else:
                logits[rows] = (outputs[rows] + (count - 1) * children) / count
        yield logits


def _mean_of_children(
    member: np.ndarray, keys: np.ndarray, keys_below: np.ndarray, logits_below: Columns
) -> Columns:
    """Mean logits over the sampled children of each subset; over the whole level if it has none."""
    order = np.argsort(keys_below)
    total = np.zeros((len(member), logits_below.shape[1]))
    count = np.zeros(len(member))
    for frame, frame_key in enumerate(frame_keys(member.shape[1])):
        rows = np.nonzero(member[:, frame])[0]
        child = keys[rows] - frame_key
        place = np.minimum(np.searchsorted(keys_below, child, sorter=order), len(order) - 1)
        found = order[place]
        is_there = keys_below[found] == child
        total[rows[is_there]] += logits_below[found[is_there]]
        count[rows[is_there]] += 1
    total[count == 0] = logits_below.mean(axis=0)
    return total / np.maximum(count, 1)[:, None]


def _esvs_of_sample(member: np.ndarray, scores: Columns, prior: Columns) -> tuple[Columns, Columns]:
    """ESVs (n, X) from one sample, and their variances if its subsets were independent."""
    n_frames = member.shape[1]
    size = member.sum(axis=1)
    esv = np.tile(-prior.astype(np.float64), (n_frames, 1))
    variance = np.zeros_like(esv)
    for count in range(1, n_frames + 1):
        rows = size == count
        for inside in (True, False):
            if not inside and count == n_frames:
                continue
            chosen = (member[rows] == inside).T.astype(np.float64)
            mean, mean_variance = _means(chosen, scores[rows])
            esv += mean if inside else -mean
            variance += mean_variance
    return esv / n_frames, variance / n_frames**2


def _means(chosen: np.ndarray, scores: Columns) -> tuple[Columns, Columns]:
    """Mean scores of the chosen rows, and their variances: (n, m), (m, X) -> two (n, X)."""
    count = chosen.sum(axis=1, keepdims=True)
    overall = scores.mean(axis=0)
    mean = np.where(count > 0, chosen @ scores / np.maximum(count, 1), overall)
    spread = np.maximum(chosen @ scores**2 - count * mean**2, 0)
    overall_spread = ((scores - overall) ** 2).mean(axis=0)
    variance = np.where(count > 1, spread / np.maximum(count * (count - 1), 1), overall_spread)
    return mean, variance


def _most_subsets(n_frames: int, budget: int) -> np.ndarray:
    """(n,): the number of subsets of each size, none counted beyond the budget + 1."""
    counts, count = [], 1
    for size in range(1, n_frames + 1):
        count = count * (n_frames - size + 1) // size
        counts.append(min(count, budget + 1))
    return np.array(counts)


def _largest_sample(counts: np.ndarray, budget: int) -> int:
    """The largest m for which the sum of min(count, m) over scales is within the budget."""
    low, high = 0, budget
    while low < high:
        middle = (low + high + 1) // 2
        if np.minimum(counts, middle).sum() <= budget:
            low = middle
        else:
            high = middle - 1
    return low
