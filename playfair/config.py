"""The configuration: what every option means, its unit, its bounds and its default.

These models are the one check of a configuration, and the one source of `config.yaml` (the
defaults, with the descriptions as comments), of `config.schema.json` (by which editors complete and
check) and of `docs/configuration.md`; `playfair.config_files` writes them. Definitions name data
sets, backbones and models; the options above them choose by name.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from playfair.attribution.methods.registry import (
    METHODS,
    all_options,
    make_options,
    method_class,
    samplers,
)
from playfair.config_errors import choices, error_sentence
from playfair.data.clips.frame_sampling import Rounding
from playfair.definitions.attribution import FurtherMethod, MethodSection, Sampling
from playfair.definitions.backbones import BackboneSection
from playfair.definitions.checkpoints import check_checkpoints
from playfair.definitions.clip_models import ClipModel, check_clip_networks
from playfair.definitions.comparison import OF_ALL_COMPARISONS, Comparison
from playfair.definitions.datasets import Dataset, SyntheticDataset
from playfair.definitions.figures import Figures
from playfair.definitions.models import GivenModel, Model, TRNModel, TSNModel
from playfair.definitions.names import check_names
from playfair.definitions.section import Name, Section, Workers
from playfair.definitions.stages import (
    AttributionSection,
    Collate,
    Dashboard,
    Features,
    Gulp,
    Shards,
    Webm,
)
from playfair.definitions.training import BackboneTraining, Training, TRNTraining
from playfair.errors import InputError

SHARED_SECTIONS = ("attribution", "all_frames", "training")
"""Sections at the top whose options hold wherever a model or backbone sets no other."""


# `config.yaml` shows of these what is set here, and no more.
def _default_datasets() -> dict[Name, Dataset]:
    return {"synthetic": SyntheticDataset(source="synthetic", n_train=1400, n_validation=180)}


def _default_backbones() -> dict[Name, BackboneSection]:
    training = BackboneTraining(epochs=10, learning_rate=3e-3, dropout=0.2)
    return {"small": BackboneSection(architecture="small", training=training)}


def _default_models() -> dict[Name, Model]:
    # Training frames are subsets of 8 sampled ones, as those that the model is explained on.
    training = TRNTraining(segments=8, anywhere_share=0)
    return {
        "trn": TRNModel(head="trn", backbone="small", n_scales=8, training=training),
        "tsn": TSNModel(head="tsn", backbone="small"),
        "clip": ClipModel(head="clip", network="small", clip_frames=8, batch_size=64),
    }


class Definitions(Section):
    """Things with a name, for `dataset` and `models` to choose from."""

    datasets: dict[Name, Dataset] = Field(
        default_factory=_default_datasets,
        description="Data sets by name; the name is part of every path.",
    )
    backbones: dict[Name, BackboneSection] = Field(
        default_factory=_default_backbones,
        description="Backbones by name; models may share one.",
    )
    methods: dict[Name, FurtherMethod] = Field(
        default_factory=dict,
        description="Methods by name, with options of their own, for `methods` to choose from.",
    )
    models: dict[Name, GivenModel] = Field(
        default_factory=_default_models,
        description="Models by name: a backbone and a temporal head, or a network of whole clips.",
    )


def _one_number_for_both(values: Any) -> Any:
    return {"train": values, "validation": values} if isinstance(values, int | str) else values


class Config(Section):
    """All options of the workflow."""

    dataset: Name = Field(
        default="synthetic", description="The data set to work on, a name in definitions.datasets."
    )
    models: list[Name] = Field(
        default=[],
        description="The models to explain, names in definitions.models. None: trn and tsn; of the "
        "embedded data set clip, too, where one of n_frames divides its clip_frames.",
    )
    methods: list[Name] = Field(
        default=[],
        description="Methods whose values lie beside those of a model's own method, names in "
        "definitions.methods or of methods with their default options, such as exact or "
        "leave_one_out.",
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
    workers: Workers = Field(
        default=2, description="Threads or processes of a job that works in parallel (1..256)."
    )
    gpus: int = Field(
        default=0,
        ge=0,
        le=8,
        description="GPUs that each job that can use one asks for (0..8); the extraction of "
        "features runs on all of them, other jobs on one.",
    )
    shards: Annotated[
        Shards, BeforeValidator(_one_number_for_both, json_schema_input_type=Shards | int)
    ] = Field(
        default_factory=Shards,
        description="Jobs per split that work side by side, on many machines (one number for "
        "both splits will do).",
    )
    gulp: Gulp = Field(default_factory=Gulp, description="Videos to frames (GulpIO).")
    features: Features = Field(default_factory=Features, description="Frames to features.")
    training: Training = Field(
        default_factory=Training,
        description="How heads and backbones are trained; backbones have other default epochs, "
        "batch_size and learning_rate, of their own. What a model or backbone sets in its own "
        "training comes first.",
    )
    attribution: AttributionSection = Field(
        default_factory=AttributionSection,
        description="Features to ESVs, at the numbers of frames in n_frames. What a model sets in "
        "its own attribution comes first.",
    )
    all_frames: Sampling = Field(
        default_factory=Sampling,
        description="ESVs of every frame of a video. What a model sets in its own all_frames comes "
        "first.",
    )
    frame_sampling: Rounding = Field(
        default="integers",
        description="How the middle frames of equal segments are computed, for models with heads: "
        "in integers, exactly, or in floats, as the paper's code does, which at 7 and 9 to 15 "
        "frames takes a frame of some videos earlier by one.",
    )
    snippet_length: int = Field(
        default=1,
        ge=1,
        le=100,
        description="Frames that are taken together, around the middle of each segment, of which "
        "there are fewer then: n_frames are multiples of it.",
    )
    frame_step: int = Field(
        default=1,
        ge=1,
        le=1000,
        description="How many frames apart those of a snippet are, as far as they fit into the "
        "segment.",
    )
    prior: Literal["class_frequency", "mean_output"] = Field(
        default="class_frequency",
        description="The score of no frames, for models with heads: how often each class is among "
        "the training clips, or the mean of what the model says of them (at the largest of "
        "n_frames, but at most 8).",
    )
    comparison: Comparison = Field(
        default_factory=Comparison,
        description="Attribution methods compared, for models with heads.",
    )
    collate: Collate = Field(default_factory=Collate, description="Results of a model in one file.")
    webm: Webm = Field(default_factory=Webm, description="Clips to watch.")
    dashboard: Dashboard = Field(
        default_factory=Dashboard, description="The page as plain files (results/dashboard)."
    )
    figures: Figures = Field(default_factory=Figures, description="Figures.")
    shard_by: Literal["order", "hash"] = Field(
        default="order",
        description="Which shard a video belongs to: order (runs of equal length) or hash (of the "
        "uid: videos added to a data set of files make only their own shards' work, see "
        "docs/scale.md).",
    )
    container: str | None = Field(
        default=None,
        description="Container image that jobs run in with --sdm apptainer (envs/Dockerfile), "
        "a file or an address; null for none.",
    )
    definitions: Definitions = Field(
        default_factory=Definitions, description="Things with a name, to choose from above."
    )

    @property
    def chosen_models(self) -> list[Name]:
        """The models to explain, those named or those that suit the data set."""
        if self.models:
            return self.models
        dataset = self.definitions.datasets.get(self.dataset)
        clip = self.definitions.models.get("clip")
        chosen = ["trn", "tsn"]
        if isinstance(dataset, SyntheticDataset) and isinstance(clip, ClipModel):
            chosen += ["clip"] if clip.elements(self.n_frames) else []
        return chosen

    @model_validator(mode="after")
    def _definitions_inherit(self) -> "Config":
        for named in (self.definitions.backbones, self.definitions.models):
            for options in named.values():
                for section in SHARED_SECTIONS:
                    if own := getattr(options, section, None):
                        setattr(options, section, own.inheriting(getattr(self, section)))
        return self

    @model_validator(mode="after")
    def _parts_agree(self) -> "Config":
        check_names(
            {kind: getattr(self.definitions, kind) for kind in type(self.definitions).model_fields}
        )
        _check_name("dataset", self.dataset, self.definitions.datasets)
        for name in self.chosen_models:
            _check_name("models", name, self.definitions.models)
        for name, model in self.definitions.models.items():
            if not isinstance(model, ClipModel):
                key = f"definitions.models.{name}.backbone"
                _check_name(key, model.backbone, self.definitions.backbones)
        check_checkpoints(
            {
                f"definitions.{kind}.{name}": options
                for kind, named in (
                    ("backbones", self.definitions.backbones),
                    ("models", self.definitions.models),
                )
                for name, options in named.items()
            }
        )
        self._check_features_belong()
        check_clip_networks(
            {name: self.definitions.models[name] for name in self.chosen_models},
            self.n_frames,
            self.dataset,
            self.definitions.datasets[self.dataset],
        )
        repeatable = {key: getattr(self, key) for key in ("models", "methods", "n_frames")}
        repeatable["comparison.methods"] = self.comparison.methods
        repeatable["comparison.n_frames"] = self.comparison.n_frames or []
        for key, values in repeatable.items():
            if len(set(values)) < len(values):
                raise InputError(f"config key {key} is {values}: remove the repeated values")
        has_heads = any(
            not isinstance(self.definitions.models[name], ClipModel) for name in self.chosen_models
        )
        if has_heads and any(number % self.snippet_length for number in self.n_frames):
            raise InputError(
                f"config key snippet_length is {self.snippet_length}, but n_frames is "
                f"{self.n_frames}: choose multiples of {self.snippet_length}"
            )
        self._check_methods()
        self._check_further_methods()
        self._check_comparison()
        study = self.figures.sampling_error
        least = max(
            method_class(name).least_budget(study.n_frames, make_options(name, {}))
            for name in samplers()
        )
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

    def _check_methods(self) -> None:
        """Every method can do what it is asked for, and no option is set that none takes."""
        models = {name: self.definitions.models[name] for name in self.chosen_models}
        for section in ("attribution", "all_frames"):
            shared: MethodSection = getattr(self, section)
            having = {name: model for name, model in models.items() if hasattr(model, section)}
            used = [getattr(model, section).method for model in having.values()]
            _check_used(section, shared, used or [shared.method])
            for name, model in having.items():
                own: MethodSection = getattr(model, section)
                _check_used(f"definitions.models.{name}.{section}", own, [own.method])
            units = {name: getattr(model, section).score for name, model in having.items()}
            if len(set(units.values())) > 1:
                said = ", ".join(f"{unit} for {name}" for name, unit in units.items())
                raise InputError(
                    f"config key {section}.score is {said}: choose one for all models, since "
                    "figures draw them side by side"
                )
        for name, model in models.items():
            n_frames = self.n_frames
            if isinstance(model, ClipModel):
                n_frames = model.elements(n_frames)
            # Clips that have fewer frames than are to be explained are the exception.
            for section in ("attribution", "all_frames"):
                if hasattr(model, section):
                    _check_frames(name, section, getattr(model, section), max(n_frames))

    def further_method(self, name: str) -> FurtherMethod:
        """The options of a method by its name: methods need no definition to be chosen."""
        return self.definitions.methods.get(name) or FurtherMethod(method=name)

    def _check_further_methods(self) -> None:
        compared_at = max(self.comparison.lengths(self.n_frames), default=1)
        for key, names, n_frames in (
            ("methods", self.methods, max(self.n_frames)),
            ("comparison.methods", self.comparison.methods, compared_at),
        ):
            for name in names:
                _check_name(key, name, {**dict.fromkeys(METHODS), **self.definitions.methods})
                section, defined = self.further_method(name), f"definitions.methods.{name}"
                _check_used(defined, section, [section.method])
                try:
                    section.check(n_frames)
                except InputError as error:
                    raise InputError(f"config key {defined}.{error}") from None

    def _check_comparison(self) -> None:
        comparison = self.comparison
        for number in comparison.n_frames or []:
            if number not in self.n_frames:
                raise InputError(
                    f"config key comparison.n_frames is {comparison.n_frames}: choose of n_frames, "
                    f"{self.n_frames}"
                )
        taken = {*comparison.methods, *OF_ALL_COMPARISONS}
        for name, given in comparison.given.items():
            if name in taken:
                raise InputError(
                    f"config key comparison.given names {name}, as a method is called: choose "
                    "another name"
                )
            for model in given.models or []:
                _check_name(f"comparison.given.{name}.models", model, self.definitions.models)

    def _check_features_belong(self) -> None:
        """A data set of features takes no network, and any other needs one."""
        source = self.definitions.datasets[self.dataset].source
        for name in self.chosen_models:
            model = self.definitions.models[name]
            if isinstance(model, ClipModel):
                if source == "features":
                    raise InputError(
                        f"config key models names {name}, which sees frames, but the data set "
                        f"{self.dataset} is of features: choose models with heads"
                    )
                continue
            backbone = model.backbone
            architecture = self.definitions.backbones[backbone].architecture
            if (source == "features") != (architecture == "precomputed"):
                wanted = "precomputed" if source == "features" else "a network, such as small"
                raise InputError(
                    f"config key definitions.backbones.{backbone}.architecture is "
                    f"{architecture!r}, but the data set {self.dataset} is of {source}: the model "
                    f"{name} needs a backbone with {wanted}"
                )
        if source == "features":
            self._check_gulp_is_not_meant()

    def _check_gulp_is_not_meant(self) -> None:
        """What a data set of features has for itself is not looked up below gulp."""
        given = self.definitions.datasets[self.dataset].model_fields_set
        for name in ("fps", "max_failed_share"):
            value = getattr(self.gulp, name)
            if name not in given and value != Gulp.model_fields[name].default:
                raise InputError(
                    f"config key gulp.{name} is {value}, but the data set {self.dataset} is of "
                    f"features, which have their own: write "
                    f"definitions.datasets.{self.dataset}.{name}: {value}"
                )


def _check_frames(model: str, section: str, options: MethodSection, n_frames: int) -> None:
    """Check that the method of a model's section can explain that many frames."""
    try:
        options.check(n_frames)
    except InputError as error:
        is_own = str(error).partition(" ")[0] in options.model_fields_set
        key = f"definitions.models.{model}.{section}" if is_own else section
        raise InputError(f"config key {key}.{error}") from None


