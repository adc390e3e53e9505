"""Resume states: from them a training that was interrupted goes on as if it had not been.

A state is a file of tensors and plain values, read with weights_only. It carries a fingerprint of
all that the training depends on; with another fingerprint it is another training's.
"""

import hashlib
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch

from playfair.data.stores.feature_store import FeatureStore
from playfair.errors import InputError
from playfair.files import file_hash, is_hdf5
from playfair.models.checkpoints import load_whole, save_whole
from playfair.provenance import value_hash

# Epochs of heads take a fraction of a second: a state after each would cost more than they do.
SECONDS_BETWEEN_STATES = 30.0
HASHED_VIDEOS = 64
"""Videos, evenly spread over a feature file, whose features are part of a fingerprint."""

State = dict[str, Any]


class ResumeFile:
    """Where a training keeps its state, in a place that nobody empties before it starts again.

    Args:
        path: the file; it need not exist.
        fingerprint: of the training, see :func:`fingerprint`.
        seconds_between_states: the state is written after an epoch, but not more often than this.
    """

    def __init__(
        self,
        path: str | Path,
        fingerprint: str,
        seconds_between_states: float = SECONDS_BETWEEN_STATES,
    ) -> None:
        self.path = Path(path)
        self._fingerprint = fingerprint
        self._seconds = seconds_between_states
        self._last = time.monotonic()

    def load(self) -> State | None:
        """The state of this training, None without one; says which it is on standard error."""
        if not self.path.is_file():
            return None
        try:
            state: State = load_whole(self.path)
            stored = state.pop("fingerprint")
        except (InputError, KeyError):
            _say(f"The state in {self.path} cannot be read: training starts from the beginning.")
            return None
        if stored != self._fingerprint:
            _say(
                f"The state in {self.path} belongs to a training with other options, inputs or "
                f"code: training starts from the beginning."
            )
            return None
        _say(f"Training goes on after epoch {state['epoch']}, from {self.path}.")
        return state

    def save(self, make_state: Callable[[], State]) -> None:
        """Write a state, whole or not at all, if the last one is old enough."""
        if time.monotonic() - self._last < self._seconds:
            return
        save_whole(self.path, {**make_state(), "fingerprint": self._fingerprint})
        self._last = time.monotonic()

    def delete(self) -> None:
        """Remove the state, once the results of the training are safe."""
        for leftover in self.path.parent.glob(f".{self.path.stem}.*.partial{self.path.suffix}"):
            leftover.unlink(missing_ok=True)
        self.path.unlink(missing_ok=True)


def fingerprint(options: Mapping[str, Any], inputs: Iterable[str | Path]) -> str:
    """What a training depends on, as one hash: its options (plain values) and its input files.

    What is large counts by what tells it from another, since reading all of it would take as long
    as an epoch: of a directory of gulped videos the metadata, which hold the place and length of
    every JPEG, and the sizes of the chunks; of a feature file (.h5, .hdf5) what it says of itself,
    its videos with their lengths and labels, and the features of a few of them.
    """
    hashes = [_input_hash(Path(path)) for path in inputs]
    return value_hash({"options": dict(options), "inputs": hashes, "torch": torch.__version__})


def _input_hash(path: Path) -> str:
    if path.is_dir():
        return _directory_hash(path)
    return _features_hash(path) if is_hdf5(path) else file_hash(path)


def _features_hash(path: Path) -> str:
    with FeatureStore(path) as store:
        digest = hashlib.sha256()
        for video in _spread(len(store), HASHED_VIDEOS):
            digest.update(store.features(video).tobytes())
        about = {name: np.asarray(value).tolist() for name, value in store.attributes.items()}
        columns = (store.uid, store.label, store.sequence_length)
        return value_hash([about, *(column.tolist() for column in columns), digest.hexdigest()])


def _spread(length: int, count: int) -> list[int]:
    """At most `count` of the positions 0, ..., length - 1, evenly spread, with both ends."""
    places: list[int] = np.linspace(0, length - 1, min(length, count)).astype(int).tolist()
    return places


def _directory_hash(directory: Path) -> str:
    files = sorted(path for path in directory.rglob("*") if path.is_file())
    return value_hash(
        [
            [
                str(path.relative_to(directory)),
                path.stat().st_size,
                file_hash(path) if path.suffix == ".gmeta" else None,
            ]
            for path in files
        ]
    )


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr)
