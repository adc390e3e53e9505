"""The study of the samplers measures against the right values."""

import numpy as np
import pytest
import torch

from playfair.attribution.exact.exact import exact_esvs
from playfair.attribution.explain import explain
from playfair.data.clips.frame_sampling import sample_frame_idx
from playfair.evaluation.sampling_error import correlation, relative_error
from playfair.evaluation.sampling_study import (
    APPROXIMATION_COLUMNS,
    explained_classes,
    studied,
    study_against_exact,
    study_approximation,
    study_every_frame,
)
from playfair.models.heads.tsn_trn import TSN

PRIORS = np.full(4, 0.25, np.float32)
LABEL = np.array([2, 0, 2])


@pytest.fixture(scope="module")
def head():
    torch.manual_seed(1)
    head = TSN(5, 4).eval()
    head.classifier.weight.data *= 3
    return head


@pytest.fixture(scope="module")
def features():
    rng = np.random.default_rng(0)
    return [rng.normal(size=(length, 5)).astype(np.float32) for length in (12, 10, 15)]


def test_errors_are_those_of_the_true_class_against_exact_values(head, features):
    runs = study_against_exact(
        head, features, LABEL, PRIORS, n_frames=8, budgets=[64], repetitions=2, progress=False
    )
    assert len(runs) == len(studied()) * 2 * 3
    assert set(runs["sequences"]) == {"8 frames"}
    batch = np.stack([video[sample_frame_idx(len(video), 8)] for video in features])
    exact = exact_esvs(head, batch, PRIORS)[1]
    sampled = explain(batch, head, PRIORS, "permutation", 2, budget=64).esv
    for video, class_idx in enumerate(LABEL):
        row = runs.query("sampler == 'permutation' and repetition == 2 and video == @video").iloc[0]
        pair = sampled[video : video + 1, :, class_idx], exact[video : video + 1, :, class_idx]
        assert row["error"] == pytest.approx(relative_error(*pair)[0], rel=1e-4)
        assert row["correlation"] == pytest.approx(correlation(*pair)[0], rel=1e-4)
        assert row["seconds"] > 0


def test_a_sampler_that_sees_every_subset_has_no_error(head, features):
    runs = study_against_exact(
        head, features, LABEL, PRIORS, n_frames=4, budgets=[64], repetitions=1, progress=False
    )
    assert runs.query("sampler == 'regression'")["error"].max() < 1e-4


def test_every_frame_is_compared_with_a_long_run(head, features):
    runs = study_every_frame(
        head,
        features[:2],
        LABEL[:2],
        PRIORS,
        budgets=[128],
        repetitions=2,
        reference_budget=20_000,
        progress=False,
    )
    assert len(runs) == len(studied()) * 2 * 2
    assert set(runs["sequences"]) == {"every frame"}
    assert set(runs["video"]) == {0, 1}
    regression = runs.query("sampler == 'regression'")
    assert 0 < regression["distance"].max() < 0.5
    assert regression["efficiency_gap"].max() < 1e-5
    assert regression["standard_error"].min() > 0


def test_videos_without_a_label_are_studied_for_the_predicted_class(head, features):
    label = np.array([-1, 0, -1])
    classes = explained_classes(head, features, label, PRIORS, n_frames=6)
    batch = np.stack([video[sample_frame_idx(len(video), 6)] for video in features])
    predicted = head(torch.from_numpy(batch)).argmax(dim=1).numpy()
    assert classes.tolist() == [predicted[0], 0, predicted[2]]
    assert label.tolist() == [-1, 0, -1]


def test_ours_is_compared_at_the_evaluations_of_the_papers(head, features):
    runs = study_approximation(
        *(head, features, LABEL, PRIORS),
        n_frames=[4, 8],
        samples_per_scale=[3, 30],
        iterations=[1, 2],
        repetitions=2,
        progress=False,
    )
    assert tuple(runs.columns) == APPROXIMATION_COLUMNS
    exact = runs[runs["sampler"] == "exact"]
    assert exact.groupby("n_frames")["evaluations"].unique().map(list).to_dict() == {
        4: [15],
        8: [255],
    }
    assert exact["error"].max() == 0
    papers = runs.query("sampler == 'constructive' and n_frames == 8")
    assert len(papers) == 2 * 2 * 2 * len(features)
    batch = np.stack([video[sample_frame_idx(len(video), 8)] for video in features])
    options = {"budget": 10_000, "iterations": 2, "max_samples_per_scale": 30}
    found = explain(batch, head, PRIORS, "constructive", 2, **options)
    values = exact_esvs(head, batch, PRIORS)[1]
    chosen = papers.query("samples_per_scale == 30 and iterations == 2 and repetition == 2")
    for video, class_idx in enumerate(LABEL):
        row = chosen[chosen["video"] == video].iloc[0]
        pair = found.esv[[video], :, class_idx], values[[video], :, class_idx]
        assert row["error"] == pytest.approx(relative_error(*pair)[0], rel=1e-4)
        assert row["evaluations"] == found.evaluations[video]
    ours = runs.query("sampler == 'regression' and n_frames == 8")
    setting = ["samples_per_scale", "iterations", "repetition", "video"]
    both = ours.merge(papers, on=setting)
    # It may leave one of its budget, as it takes pairs.
    assert set(both["evaluations_y"] - both["evaluations_x"]) <= {0, 1}
    # With three subsets of a size, once, ours has too few.
    assert ours.query("samples_per_scale == 3 and iterations == 1").empty
    assert both["error_x"].mean() < 0.5 * both["error_y"].mean()
