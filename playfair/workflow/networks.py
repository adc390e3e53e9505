"""Backbones and models: which are given, which are trained, and the files of their weights."""

import re
from collections.abc import Mapping
from typing import Any

from playfair.attribution.methods.registry import settled_section
from playfair.errors import InputError
from playfair.models.backbones.published_weights import is_published_name
from playfair.models.clip_networks.sources import files_of, kind_of
from playfair.provenance import module_hash
from playfair.workflow.datasets import Files

Options = Mapping[str, Any]

MOST_AVERAGED = 8
"""Frames at which outputs are averaged: a multi-scale model averages over their subsets, too."""

MOST_CHECKED = 8
"""Elements of a clip, when answers to masked clips are checked."""


def given_checkpoints(options: Options) -> list[Options]:
    """The configured checkpoints (path, url, sha256) of a backbone or model."""
    if is_clip_network(options):
        return list(options["files"])
    files = options.get("checkpoints") or [options.get("checkpoint")]
    return [checkpoint for checkpoint in files if checkpoint]


def is_clip_network(options: Options) -> bool:
    """Whether a model sees whole clips, and has no backbone."""
    return options.get("head") == "clip"


def is_own(options: Options) -> bool:
    """Whether a model's head is the user's own, to be taken as it is."""
    return options.get("head") in ("custom", "exported")


def is_trained(options: Options) -> bool:
    """Whether the workflow trains a backbone or model: no weights for it are configured."""
    if is_clip_network(options):
        return kind_of(options["network"]) == "small" and not options["weights"]
    given = given_checkpoints(options) or options.get("weights") or is_own(options)
    return not given and options.get("architecture") != "precomputed"


