"""The configuration: what every option means, its unit, its bounds and its default.

These models are the one source of `config.yaml` (the defaults, with the descriptions as comments)
and of `config.schema.json` (which the Snakefile validates against); `playfair.config_files` writes
both. Definitions name data sets, backbones and models; the options above them choose by name.
"""

import difflib
from collections.abc import Iterable, Mapping
from types import UnionType
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from playfair.errors import InputError

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$")]
Share = Annotated[float, Field(ge=0, le=1)]
Seed = Annotated[int, Field(ge=0)]
Workers = Annotated[int, Field(ge=1, le=256)]


class Section(BaseModel):
    """A part of the configuration: unknown keys are errors.

    Inside lists and objects Snakemake's --config gives every value as text: numbers are read from
    it, and so is null.
    """

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _read_null(cls, values: Any) -> Any:
        if isinstance(values, dict):
            return {key: None if value == "null" else value for key, value in values.items()}
        return values


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
    """A data set in the layout of Something-Something v2 that is on disk already."""

    source: Literal["files"] = Field(description="Where the clips come from: files on disk.")
    train: str = Field(description="Training labels: JSON or JSON.gz list of {id, template, ...}.")
    validation: str = Field(description="Validation labels, as for training.")
    labels: str = Field(description='Class ids: JSON object {class name: "class id"}.')
    videos: str = Field(description="Directory of the videos, <id><extension>.")
    extension: str = Field(
        default=".webm", pattern=r"^\.\w+$", description="File name extension of the videos."
    )
    ground_truth: str | None = Field(
        default=None,
        description="CSV (uid, first_frame, last_frame) of the evidence, where it is known.",
    )
    ground_truth_fps: float | None = Field(
        default=None,
        gt=0,
        le=240,
        description="Frames per second that the ground truth counts; null: those of the gulp.",
    )


Dataset = Annotated[SyntheticDataset | FilesDataset, Field(discriminator="source")]


class Training(Section):
    """What all trainings have in common."""

    epochs: int = Field(default=40, ge=1, le=1000, description="Passes over the training clips.")
    batch_size: int = Field(default=64, ge=1, le=4096, description="Clips per step.")
    learning_rate: float = Field(
        default=1e-3, gt=0, le=10, description="Learning rate at its peak."
    )
    weight_decay: float = Field(default=1e-2, ge=0, le=10, description="Weight decay of AdamW.")
    seed: Seed = Field(default=0, description="Seed of weights, order, frames and augmentation.")


class BackboneTraining(Training):
    """Training of a backbone, end to end with a TRN head."""

    n_frames: int = Field(default=8, ge=1, le=32, description="Frames per clip of the TRN head.")
    hidden_dim: int = Field(default=256, ge=1, le=8192, description="Hidden units of the TRN head.")
    dropout: float = Field(
        default=0.5, ge=0, lt=1, description="Share of the TRN head's inputs that is dropped."
    )
    epochs: int = Field(default=20, ge=1, le=1000, description="Passes over the training clips.")
    batch_size: int = Field(default=32, ge=1, le=4096, description="Clips per step.")
    learning_rate: float = Field(
        default=2e-3, gt=0, le=10, description="Learning rate at its peak."
    )


class Backbone(Section):
    """A 2D CNN that turns each frame into a feature vector."""

    architecture: Literal["small"] = Field(
        default="small", description="Network: small (4 convolutions, 64 x 64 pixels)."
    )
    feature_dim: int = Field(default=256, ge=1, le=8192, description="Length D of a feature.")
    training: BackboneTraining = Field(
        default_factory=BackboneTraining, description="How it is trained."
    )


class TSNTraining(Training):
    """Training of a TSN head on frozen features."""

    n_frames: int = Field(default=8, ge=1, le=32, description="Frames per clip, in training.")


class TRNTraining(Training):
    """Training of a TRN head of one scale on frozen features."""

    dropout: float = Field(default=0.5, ge=0, lt=1, description="Share of inputs that is dropped.")
    anywhere_share: Share = Field(
        default=0.5,
        description="Share of clips (0..1) whose frames are drawn from the whole clip, "
        "not one from each of equal segments.",
    )


