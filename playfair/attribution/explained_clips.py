"""A clip network with what it takes to explain it: stand-ins, prior, classes, and elements."""

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor

from playfair.attribution.games.fills import FILLS_WITHOUT_EMPTY, ClipPrior, Fill
from playfair.attribution.games.from_model import place_model
from playfair.attribution.games.game import Game
from playfair.attribution.games.masking import MaskedModel, MaskingGame
from playfair.attribution.games.scores import prior_probabilities, prior_scores
from playfair.attribution.limits import DEFAULT_MEMORY_BUDGET
from playfair.attribution.methods.batches import attribute
from playfair.attribution.methods.registry import (
    make_options,
    method_class,
    own_options,
    settled_section,
)
from playfair.attribution.result import Attribution, Score
from playfair.data.clips.class_priors import read_class_priors
from playfair.data.clips.labels import read_class_names
from playfair.errors import InputError
from playfair.models.clip_networks.class_names import match_classes
from playfair.models.clip_networks.clip_network import ClipNetwork
from playfair.models.clip_networks.loading import load_clip_network
from playfair.models.devices import resolve_device

MOST_STORED_BYTES = 1 << 19
"""Of a clip, for the scores of all subsets: those of 8 elements and 512 classes."""


class ExplainedClips:
    """A network of whole clips, explained over n elements of F/n consecutive frames each.

    Args:
        network: in eval mode. fill: what stands in for elements; batch_size: masked clips per
            forward pass. device: where it runs.
        prior: see `ClipPrior`. class_frequency: (C,), for the prior of that name.
        class_names: of the data set, which has the network's classes in another order perhaps.
        on_pass: called after each forward pass with the number of clips in it.

    Raises:
        InputError: if the network cannot do what the fill asks for, or there is no such prior.
    """

    def __init__(
        self,
        network: ClipNetwork,
        *,
        fill: Fill,
        prior: ClipPrior,
        batch_size: int,
        device: torch.device,
        class_frequency: np.ndarray | None = None,
        class_names: Sequence[str] | None = None,
        on_pass: Callable[[int], None] | None = None,
    ) -> None:
        check_fill(network, fill)
        if prior == "empty" and fill in FILLS_WITHOUT_EMPTY:
            raise InputError(
                f"with fill: {fill} there is nothing to show {network.name} when every element is "
                "missing: choose prior: uniform, or fill: mean, black or blur"
            )
        if prior == "class_frequency" and class_frequency is None:
            raise InputError("class frequencies need training labels: choose prior: uniform")
        self.network = network
        self.fill: Fill = fill
        self.prior: ClipPrior = prior
        self.batch_size = batch_size
        self.device = device
        self._class_frequency = class_frequency
        self._class_names = None if class_names is None else list(class_names)
        if class_names is not None:
            order = match_classes(network, class_names)
            network.class_order = None if order is None else torch.tensor(order)
        self._on_pass = on_pass
        self._placed: Any = place_model(network, device)[0]
        self._games: dict[tuple[int, Score], Game] = {}

    def explain(
        self,
        clips: Tensor,
        n_elements: int,
        section: Mapping[str, Any],
        label: np.ndarray | None = None,
        classes: np.ndarray | None = None,
    ) -> Attribution:
        """Prepared clips (V, F, 3, S, S) explained over n elements; the result has an axis V.

        Args:
            section: method, score and seed, with the method's options, as in the configuration.
            label: (V,) true classes, -1 where unknown. classes: numbers of those to explain.

        Raises:
            InputError: if n does not divide F, or elements divide what can only be dropped whole.
        """
        frames = elements_frames(self.network, n_elements, self.fill)
        videos = clips.unflatten(1, (n_elements, frames))
        kind, name = method_class(section["method"]), section["method"]
        options = make_options(name, own_options(section))
        if self.prior == "empty" and self.fill != "black" and len(videos) > 1:
            raise InputError(
                f"with prior: empty and fill: {self.fill} every clip has a prior of its own: "
                "explain one clip at a time, or choose fill: black"
            )
        game = self.game(videos, n_elements, section.get("score", "probability"))
        asked = kind.for_game(game, options, section.get("seed", 0))
        chosen = np.arange(game.class_count) if classes is None else classes
        return attribute(asked, game, videos, chosen, label, memory_budget=DEFAULT_MEMORY_BUDGET)

    def with_fill(self, fill: Fill) -> Self:
        """The same network with another stand-in.

        Raises:
            InputError: if it cannot do what that asks for.
        """
        check_fill(self.network, fill)
        other = copy.copy(self)
        other.fill, other._games = fill, {}
        return other

    def prior_of(self, videos: Tensor, n_elements: int) -> np.ndarray:
        """(C,) probabilities, the score of no elements of the first of videos (V, n, ...)."""
        if self.prior == "class_frequency":
            assert self._class_frequency is not None
            return self._class_frequency
        count = self.network.class_count
        assert count is not None
        if self.prior == "uniform":
            return np.full(count, 1 / count, dtype=np.float32)
        model = self._model(videos.shape[2])
        scores: np.ndarray = model.empty_scores(videos[0].to(self.device)).float().cpu().numpy()
        normalised: np.ndarray = scores / scores.sum(dtype=np.float64)
        return normalised

    def stored_section(self, section: Mapping[str, Any], n_elements: int) -> dict[str, Any]:
        """A section in which it is settled what is stored beside exact values."""
        stored = section["subset_scores"]
        if stored is None:
            stored = 4 * 2**n_elements * len(self.class_names) <= MOST_STORED_BYTES
        return {**settled_section(section, n_elements), "subset_scores": stored}

    @property
    def class_names(self) -> list[str]:
        """[C], as the data set or the network says them, numbered if neither does."""
        count = self.network.class_count
        assert count is not None
        return (
            self._class_names
            or self.network.class_names
            or [f"class {number}" for number in range(count)]
        )

    def file_prior(self, n_elements: int, score: Score) -> np.ndarray:
        """(C,): the score of no elements of any clip."""
        frames = elements_frames(self.network, n_elements, self.fill)
        size = self.network.preparation.size
        black = self.network.black.expand(1, n_elements, frames, 3, *size)
        given = self.prior_of(black, n_elements)
        prior: np.ndarray = prior_scores(prior_probabilities(given, len(given)), score).numpy()
        return prior

    def game(self, videos: Tensor, n_elements: int, score: Score = "probability") -> Game:
        """The masking game of videos (V, n, F/n, 3, S, S), made once for every n and unit."""
        if (n_elements, score) not in self._games or self.prior == "empty":
            placed = videos.to(self.device)
            count = self.network.class_count
            assert count is not None
            model = self._model(videos.shape[2])
            prior = self.prior_of(videos, n_elements)
            self._games[n_elements, score] = MaskingGame(
                model, placed, prior, count, score, batch_size=self.batch_size
            )
        return self._games[n_elements, score].with_features(videos.to(self.device))

    def _model(self, frames: int) -> MaskedModel:
        return MaskedModel(
            self._placed,
            self.fill,
            outputs="logits",
            black=self.network.black,
            frames_per_element=frames,
            batch_size=self.batch_size,
            on_pass=self._on_pass,
        )


