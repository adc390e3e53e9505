"""Further attribution methods, beside the models' own: their options, and the files they leave."""

import re
from collections.abc import Mapping
from typing import Any

from playfair.attribution.methods.method import Method
from playfair.attribution.methods.registry import method_class
from playfair.workflow.networks import Networks, is_own


class Methods:
    """The further methods of a complete configuration; definitions: the options of each by name."""

    def __init__(self, config: Mapping[str, Any]):
        self.definitions: Mapping[str, Mapping[str, Any]] = config["definitions"]["methods"]
        self._used: list[str] = config["methods"]
        self._models: list[str] = config["models"]
        self._compared: list[str] = config["comparison"]["methods"]
        self._given: Mapping[str, Mapping[str, Any]] = config["comparison"]["given"]

    def names_of(self, gives_esvs: bool) -> str:
        """A regular expression of the methods that give ESVs, or of those that do not."""
        names = [name for name in self.definitions if self._gives_esvs(name) == gives_esvs]
        return "|".join(map(re.escape, names)) or "(?!)"

    def choices(self, method: str) -> list[str]:
        """What a job of this method chooses from the library's tables."""
        return [str(self.definitions[method]["method"])]

    def model_options(
        self, networks: Networks, *, model: str, method: str, **_: Any
    ) -> dict[str, Any]:
        """What a job uses of a model's options, with this method in place of the model's own."""
        return {**networks.model_options(model), "attribution": dict(self.definitions[method])}

    def files(self, dataset: str, networks: Networks) -> list[str]:
        """The files of the configured methods, of all models at all numbers of frames."""
        return [
            self._file(dataset, model, method, n_frames)
            for method in self._used
            for model in self._models
            # What is no ESV is computed from features.
            if self._gives_esvs(method) or model in networks.head_models
            for n_frames in networks.numbers_of_frames(model)
        ]

    def compared(self, networks: Networks, model: str) -> list[str]:
        """The methods that a model's own is compared with."""
        is_ours = not is_own(networks.models[model])
        return [name for name in self._compared if is_ours or not self._kind(name).needs_gradients]

    def compared_files(self, dataset: str, networks: Networks, model: str) -> list[str]:
        """The files of these, method by method, at the numbers of frames to compare at."""
        return [
            self._file(dataset, model, method, n_frames)
            for method in self.compared(networks, model)
            for n_frames in networks.compared_lengths
        ]

    def compared_sections(self, networks: Networks, model: str) -> dict[str, Mapping[str, Any]]:
        """The options of each method that is compared, by its name."""
        return {name: self.definitions[name] for name in self.compared(networks, model)}

    def compared_choices(self, networks: Networks, model: str) -> list[str]:
        """What a comparison chooses from the library's tables."""
        sections = self.compared_sections(networks, model).values()
        return [str(section["method"]) for section in sections]

    def given(self, model: str) -> dict[str, str]:
        """The files of values from elsewhere that are about a model, by their name."""
        return {
            name: values["file"]
            for name, values in self._given.items()
            if values["models"] is None or model in values["models"]
        }

    def _file(self, dataset: str, model: str, method: str, n_frames: int) -> str:
        kind = "esvs" if self._gives_esvs(method) else "attributions"
        return f"results/{dataset}/{kind}/{model}/{method}/{n_frames}_frames.h5"

    def _gives_esvs(self, method: str) -> bool:
        return self._kind(method).gives_esvs

    def _kind(self, method: str) -> type[Method]:
        return method_class(self.definitions[method]["method"])