class SamplingOptions(Section):
    """What all samplers have in common. One evaluation is one model applied to one subset."""

    budget: int = Field(
        default=1024, ge=1, le=10_000_000, description="Most evaluations per video, if sampled."
    )
    tolerance: float | None = Field(
        default=None,
        gt=0,
        le=1,
        description="Stop a video once its largest standard error is at most this; "
        "null spends the budget.",
    )
    rescale: bool = Field(
        default=False, description="Shift sampled ESVs so that they sum to score - prior."
    )
    iterations: int | None = Field(
        default=None,
        ge=1,
        le=1_000_000,
        description="Repetitions of the constructive sampler; null: as the budget allows.",
    )
    max_samples_per_scale: int | None = Field(
        default=None,
        ge=1,
        le=1_000_000,
        description="Most subsets per size of the constructive sampler; null: as the budget "
        "allows.",
    )
    seed: Seed = Field(default=0, description="Seed of the subsets that are drawn.")


class Sampling(SamplingOptions):
    """How the ESVs of every frame of a video are sampled."""

    method: Literal["regression", "permutation", "stratified", "constructive"] = Field(
        default="regression",
        description="Sampler: regression (the most accurate), permutation, stratified, "
        "constructive (the paper's).",
    )


class Method(SamplingOptions):
    """How ESVs are computed at the numbers of frames in n_frames."""

    method: Literal["exact", "regression", "permutation", "stratified", "constructive"] = Field(
        default="exact",
        description="exact (up to 20 frames), or a sampler: regression (the most accurate), "
        "permutation, stratified, constructive (the paper's).",
    )
    interactions: bool = Field(
        default=False,
        description="Store the pairwise Shapley interactions of frames for the true and the "
        "predicted class (exact only).",
    )
    frame_sets: bool = Field(
        default=False,
        description="Store the smallest sets of frames that keep the prediction, and whose "
        "removal changes it (exact only).",
    )


class TSNModel(Section):
    """Mean over frames of a linear classifier: any number of frames, blind to their order."""

    head: Literal["tsn"] = Field(description="Temporal head: TSN, one for any number of frames.")
    backbone: Name = Field(description="Backbone, a name in definitions.backbones.")
    attribution: Method = Field(
        default_factory=Method, description="ESVs at the numbers of frames in n_frames."
    )
    all_frames: Sampling = Field(
        default_factory=Sampling, description="ESVs of every frame of a video."
    )
    training: TSNTraining = Field(
        default_factory=TSNTraining, description="How the head is trained."
    )


class TRNModel(Section):
    """One MLP on concatenated features per number of frames, combined into a multi-scale model."""

    head: Literal["trn"] = Field(description="Temporal head: TRN, one for every scale.")
    backbone: Name = Field(description="Backbone, a name in definitions.backbones.")
    n_scales: int = Field(
        default=8, ge=1, le=20, description="Scales 1..n_scales (n_max), one head each."
    )
    hidden_dim: int = Field(default=256, ge=1, le=8192, description="Hidden units H of a head.")
    attribution: Method = Field(
        default_factory=Method, description="ESVs at the numbers of frames in n_frames."
    )
    all_frames: Sampling = Field(
        default_factory=Sampling, description="ESVs of every frame of a video."
    )
    training: TRNTraining = Field(
        default_factory=TRNTraining, description="How each head is trained."
    )


Model = Annotated[TSNModel | TRNModel, Field(discriminator="head")]


def _default_datasets() -> dict[Name, Dataset]:
    return {"synthetic": SyntheticDataset()}


def _default_models() -> dict[Name, Model]:
    return {
        "trn": TRNModel(head="trn", backbone="small"),
        "tsn": TSNModel(head="tsn", backbone="small"),
    }


class Definitions(Section):
    """Things with a name, for `dataset` and `models` to choose from."""

    datasets: dict[Name, Dataset] = Field(
        default_factory=_default_datasets,
        description="Data sets by name; the name is part of every path.",
    )
    backbones: dict[Name, Backbone] = Field(
        default_factory=lambda: {"small": Backbone()},
        description="Backbones by name; models may share one.",
    )
    models: dict[Name, Model] = Field(
        default_factory=_default_models,
        description="Models by name: a backbone and a temporal head.",
    )


class Gulp(Section):
    """How videos become frames."""

    fps: float = Field(default=8.0, gt=0, le=240, description="Frames per second of the gulp.")
    short_side: int | None = Field(
        default=None,
        ge=8,
        le=4096,
        description="Resize the short side of frames to this many pixels; null keeps the size.",
    )
    chunk_size: int = Field(default=100, ge=1, le=100_000, description="Videos per GulpIO chunk.")
    shuffle: bool = Field(default=False, description="Mix the videos over the chunks.")
    seed: Seed = Field(default=0, description="Seed of the mixing.")
    max_failed_share: Share = Field(
        default=0.01,
        description="Share of videos (0..1) that may be missing or broken before the rule fails.",
    )


