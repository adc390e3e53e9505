"""When things happen in a synthetic clip: the evidence, and what distracts from it.

Every moment of a clip is evidence equally often, so that a position tells nothing about it. For
that the clip is divided into five stretches of about the same length, whose lengths are drawn in
the same way for each, and each of them carries evidence in four of ten clips.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

Interval = tuple[float, float]

STRETCH_COUNT = 5
# A stretch lasts at least this share of the clip, and a random part of what is left.
LEAST_STRETCH = 0.185
# Which two stretches carry the evidence, equally likely; each stretch occurs in four of the pairs.
# Two that follow one another show the action once; two that are apart show it twice.
PAIRS = ((0, 1), (0, 1), (0, 1), (3, 4), (3, 4), (3, 4), (1, 2), (2, 3), (0, 2), (2, 4))
# A distraction takes about this share of a clip, of its time at least LEAST_BUSY is taken, and
# QUIET_SHARE of the distractions stay out.
DISTRACTION = 0.3
LEAST_BUSY = 0.6
QUIET_SHARE = 0.4


@dataclass(frozen=True)
class Timing:
    """Intervals (begin, end), as shares of the clip, in their order."""

    evidence: list[Interval]
    distractions: list[Interval]


def draw_timing(generator: np.random.Generator) -> Timing:
    """One interval of evidence or two, together 37 to 44.5 % of the clip."""
    stretches = _draw_stretches(generator)
    first, second = PAIRS[generator.integers(len(PAIRS))]
    evidence = [stretches[first], stretches[second]]
    if second == first + 1:
        evidence = [(evidence[0][0], evidence[1][1])]
    edges = [0.0, *(edge for interval in evidence for edge in interval), 1.0]
    gaps = zip(edges[::2], edges[1::2], strict=True)
    return Timing(evidence, [busy for gap in gaps for busy in _draw_distractions(*gap, generator)])


def _draw_stretches(generator: np.random.Generator) -> list[Interval]:
    """Stretches from 0 to 1 that follow one another, all drawn alike."""
    spare = 1 - STRETCH_COUNT * LEAST_STRETCH
    lengths = LEAST_STRETCH + spare * generator.dirichlet(np.ones(STRETCH_COUNT))
    edges = [0.0, *np.cumsum(lengths)[:-1].tolist(), 1.0]
    return list(pairwise(edges))


def _draw_distractions(begin: float, end: float, generator: np.random.Generator) -> list[Interval]:
    """Intervals within a gap of the evidence; none in one that is too short."""
    count = round((end - begin) / DISTRACTION)
    edges = np.linspace(begin, end, count + 1)
    found = []
    for first, last in pairwise(edges):
        length = generator.uniform(LEAST_BUSY, 1) * (last - first)
        start = generator.uniform(first, last - length)
        if generator.random() >= QUIET_SHARE:
            found.append((float(start), float(start + length)))
    return found
