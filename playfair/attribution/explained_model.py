"""A model of the workflow with what it takes to explain it: heads, classes, priors, features."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from playfair.attribution.explain import Features, explain
from playfair.attribution.games.scores import prior_probabilities, prior_scores
from playfair.attribution.methods.registry import own_options
from playfair.attribution.result import Attribution
from playfair.data.clips.class_priors import read_class_priors
from playfair.data.clips.labels import read_class_names
from playfair.data.stores.feature_store import FeatureStore
from playfair.data.stores.run_attributes import esv_attributes
from playfair.models.devices import resolve_device
from playfair.models.heads.loading import load_heads


class ExplainedModel:
    """A model, read from the files that the workflow has made for it.

    Attributes: heads, see `load_heads`; class_names; priors (C,); store, the features of the videos
    to explain; device.

    Args:
        options: of the model. heads, features, priors, labels: files. device: see `resolve_device`.

    Raises:
        InputError: if files do not fit each other; the first that does not.
    """

    def __init__(
        self,
        options: Mapping[str, Any],
        *,
        heads: Sequence[str | Path],
        features: str | Path,
        priors: str | Path,
        labels: str | Path,
        device: str,
    ) -> None:
        self.device = resolve_device(device)
        self.class_names = read_class_names(labels)
        self.priors = read_class_priors(priors, self.class_names)
        self.store = FeatureStore(features)
        self.heads = load_heads(options, heads, self.store.feature_dim, len(self.class_names))
        self._options = options
        self._head_files = heads

    def explain(
        self, features: Features, section: Mapping[str, Any], label: ArrayLike | None = None
    ) -> Attribution:
        """Videos explained as a section of the configuration says, see `playfair.explain`.

        label: (V,) true classes, -1 where unknown.
        """
        return explain(
            features,
            self.heads,
            self.priors,
            section["method"],
            section["seed"],
            labels=label,
            device=self.device,
            score=section["score"],
            **own_options(section),
        )

    def prior(self, section: Mapping[str, Any]) -> np.ndarray:
        """(C,): the score of no frames, in the unit that a section of the configuration names."""
        given = prior_probabilities(self.priors, len(self.class_names))
        prior: np.ndarray = prior_scores(given, section["score"]).numpy()
        return prior

    def attributes(
        self, run: str | Path, dataset: str, model: str, section: Mapping[str, Any]
    ) -> dict[str, Any]:
        """What files say of values that were made as a section says, see `esv_attributes`."""
        return esv_attributes(
            run,
            dataset,
            model,
            section,
            self._head_files,
            self.store.attributes["checkpoint_hash"],
            self._options,
        )