class Features(Section):
    """How features are extracted."""

    batch_size: int = Field(default=64, ge=1, le=4096, description="Frames per forward pass.")


class Attribution(Section):
    """How ESVs are computed."""

    batch_size: int = Field(
        default=1024, ge=1, le=65536, description="Videos read and written at a time."
    )


class Collate(Section):
    """Which videos the collated files hold."""

    uids: str | None = Field(
        default=None,
        description="CSV with a column uid: collate only these videos; null collates all.",
    )


class Webm(Section):
    """How the clips to watch are encoded."""

    crf: int = Field(
        default=24, ge=0, le=63, description="VP9 quality: 0 (best, largest) to 63 (smallest)."
    )


class Filmstrips(Section):
    """The filmstrips of example videos."""

    n_frames: int | None = Field(
        default=None,
        ge=1,
        le=1000,
        description="Frames of a strip, one of n_frames; null takes the largest.",
    )
    per_model_right: int = Field(
        default=2, ge=0, le=20, description="Examples that a model gets right, per model."
    )
    per_model_wrong: int = Field(
        default=1, ge=0, le=20, description="Examples that a model gets wrong, per model."
    )


class SamplingError(Section):
    """The comparison of sampled values with exact ones."""

    n_frames: int = Field(
        default=16, ge=2, le=20, description="Frames at which samples meet exact values (2..20)."
    )
    videos: int = Field(default=8, ge=1, le=1000, description="Videos, the first long enough.")
    every_frame_videos: int = Field(
        default=1, ge=1, le=1000, description="Of these, videos whose every frame is sampled."
    )
    budgets: list[Annotated[int, Field(ge=1, le=1_000_000)]] = Field(
        default=[256, 1024, 4096], min_length=1, description="Evaluations per video."
    )
    repetitions: int = Field(default=3, ge=1, le=1000, description="Runs with seeds 1, 2, ...")
    reference_budget: int = Field(
        default=1_000_000,
        ge=1,
        le=100_000_000,
        description="Evaluations, in ten runs, that every-frame values are compared with.",
    )


class Figures(Section):
    """What the figures show."""

    filmstrips: Filmstrips = Field(
        default_factory=Filmstrips, description="Filmstrips of example videos."
    )
    sampling_error: SamplingError = Field(
        default_factory=SamplingError, description="Sampled values against exact ones."
    )


class Config(Section):
    """All options of the workflow."""

    dataset: Name = Field(
        default="synthetic", description="The data set to work on, a name in definitions.datasets."
    )
    models: list[Name] = Field(
        default=["trn", "tsn"],
        min_length=1,
        description="The models to explain, names in definitions.models.",
    )
    n_frames: list[Annotated[int, Field(ge=1, le=1000)]] = Field(
        default=list(range(1, 9)),
        min_length=1,
        description="Numbers of frames to explain (1..20 exactly, up to 1000 by sampling): "
        "one ESV job each per model.",
    )
    device: str = Field(
        default="auto",
        pattern=r"^(auto|cpu|cuda(:\d+)?)$",
        description="Where networks run: auto (a GPU if there is one), cpu, cuda or cuda:<number>.",
    )
    gpus: int = Field(
        default=0, ge=0, le=8, description="GPUs that each job that can use one asks for (0..8)."
    )
    workers: Workers = Field(
        default=2, description="Threads or processes of a job that works in parallel (1..256)."
    )
    gulp: Gulp = Field(default_factory=Gulp, description="Videos to frames (GulpIO).")
    features: Features = Field(default_factory=Features, description="Frames to features.")
    attribution: Attribution = Field(default_factory=Attribution, description="Features to ESVs.")
    collate: Collate = Field(default_factory=Collate, description="Results of a model in one file.")
    webm: Webm = Field(default_factory=Webm, description="Clips to watch.")
    figures: Figures = Field(default_factory=Figures, description="Figures.")
    definitions: Definitions = Field(
        default_factory=Definitions, description="Things with a name, to choose from above."
    )

    @model_validator(mode="after")
    def _parts_agree(self) -> "Config":
        longest = max(self.n_frames)
        _check_name("dataset", self.dataset, self.definitions.datasets)
        for name in self.models:
            _check_name("models", name, self.definitions.models)
        for name, model in self.definitions.models.items():
            key = f"definitions.models.{name}.backbone"
            _check_name(key, model.backbone, self.definitions.backbones)
        for key, values in (("models", self.models), ("n_frames", self.n_frames)):
            if len(set(values)) < len(values):
                raise InputError(f"config key {key} is {values}: remove the repeated values")
        for name in self.models:
            if self.definitions.models[name].attribution.method == "exact" and longest > 20:
                raise InputError(
                    f"config key n_frames asks for {longest} frames, but the values of the model "
                    f"{name} are exact, for at most 20: choose a sampler in "
                    f"definitions.models.{name}.attribution.method"
                )
            _check_budget(name, self.definitions.models[name].attribution, longest)
        study = self.figures.sampling_error
        least = _least_evaluations(study.n_frames)
        if min(study.budgets) < least:
            raise InputError(
                f"config key figures.sampling_error.budgets is {study.budgets}: samplers need at "
                f"least {least} evaluations for {study.n_frames} frames"
            )
        strips = self.figures.filmstrips.n_frames
        if strips is not None and strips not in self.n_frames:
            raise InputError(
                f"config key figures.filmstrips.n_frames is {strips}: "
                f"choose one of n_frames, {self.n_frames}"
            )
        return self


