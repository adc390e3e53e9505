"""The numbers at the top of the gallery."""

import numpy as np
import pandas as pd

from playfair.figures.drawing.headlines import headlines, read_headlines
from playfair.files import write_csv

PERFORMANCE = pd.DataFrame(
    {
        "model": ["trn", "trn", "my_model"],
        "n_frames": [1, 8, 4],
        "video_count": [90, 90, 90],
        "accuracy": [0.99, 0.9, 0.8],
        "accuracy_low": [0.9, 0.85, 0.7],
        "accuracy_high": [1.0, 0.95, 0.9],
        "score_mean": [0.9, 0.75, 0.5],
        "prior_mean": [0.1, 0.1, 0.1],
    }
)
LOCALISATION = pd.DataFrame(
    {
        "model": ["trn", "trn", "my_model"],
        "n_frames": [8, 8, 4],
        "clips": ["right", "all", "all"],
        "mass_inside": [0.9, 0.8, 0.3],
        "uniform_inside": [0.5, 0.4, 0.4],
    }
)


def test_the_best_model_at_its_most_frames_makes_the_headlines():
    assert headlines(PERFORMANCE, LOCALISATION) == [
        ("clips explained", "90"),
        ("top-1 of TRN at 8 frames (85 % to 95 %)", "90 %"),
        ("true class by TRN, of no frames and of 8", "0.10 \u2192 0.75"),
        ("support by TRN on frames with evidence (by chance 40 %)", "80 %"),
    ]


def test_without_labels_or_evidence_there_are_fewer(tmp_path):
    assert read_headlines(tmp_path) == []
    write_csv(PERFORMANCE, tmp_path / "performance.csv")
    assert len(read_headlines(tmp_path)) == 3
    unlabelled = PERFORMANCE.assign(accuracy=np.nan)
    assert headlines(unlabelled) == [("clips explained", "90")]
