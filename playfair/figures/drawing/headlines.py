"""The headline numbers of a run, for the top of its gallery."""

from pathlib import Path

import pandas as pd

from playfair.figures.drawing.names import model_title
from playfair.files import read_csv

Fact = tuple[str, str]
"""What is said of the run in a few words, and the number."""


def read_headlines(tables: Path) -> list[Fact]:
    """`headlines` of the tables performance.csv and localisation.csv, where they are."""
    performance, localisation = (
        read_csv(path) if path.is_file() else None
        for path in (tables / "performance.csv", tables / "localisation.csv")
    )
    return [] if performance is None else headlines(performance, localisation)


def headlines(performance: pd.DataFrame, localisation: pd.DataFrame | None = None) -> list[Fact]:
    """At most four: clips, the best model's top-1, what frames add to its score, localisation.

    Every model is taken at its largest number of frames.

    performance: as of `playfair.figures.performance.performance_table`. localisation: as of
    `playfair.figures.localisation.localisation_table`, None where the evidence is not known.
    """
    facts = [("clips explained", str(performance["video_count"].max()))]
    longest = performance.loc[performance.groupby("model", sort=False)["n_frames"].idxmax()]
    labelled = longest.dropna(subset=["accuracy"])
    if labelled.empty:
        return facts
    best = max(labelled.to_dict("records"), key=lambda row: row["accuracy"])
    model, n_frames = model_title(best["model"]), best["n_frames"]
    low, high = _percent(best["accuracy_low"]), _percent(best["accuracy_high"])
    facts += [
        (f"top-1 of {model} at {n_frames} frames ({low} to {high})", _percent(best["accuracy"])),
        (
            f"true class by {model}, of no frames and of {n_frames}",
            f"{best['prior_mean']:.2f} → {best['score_mean']:.2f}",
        ),
    ]
    if localisation is not None:
        of_model = localisation["model"] == best["model"]
        of_all = (localisation["n_frames"] == n_frames) & (localisation["clips"] == "all")
        [found] = localisation[of_model & of_all].to_dict("records")
        chance = _percent(found["uniform_inside"])
        words = f"support by {model} on frames with evidence (by chance {chance})"
        facts.append((words, _percent(found["mass_inside"])))
    return facts


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
