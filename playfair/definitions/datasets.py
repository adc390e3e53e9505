"""Data sets: where labels and videos come from."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from playfair.definitions.section import GivenPath, Section, Seed, Share
from playfair.errors import InputError

# Shared as annotations, not in a base class, whose fields would come before source: the first field
# of a section tells it from others.
ClassIds = Annotated[
    GivenPath | None,
    Field(
        description='Class ids: JSON object {class name: "class id"}; null: the distinct labels '
        "of the list of training clips, sorted."
    ),
]
GroundTruth = Annotated[
    GivenPath | None,
    Field(description="CSV (uid, first_frame, last_frame) of the evidence, where it is known."),
]
GroundTruthRate = Annotated[
    float | None,
    Field(
        gt=0,
        le=240,
        description="Frames per second that the ground truth counts; null: those of the gulp, or "
        "of the features.",
    ),
]

LabelName = Annotated[
    str | None,
    Field(
        min_length=1,
        max_length=100,
        description="Where lists have the class name, if not in the column label (CSV) or the key "
        "template (JSON); in a feature file of the paper's code, which of its labels.",
    ),
]
Extension = Annotated[
    str | None,
    Field(
        pattern=r"^\.\w+$",
        description="File name extension of the videos where no path is given; null: whichever "
        "a uid's file has.",
    ),
]


class SyntheticDataset(Section):
    """A data set that the workflow draws itself, with known evidence."""

    source: Literal["synthetic"] = Field(
        default="synthetic", description="Where the clips come from: drawn by the workflow."
    )
    n_train: int = Field(default=600, ge=1, le=1_000_000, description="Training clips.")
    n_validation: int = Field(default=180, ge=1, le=1_000_000, description="Validation clips.")
    seed: Seed = Field(default=0, description="Seed of everything that is drawn.")
    ground_truth_fps: float = Field(
        default=8.0, ge=8, le=8, description="Frames per second that ground_truth.csv counts."
    )


class FilesDataset(Section):
    """A data set of videos that are on disk already."""

    source: Literal["files"] = Field(description="Where the clips come from: files on disk.")
    train: GivenPath | None = Field(
        default=None,
        description="Training clips: CSV (uid or path, label and perhaps split; one CSV may hold "
        "both splits), or JSON or JSON.gz list of {id, template, ...}; null: none, for networks of "
        "whole clips, which need no training.",
    )
    validation: GivenPath = Field(
        description="Clips to explain, as for training; their labels may be empty."
    )
    labels: ClassIds = None
    label_name: LabelName = None
    videos: GivenPath = Field(
        description="Directory of the videos: files at the CSV's path, or <uid><extension>."
    )
    extension: Extension = None
    ground_truth: GroundTruth = None
    ground_truth_fps: GroundTruthRate = None


class FeatureFiles(Section):
    """Where the features of the splits are."""

    train: GivenPath = Field(
        description="Training features: a feature file (HDF5), or a directory of <uid>.npz or "
        "<uid>.npy, one (T, D) array each."
    )
    validation: GivenPath = Field(description="Features of the clips to explain, as for training.")


class FeaturesDataset(Section):
    """A data set of features, one per frame, that another program computed."""

    source: Literal["features"] = Field(description="Where the clips come from: their features.")
    features: FeatureFiles = Field(description="The features of both splits.")
    fps: float = Field(
        default=8.0, gt=0, le=240, description="Frames per second that have a feature."
    )
    max_failed_share: Share = Field(
        default=0.01,
        description="Share of clips (0..1) whose features, or videos, may be missing or broken "
        "before the rule fails.",
    )
    train: GivenPath | None = Field(
        default=None,
        description="Training clips, a list as for files; null: those of the feature file, with "
        "its labels.",
    )
    validation: GivenPath | None = Field(
        default=None,
        description="Clips to explain, as for training; their labels may be empty.",
    )
    labels: ClassIds = None
    label_name: LabelName = None
    videos: GivenPath | None = Field(
        default=None,
        description="Directory of the videos of which the validation features are, for pictures "
        "and clips to watch: files at the list's path, or <uid><extension>. At fps they have as "
        "many frames as features (one more or less); null: frames are shown as numbers.",
    )
    extension: Extension = None
    ground_truth: GroundTruth = None
    ground_truth_fps: GroundTruthRate = None

    @model_validator(mode="after")
    def _classes_are_known(self) -> "FeaturesDataset":
        if self.train is None and self.labels is None:
            raise InputError(
                "a data set of features needs labels (a JSON file of class ids) or train (a list "
                "of clips): a feature file holds class numbers, but no names"
            )
        return self


Dataset = Annotated[
    SyntheticDataset | FilesDataset | FeaturesDataset, Field(discriminator="source")
]