class Networks:
    """The backbones and models of a complete configuration.

    Attributes:
        backbones, models: the options of each by its name.
        used_models: the models to explain: head_models, on features of used_backbones, and
            clip_models, which see whole clips.
        trained_models, trained_backbones: those of them that the workflow trains.
        compared_models: those whose attributions are compared, at compared_lengths frames.
        read_splits: the splits whose videos are read: that for training only to train something,
            or for the mean outputs of models, at averaged_length frames.
    """

    def __init__(self, config: Mapping[str, Any]):
        self.backbones: Mapping[str, Options] = config["definitions"]["backbones"]
        self.models: Mapping[str, Options] = config["definitions"]["models"]
        self.used_models: list[str] = config["models"]
        self.clip_models = [name for name in self.used_models if is_clip_network(self.models[name])]
        self.head_models = [name for name in self.used_models if name not in self.clip_models]
        self._n_frames: list[int] = config["n_frames"]
        self._averages = config["prior"] == "mean_output"
        self.averaged_length = min(max(self._n_frames), MOST_AVERAGED)
        self.compared_lengths: list[int] = config["comparison"]["n_frames"]
        self.compared_models = self.head_models if self.compared_lengths else []
        names = (self.models[name]["backbone"] for name in self.head_models)
        self.used_backbones: list[str] = list(dict.fromkeys(names))
        self.trained_backbones = [
            name for name in self.used_backbones if is_trained(self.backbones[name])
        ]
        self.trained_models = [name for name in self.used_models if is_trained(self.models[name])]
        averaged_models = self.head_models if self._averages else []
        sees_training = self.trained_backbones or self.trained_models or averaged_models
        self.read_splits = ["train", "validation"] if sees_training else ["validation"]

    def initial_checkpoint(self, backbone: str) -> Files:
        """The weights that a backbone's training begins with, [] if random or published ones."""
        path = self.backbones[backbone]["training"]["initial_checkpoint"] or ""
        # Published weights lie in torchvision's cache.
        return path if path and not is_published_name(path) else []

    def backbone_checkpoint(self, dataset: str, backbone: str) -> Files:
        """The backbone's weights, [] where they lie in torchvision's cache."""
        options = self.backbones[backbone]
        if is_trained(options):
            return f"results/{dataset}/checkpoints/{backbone}/backbone.pt"
        for checkpoint in given_checkpoints(options):
            return str(checkpoint["path"])
        weights = options["weights"]
        return [] if is_published_name(weights) else weights

    def names_of(self, clip_networks: bool) -> str:
        """A regular expression of the models that see whole clips, or of those with heads."""
        names = [
            name
            for name, options in self.models.items()
            if is_clip_network(options) == clip_networks
        ]
        return "|".join(map(re.escape, names)) or "(?!)"

    def numbers_of_frames(self, model: str) -> list[int]:
        """The numbers of frames, or of elements, that a model is explained at."""
        options = self.models[model]
        if not is_clip_network(options):
            return self._n_frames
        return [number for number in self._n_frames if options["clip_frames"] % number == 0]

    def models_with(self, option: str) -> list[str]:
        """The models whose exact values come with what an option of `exact` adds to them."""
        return [
            name
            for name in self.used_models
            if (section := self.models[name]["attribution"])["method"] == "exact"
            and any(settled_section(section, n)[option] for n in self.numbers_of_frames(name))
        ]

    def checked_elements(self, model: str) -> int:
        """Over how many elements a clip network's answers to masked clips are checked."""
        numbers = self.numbers_of_frames(model)
        return max([number for number in numbers if number <= MOST_CHECKED] or [min(numbers)])

    def lengths_that_count(self) -> list[int]:
        """Numbers of frames of which it matters whether a video has them.

        A network of whole clips takes a frame of a shorter video several times.
        """
        clip_frames = {self.models[name]["clip_frames"] for name in self.clip_models}
        explained = set(self._n_frames) if self.head_models else set()
        return sorted(clip_frames | explained)

    def clip_files(self, dataset: str, model: str) -> list[str]:
        """The files that a clip network is read from: trained, to download, or there."""
        options = self.models[model]
        if is_trained(options):
            return self._head_files(dataset, model, ".pt")
        listed = [file["path"] for file in options["files"]]
        try:
            found = files_of(options["network"], options["weights"])
        except InputError:
            # What is not there yet, or is not as it should be: the job says so.
            found = []
        return list(dict.fromkeys([*listed, *map(str, found)]))

    def clip_prior(self, model: str, has_training_clips: bool) -> str:
        """Which prior a clip network has, where the configuration leaves it open too."""
        chosen = self.models[model]["prior"]
        return str(chosen or ("class_frequency" if has_training_clips else "uniform"))

    def head_checkpoints(self, dataset: str, model: str) -> list[str]:
        """The weights of the model's heads, trained or given."""
        options = self.models[model]
        if is_trained(options):
            return self._head_files(dataset, model, ".pt")
        if is_own(options):
            return [options["file"]] if options.get("file") else options["files"]
        return [checkpoint["path"] for checkpoint in given_checkpoints(options)]

    def priors(self, dataset: str, model: str) -> str:
        """The file of what a model with a head says of no frames."""
        name = f"priors/{model}" if self._averages else "class_priors"
        return f"results/{dataset}/{name}.csv"

    def training_logs(self, dataset: str) -> list[str]:
        """The training logs of what is trained, backbones first."""
        folder = f"results/{dataset}/checkpoints"
        logs = [f"{folder}/{backbone}/backbone.csv" for backbone in self.trained_backbones]
        for model in self.trained_models:
            logs += self._head_files(dataset, model, ".csv")
        return logs

    def model_options(self, model: str, *sections: str) -> dict[str, Any]:
        """What a job uses of a model's options, with these sections of them.

        Checkpoints are inputs; no job that uses a model trains it. The hash of the user's code that
        makes the head, if any does, is among them: a changed one makes the jobs stale.

        Raises:
            InputError: if the module of that code is not found.
        """
        options = self.models[model]
        unused = {"checkpoint", "checkpoints", "attribution", "all_frames", "training"}
        used = {key: options[key] for key in options if key not in unused.difference(sections)}
        if options["head"] == "custom":
            used["code_hash"] = _code_hash(options["factory"])
        if is_clip_network(options):
            used["files"] = []
            used["is_trained"] = is_trained(options)
            if kind_of(options["network"]) == "factory":
                used["code_hash"] = _code_hash(options["network"])
        return used

    def backbone_options(self, backbone: str) -> dict[str, Any]:
        """What network a backbone is: its architecture and feature_dim, and who makes it."""
        options = self.backbones[backbone]
        return {
            key: options[key] for key in ("architecture", "feature_dim", "factory", "arguments")
        }

    def backbone_code(self, backbone: str) -> str | None:
        """The hash of the user's code that makes a backbone, None if none does.

        Raises:
            InputError: if the module of that code is not found.
        """
        factory = self.backbones[backbone]["factory"]
        return None if factory is None else _code_hash(factory)

    def architecture(self, backbone: str) -> str:
        """The architecture of a backbone as the library lists them: without what follows a /."""
        return str(self.backbones[backbone]["architecture"]).partition("/")[0]

    def _head_files(self, dataset: str, model: str, suffix: str) -> list[str]:
        """What training leaves: of a clip network, a variable-length head, or all scales."""
        folder = f"results/{dataset}/checkpoints/{model}"
        if is_clip_network(self.models[model]):
            return [f"{folder}/network{suffix}"]
        if self.models[model]["head"] == "tsn":
            return [f"{folder}/head{suffix}"]
        scales = range(1, self.models[model]["n_scales"] + 1)
        return [f"{folder}/head_{scale}_frames{suffix}" for scale in scales]


def _code_hash(factory: str) -> str:
    # As a param of the jobs that use the network it makes them stale when the code has changed.
    return module_hash(factory.split(":")[0])
