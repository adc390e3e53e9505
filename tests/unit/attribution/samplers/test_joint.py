"""The joint fit against the same ridge regression written out, and against closed forms."""

from itertools import combinations
from math import comb

import numpy as np
import pytest

from playfair.attribution.samplers.joint import GROUPS, LINEAR_RIDGE, PAIR_RIDGE, joint_logits
from playfair.attribution.samplers.subsets import distinct_subsets, generator

N_MAX = 4


def sample(n_frames, counts):
    """Subsets (m, n) of each scale, the whole sequence first, and logits (m, 3) with a bend."""
    rng = generator(0, n_frames, "joint fit")
    parts = [np.ones((1, n_frames), dtype=bool)]
    parts += [distinct_subsets(n_frames, scale, count, rng) for scale, count in counts.items()]
    member = np.concatenate(parts)
    slopes = rng.normal(size=(n_frames, 3))
    outputs = np.tanh(member @ slopes) + rng.normal(size=3) + 5
    return member, outputs.astype(np.float32)


def terms_of(member):
    with_pairs = comb(len(member), 2) <= 1000
    pairs = list(combinations(range(len(member)), 2)) if with_pairs else []
    return np.array([1.0, *member, *[member[i] * member[j] for i, j in pairs]])


def written_out(member, outputs, subset, dropped):
    """Logits (3,) of one subset: regressions of all smaller scales, averaged subset by subset."""
    n_frames, size = member.shape[1], member.sum(axis=1)
    members = np.nonzero(subset)[0]
    total, scale_count = np.zeros(3), 0
    for scale in range(1, min(len(members) - 1, N_MAX) + 1):
        rows = np.nonzero(size == scale)[0]
        scale_count += 1
        if len(rows) == comb(n_frames, scale):
            # Nothing of a scale sampled in full is estimated.
            inside = ~(member[rows] & ~subset).any(axis=1)
            total += outputs[rows][inside].mean(axis=0)
            continue
        if GROUPS < len(rows) < comb(n_frames, scale):
            rows = np.delete(rows, np.s_[len(rows) if dropped is None else dropped :: GROUPS])
        share = scale / n_frames
        design = np.array([terms_of(row - share) for row in member[rows]])
        pair_count = design.shape[1] - 1 - n_frames
        linear = LINEAR_RIDGE * n_frames * share * (1 - share) * (scale > 1)
        pairs = PAIR_RIDGE * pair_count * (share * (1 - share)) ** 2
        ridge = np.array([0.0] + [linear + 1e-9] * n_frames + [pairs + 1e-9] * pair_count)
        fit = np.linalg.solve(design.T @ design + np.diag(ridge), design.T @ outputs[rows])
        inside = np.zeros((comb(len(members), scale), n_frames))
        for place, chosen in enumerate(combinations(members, scale)):
            inside[place, list(chosen)] = 1
        total += np.mean([terms_of(row - share) for row in inside], axis=0) @ fit
    own = (size == len(members)) & (member == subset).all(axis=1)
    if len(members) <= N_MAX:
        total, scale_count = total + outputs[own][0], scale_count + 1
    return total / scale_count


@pytest.mark.parametrize(
    ("n_frames", "counts"),
    [
        (9, {1: 9, 2: 36, 3: 84, 4: 126, 6: 3}),
        (9, {1: 9, 2: 30, 3: 70, 4: 60, 7: 3}),
        (10, {1: 10, 2: 20, 3: 20, 4: 12, 8: 3}),
        (10, {1: 9, 2: 5, 3: 60, 4: 57, 5: 2}),
        (46, {1: 46, 2: 20, 3: 60, 4: 30, 5: 2}),
    ],
    ids=["complete", "primal", "dual", "mixed and few", "without pairs"],
)
def test_logits_are_those_of_the_ridge_regressions_written_out(n_frames, counts):
    member, outputs = sample(n_frames, counts)
    fits = list(joint_logits(member, outputs, N_MAX))
    assert len(fits) == 1 + GROUPS
    chosen = [0, 1, 12, len(member) - 30, len(member) - 1] if n_frames < 46 else [1, 50, 70, -1]
    for dropped in (None, 0, 3, GROUPS - 1):
        logits = fits[0 if dropped is None else 1 + dropped]
        expected = [written_out(member, outputs, member[row], dropped) for row in chosen]
        assert np.allclose(logits[chosen], expected, atol=2e-6)


def test_a_constant_on_all_logits_is_kept_where_frames_were_not_sampled_alone():
    member, outputs = sample(10, {1: 7, 2: 20, 3: 20, 4: 12, 8: 3})
    for logits, raised in zip(
        joint_logits(member, outputs, N_MAX),
        joint_logits(member, outputs + np.float32(2), N_MAX),
        strict=True,
    ):
        assert np.allclose(raised, logits + 2, atol=1e-5)


def test_logits_do_not_depend_on_how_many_subsets_are_computed_at_once(monkeypatch):
    member, outputs = sample(9, {1: 9, 2: 30, 3: 70, 4: 100, 6: 60})
    at_once = list(joint_logits(member, outputs, N_MAX))
    monkeypatch.setattr("playfair.attribution.samplers.joint.ROWS_AT_ONCE", 50)
    in_blocks = list(joint_logits(member, outputs, N_MAX))
    assert np.allclose(in_blocks, at_once, atol=1e-6)


def test_replicates_of_the_leading_subsets_are_those_of_all():
    member, outputs = sample(9, {1: 9, 2: 20, 4: 60, 6: 30})
    whole, *replicates = joint_logits(member, outputs, N_MAX)
    same, *leading = joint_logits(member, outputs, N_MAX, leading=100)
    assert np.array_equal(whole, same)
    assert len(leading) == GROUPS
    for replicate, first in zip(replicates, leading, strict=True):
        assert first.shape == (100, 3)
        assert np.allclose(replicate[:100], first, atol=1e-5)
