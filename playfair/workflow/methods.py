"""Further attribution methods, beside the models' own: their options, and the files they leave."""

import re
from collections.abc import Mapping
from typing import Any

from playfair.attribution.methods.registry import method_class
from playfair.workflow.networks import Networks


class Methods:
    """The further methods of a complete configuration; definitions: the options of each by name."""

    def __init__(self, config: Mapping[str, Any]):
        self.definitions: Mapping[str, Mapping[str, Any]] = config["definitions"]["methods"]
        self._used: list[str] = config["methods"]
        self._models: list[str] = config["models"]

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
            f"results/{dataset}/{'esvs' if self._gives_esvs(method) else 'attributions'}/"
            f"{model}/{method}/{n_frames}_frames.h5"
            for method in self._used
            for model in self._models
            # What is no ESV is computed from features.
            if self._gives_esvs(method) or model in networks.head_models
            for n_frames in networks.numbers_of_frames(model)
        ]

    def _gives_esvs(self, method: str) -> bool:
        return method_class(self.definitions[method]["method"]).gives_esvs
