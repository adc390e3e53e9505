"""When the evidence of synthetic clips is shown: a position tells nothing about it."""

import numpy as np
import pytest

from playfair.data.synthetic.timing import draw_timing

SAMPLED = (np.arange(8) + 0.5) / 8


@pytest.fixture(scope="module")
def timings():
    generator = np.random.default_rng(0)
    return [draw_timing(generator) for _ in range(4000)]


def within(intervals, times):
    return np.any([(begin <= times) & (times < end) for begin, end in intervals], axis=0)


@pytest.fixture(scope="module")
def evidence(timings):
    """(4000, 8) bool: which of eight sampled frames show evidence."""
    return np.array([within(timing.evidence, SAMPLED) for timing in timings])


def test_the_evidence_takes_30_to_45_percent_of_a_clip(timings):
    shares = [sum(end - begin for begin, end in timing.evidence) for timing in timings]
    assert 0.3 <= min(shares) < 0.38
    assert 0.43 < max(shares) <= 0.45


def test_every_position_is_evidence_equally_often(timings):
    times = np.linspace(0.005, 0.995, 100)
    covered = np.mean([within(timing.evidence, times) for timing in timings], axis=0)
    assert abs(covered - covered.mean()).max() < 0.03


def test_of_eight_frames_two_are_evidence_in_every_clip_and_three_in_most(evidence):
    counts = evidence.sum(axis=1)
    assert counts.min() == 2
    assert (counts >= 3).mean() > 0.9


def test_attributions_that_only_know_the_position_find_the_evidence_by_chance(evidence):
    place = np.arange(8.0)
    for value in (-np.abs(place - 3.5), np.abs(place - 3.5), place, -place):
        higher = value[:, None] > value
        tied = value[:, None] == value
        wins = higher + 0.5 * tied
        auroc = [wins[row][:, ~row].mean() for row in evidence]
        assert np.mean(auroc) == pytest.approx(0.5, abs=0.03)


def test_some_clips_show_the_evidence_twice_with_time_between(timings):
    twice = [timing.evidence for timing in timings if len(timing.evidence) == 2]
    assert len(twice) / len(timings) == pytest.approx(0.2, abs=0.03)
    assert min(second[0] - first[1] for first, second in twice) > 0.15


def test_distractions_fill_half_of_the_time_outside_of_the_evidence_and_none_in_it(timings):
    for timing in timings[:200]:
        for begin, end in timing.distractions:
            assert all(
                end <= first + 1e-9 or last <= begin + 1e-9 for first, last in timing.evidence
            )
    busy = sum(end - begin for timing in timings for begin, end in timing.distractions)
    free = sum(1 - (end - begin) for timing in timings for begin, end in timing.evidence)
    free -= sum(len(timing.evidence) - 1 for timing in timings)
    assert 0.4 < busy / free < 0.6
