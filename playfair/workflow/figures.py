"""Figures as the workflow sees them: which ones a data set has, and what each is given."""

from collections.abc import Mapping
from typing import Any

from playfair.figures.catalogue import FigureEntry, read_catalogue
from playfair.workflow.datasets import Datasets
from playfair.workflow.networks import Networks


def figures_to_draw(datasets: Datasets, networks: Networks, dataset: str) -> dict[str, FigureEntry]:
    """The figures all of whose files a data set has, by name, in the order of the gallery."""
    offered = {
        "ground_truth": datasets.file(dataset, "ground_truth"),
        "training_logs": networks.training_logs(dataset),
        "masking_checks": networks.clip_models,
        "sampling_studies": networks.head_models,
        "approximation_studies": networks.head_models,
        "all_frames_esvs": networks.head_models,
        "comparison_clips": networks.compared_models,
        "with_sets": networks.models_with("frame_sets"),
        "with_pairs": networks.models_with("interactions"),
    }
    absent = {name for name, files in offered.items() if not files}
    return {
        name: figure
        for name, figure in read_catalogue().items()
        if not absent.intersection(figure.needs)
    }


def figure_options(
    name: str, config: Mapping[str, Any], datasets: Datasets, dataset: str
) -> dict[str, Any]:
    """The facts and options that the function `draw` of a figure takes, by their names."""
    figure = read_catalogue()[name]
    facts = {"fps": datasets.fps(dataset), "evidence_rate": datasets.evidence_rate(dataset)}
    return {
        **{fact: facts[fact] for fact in figure.facts},
        **{option.name: config["figures"][name][option.name] for option in figure.options},
    }