def make_explained_clips(
    options: Mapping[str, Any],
    prior: ClipPrior,
    class_names: Sequence[str] | None,
    class_frequency: np.ndarray | None,
    device: str,
) -> ExplainedClips:
    """A clip network of the configuration, ready to be explained.

    Args:
        options: of the model. class_names, class_frequency: of the data set, if it has them.

    Raises:
        InputError: if the network cannot be had, or has not the data set's classes.
    """
    network = load_clip_network(
        options["network"],
        options["weights"],
        options["clip_frames"],
        arguments=options["arguments"],
        image_size=options["image_size"],
        time_axis=options["time_axis"],
        outputs=options["outputs"],
        precision=options["precision"],
    )
    return ExplainedClips(
        network,
        fill=options["fill"],
        prior=prior,
        batch_size=options["batch_size"],
        device=resolve_device(device),
        class_frequency=class_frequency,
        class_names=class_names,
    )


def read_explained_clips(
    options: Mapping[str, Any],
    prior: ClipPrior,
    device: str,
    labels: str | None,
    priors: str | None = None,
) -> ExplainedClips:
    """A clip network of a run, from the files of its classes and of their frequencies, if any.

    Raises:
        InputError: as `make_explained_clips`, and for files that cannot be read.
    """
    class_names = read_class_names(labels) if labels else None
    frequency = read_class_priors(priors, class_names or []) if priors else None
    return make_explained_clips(options, prior, class_names, frequency, device)


def check_fill(network: ClipNetwork, fill: Fill) -> None:
    """Raise `InputError` if elements are to be dropped by a network that cannot."""
    if fill == "drop" and not network.can_drop:
        raise InputError(
            f"{network.name} cannot leave out the tokens of elements, as fill: drop asks "
            "(VideoMAE can): use another fill, such as nearest"
        )


def takes_fill(network: ClipNetwork, fill: Fill, n_elements: int) -> bool:
    """Whether a network can be asked with that stand-in over so many elements."""
    if fill != "drop":
        return True
    return network.can_drop and network.clip_frames // n_elements % network.tubelet == 0


def elements_frames(network: ClipNetwork, n_elements: int, fill: Fill = "nearest") -> int:
    """F/n, the frames of an element.

    Raises:
        InputError: if n does not divide F, or dropped elements are no whole tubelets.
    """
    frames, left = divmod(network.clip_frames, n_elements)
    if left or not frames:
        possible = divisors(network.clip_frames)
        raise InputError(
            f"{network.name} takes {network.clip_frames} frames, which {n_elements} elements do "
            f"not divide evenly: choose one of {', '.join(map(str, possible))} elements"
        )
    if fill == "drop" and frames % network.tubelet:
        raise InputError(
            f"elements of {frames} frame{'s' if frames > 1 else ''} are parts of tokens of "
            f"{network.name}, which span {network.tubelet} frames, and cannot be dropped: choose "
            f"at most {network.clip_frames // network.tubelet} elements, or another fill"
        )
    return frames


def divisors(number: int) -> list[int]:
    """The numbers that divide a number, ascending."""
    return [divisor for divisor in range(1, number + 1) if number % divisor == 0]