def _check_used(key: str, section: MethodSection, methods: Sequence[str]) -> None:
    """Refuse an option of a section that none of these methods, which were chosen, takes."""
    for option in section.unused(methods):
        takers = all_options()[option][1]
        raise InputError(
            f"config key {key}.{option} is {getattr(section, option)}, which the method "
            f"{' or '.join(dict.fromkeys(methods))} does not take: remove it, or choose "
            f"{' or '.join(takers)} as {key}.method"
        )


def _check_name(key: str, name: str, defined: Mapping[str, Any]) -> None:
    if name not in defined:
        raise InputError(
            f"config key {key} names {name!r}, which is not defined: {choices(name, defined)}"
        )


def complete_config(config: Mapping[str, Any]) -> dict[str, Any]:
    """Check a configuration and fill in the defaults.

    Returns:
        plain values (as from YAML), every option present.

    Raises:
        InputError: one sentence naming the first bad key, its value and what is allowed.
    """
    try:
        complete = Config.model_validate(config)
    except ValidationError as error:
        raise InputError(error_sentence(error.errors()[0], Config)) from None
    for name in (*complete.methods, *complete.comparison.methods):
        complete.definitions.methods[name] = complete.further_method(name)
    complete.models = complete.chosen_models
    complete.comparison.n_frames = complete.comparison.lengths(complete.n_frames)
    return complete.model_dump(mode="json")