def _least_evaluations(n_frames: int) -> int:
    """What the regression sampler needs, the most of all."""
    return 4 * n_frames + 9


def _check_budget(name: str, options: Method, n_frames: int) -> None:
    least = _least_evaluations(n_frames)
    if options.method != "exact" and options.budget < least:
        raise InputError(
            f"config key definitions.models.{name}.attribution.budget is {options.budget}: "
            f"choose at least {least} for {n_frames} frames"
        )


def _check_name(key: str, name: str, defined: Mapping[str, Any]) -> None:
    if name not in defined:
        raise InputError(
            f"config key {key} names {name!r}, which is not defined: {_choices(name, defined)}"
        )


def _choices(found: str, allowed: Iterable[str]) -> str:
    close = difflib.get_close_matches(found, list(allowed), n=1)
    hint = f"did you mean {close[0]!r}? " if close else ""
    return f"{hint}allowed are {', '.join(sorted(allowed))}"


def complete_config(config: Mapping[str, Any]) -> dict[str, Any]:
    """Check a configuration and fill in the defaults.

    Returns:
        plain values (as from YAML), every option present.

    Raises:
        InputError: one sentence naming the first bad key, its value and what is allowed.
    """
    try:
        return Config.model_validate(config).model_dump(mode="json")
    except ValidationError as error:
        raise InputError(_sentence(error.errors()[0])) from None


def _sentence(error: ErrorDetails) -> str:
    if error["type"] == "value_error":
        return str(error["ctx"]["error"])
    path, section, field = _walk(error["loc"])
    key = ".".join(path)
    if error["type"] == "extra_forbidden":
        return f"config key {key} is not known: {_choices(path[-1], list(section.model_fields))}"
    description = f" ({field.description})" if field and field.description else ""
    if error["type"] == "missing":
        return f"config key {key} is missing{description}: add it"
    message = error["msg"][0].lower() + error["msg"][1:]
    return f"config key {key} is {error['input']!r}: {message}{description}"


def _walk(loc: tuple[int | str, ...]) -> tuple[list[str], type[Section], FieldInfo | None]:
    """Follow an error's location: the key as the user wrote it, its section and its field."""
    path: list[str] = []
    section: type[Section] = Config
    field: FieldInfo | None = None
    annotation: Any = Config
    for part in loc:
        if get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
        if get_origin(annotation) is UnionType:
            # pydantic names the member of a tagged union in the location; the user did not.
            members = [member for member in get_args(annotation) if _tag(member) == part]
            if members:
                annotation = members[0]
                continue
        path.append(str(part))
        if isinstance(annotation, type) and issubclass(annotation, Section):
            section = annotation
            found = section.model_fields.get(str(part))
            field, annotation = (found, found.annotation) if found else (None, None)
        elif get_args(annotation):
            annotation = get_args(annotation)[-1]
    return path, section, field


def _tag(member: Any) -> str | None:
    """The value of the field that tells the members of a tagged union apart."""
    if not (isinstance(member, type) and issubclass(member, Section)):
        return None
    return str(get_args(next(iter(member.model_fields.values())).annotation)[0])
