import csv
import dataclasses

import matplotlib
import numpy as np
import pytest

import playfair
from playfair.attribution.result import Attribution
from playfair.errors import InputError
from playfair.figures.drawing.style import PALETTE
from tests.conformance import inputs
from tests.unit.attribution.vectors import priors, tsn_head

matplotlib.use("Agg")


def sampled_result() -> Attribution:
    return Attribution(
        value=np.array([[0.3, -0.2], [-0.1, 0.0]]),
        scores=np.array([0.7, 0.3]),
        prior=np.array([0.5, 0.5]),
        class_idx=np.array([4, 9]),
        method="permutation",
        score="probability",
        seed=0,
        evaluations=12,
        efficiency_gap=np.array([0.0, 0.01]),
        standard_error=np.array([[0.02, 0.03], [0.01, 0.04]]),
        converged=False,
    )


def test_a_result_prints_score_frames_and_how_sure_it_is():
    assert repr(sampled_result()).splitlines() == [
        "Element Shapley Values (permutation, unit: probability) of 1 video",
        "  2 frames, 12 evaluations; class 4: score 0.7000 = prior 0.5000 +0.2000 over the frames",
        "  supported by frame 0 (+0.3000)",
        "  distracted by frame 1 (-0.1000)",
        "  largest standard error 0.04, largest efficiency gap 0.01, tolerance not reached",
    ]


def test_a_result_of_many_videos_prints_the_first_few():
    features = inputs("many", (5, 2, 32), -1, 1)
    text = repr(playfair.explain(features, tsn_head(), priors()))
    assert "of 5 videos" in text
    assert "video 2: 2 frames" in text
    assert text.endswith("... and 2 more")


def test_a_csv_file_has_a_row_per_video_frame_and_class(tmp_path):
    features = inputs("csv", (2, 3, 32), -1, 1)
    result = playfair.explain(features, tsn_head(), priors(), classes=[1, 5])
    result.to_csv(tmp_path / "esv.csv")
    with open(tmp_path / "esv.csv") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2 * 3 * 2
    assert rows[7] == {
        "video": "1",
        "frame": "0",
        "class": "5",
        "esv": str(float(result.esv[1, 0, 1])),
        "standard_error": "",
        "score": str(float(result.scores[1, 1])),
        "prior": str(float(result.prior[1])),
    }


def test_a_csv_file_of_a_sampled_result_has_standard_errors(tmp_path):
    sampled_result().to_csv(tmp_path / "esv.csv")
    assert (tmp_path / "esv.csv").read_text().splitlines()[1] == "0,0,4,0.3,0.02,0.7,0.5"


def test_a_plot_shows_the_two_highest_scoring_classes_with_errors():
    axes = sampled_result().plot().axes[0]
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert labels == ["class 4 (score 0.70)", "class 9 (score 0.30)"]
    curve = axes.containers[0].lines[0].get_ydata()
    assert np.allclose(curve, [0.3, -0.1])


def test_a_plot_of_a_class_that_was_not_explained_is_refused():
    with pytest.raises(InputError, match=r"class 2 .* the classes 4, 9"):
        sampled_result().plot(classes=[2])


def test_a_plot_shows_every_class_that_is_asked_for():
    result = playfair.explain(inputs("curves", (2, 32), -1, 1), tsn_head(), priors())
    classes = result.class_idx.tolist()
    assert len(classes) > len(PALETTE)
    axes = result.plot(classes=classes).axes[0]
    assert len(axes.get_legend().get_texts()) == len(classes)


def test_values_that_are_no_esvs_are_not_called_so(tmp_path):
    other = dataclasses.replace(sampled_result(), method="leave_one_out", gives_esvs=False)
    with pytest.raises(InputError, match=r"'leave_one_out' gives are no Element.*as \.value"):
        _ = other.esv
    assert repr(other).startswith("Values (leave_one_out, ")
    assert "score 0.7000, prior 0.5000" in repr(other)
    other.to_csv(tmp_path / "value.csv")
    assert (tmp_path / "value.csv").read_text().startswith("video,frame,class,value,")
