"""A finished run of the workflow: its models, and how they see another clip."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from playfair.attribution.games.scores import check_score, probabilities_of_scores
from playfair.data.clips.frame_sampling import check_sampling
from playfair.data.stores.esv_store import open_results
from playfair.data.stores.feature_store import FeatureStore
from playfair.data.stores.hdf5 import read_text, read_values
from playfair.data.stores.import_features import as_features
from playfair.data.stores.layout import numbers_of_frames
from playfair.errors import InputError
from playfair.files import file_hash
from playfair.models.backbones.architectures import build_backbone
from playfair.models.backbones.extraction import extract_features
from playfair.provenance import module_hash
from playfair.runs.clip_views import ClipView, gulped
from playfair.runs.run_models import RunModel
from playfair.runs.run_options import (
    backbone_options,
    check_says,
    imported_rate,
    model_options,
    own_backbone,
    texts,
)
from playfair.trust import Trust

_RUN_AGAIN = "run the workflow again, with this model among its models"


@dataclass(frozen=True)
class _RunBackbone:
    """A backbone of a run, as the attributes of the feature file at `path` describe it."""

    path: Path
    attributes: dict[str, Any]
    feature_dim: int
    checkpoint: Path


class Run:
    """The results of one data set (results/<dataset>), as the workflow leaves them.

    What counts are the collated files, one per model: ESV files of earlier configurations may lie
    beside those that were collated.

    Args:
        trust: which functions may be called to make its networks; by default none.

    Raises:
        InputError: if the directory holds no collated files.
    """

    def __init__(self, directory: str | Path, trust: Trust | None = None):
        self.directory = Path(directory)
        self._trust = trust or Trust()
        if not self.directory.is_dir():
            raise InputError(
                f"the run {directory} does not exist: give a directory such as results/synthetic"
            )
        if not self.model_names:
            raise InputError(
                f"the run {directory} holds no results (collated/<model>.h5): run the workflow "
                "first"
            )

    @property
    def model_names(self) -> list[str]:
        # Hidden files are what a job that was stopped has left.
        paths = self.directory.glob("collated/[!.]*.h5")
        return sorted(path.stem for path in paths)

    def model(self, name: str) -> RunModel:
        """A model of the run, with a backbone by which another clip can be seen.

        Raises:
            InputError: as `heads` does, and if the backbone is missing or has changed since.
        """
        model = self.heads(name)
        backbone = self._backbone(model.options["backbone"])
        self._check_backbone(model, backbone.path, backbone.attributes)
        return model

    def heads(self, name: str) -> RunModel:
        """A model of the run, for features that it has.

        Raises:
            InputError: if it has no such model, does not say where its networks lie, if these are
                missing or have changed since, or are made by a function that nobody trusts.
        """
        if name not in self.model_names:
            raise InputError(
                f"the run {self.directory} has no model {name!r}: choose of "
                f"{', '.join(self.model_names)}"
            )
        path = self.directory / "collated" / f"{name}.h5"
        with open_results(path) as file:
            n_frames = numbers_of_frames(file)
            attributes = dict(file[str(n_frames[-1])].attrs) if n_frames else {}
            missing = [column for column in ("class_name", "prior") if column not in file]
            if missing:
                raise InputError(f"{path} has no dataset {missing[0]!r}: {_RUN_AGAIN}")
            class_name = read_text(file["class_name"])
            prior = read_values(file["prior"])
        names = ("model_options", "checkpoint", "checkpoint_hash", "backbone_checkpoint_hash")
        check_says(path, attributes, names)
        options = model_options(path, attributes)
        if options["head"] == "clip":
            raise InputError(
                f"the model {name} of {self.directory} sees whole clips: explain a clip with "
                f"--network {options['network']} instead of --run"
            )
        heads = [self.directory / head for head in texts(path, attributes, "checkpoint")]
        if options["head"] == "custom":
            own = self._trust.files("models", name, options, path)
            heads = heads if own is None else own
        hashes = texts(path, attributes, "checkpoint_hash")
        if len(hashes) != len(heads):
            raise InputError(f"{path} names {len(heads)} checkpoints and {len(hashes)} hashes")
        for head, expected in zip(heads, hashes, strict=True):
            _check_unchanged(head, expected, path)
        _check_code(options, path)
        backbone_hash = str(attributes["backbone_checkpoint_hash"])
        unit = check_score(str(attributes.get("score", "probability")))
        prior = probabilities_of_scores(torch.from_numpy(prior), unit).numpy()
        sampling = check_sampling(str(attributes.get("frame_sampling", "integers")))
        kind = str(attributes.get("prior", "class_frequency"))
        return RunModel(
            name, options, heads, n_frames, class_name, prior, backbone_hash, sampling, kind
        )

    def features(self, model: RunModel) -> list[FeatureStore]:
        """The features by which the run explains a model, gathered or of the shards.

        Raises:
            InputError: if they are missing, or were computed by another backbone since.
        """
        stores = [FeatureStore(path) for path in self._feature_files(model.options["backbone"])]
        for store in stores:
            self._check_backbone(model, store.path, store.attributes)
        return stores

    def known_features(self, model: RunModel) -> tuple[list[FeatureStore], str]:
        """Features by which a clip is judged, and what their videos are called.

        Those of the clips that the run trained on, if it has them, else of those that it explains.
        """
        name = model.options["backbone"]
        gathered = self.directory / "features" / name / "train.h5"
        shards = self.directory / "shards" / "features" / name / "train"
        paths = [gathered] if gathered.is_file() else sorted(shards.glob("[!.]*.h5"))
        stores = [FeatureStore(path) for path in paths]
        if stores and all(
            store.attributes.get("checkpoint_hash") == model.backbone_hash for store in stores
        ):
            return stores, "training clips"
        return self.features(model)[:1], "clips of the run"

    def _check_backbone(self, model: RunModel, path: Path, attributes: dict[str, Any]) -> None:
        if attributes.get("checkpoint_hash") != model.backbone_hash:
            source = self.directory / "collated" / f"{model.name}.h5"
            raise InputError(
                f"the features in {path} are of other weights of the backbone "
                f"{model.options['backbone']} than {source} was made by: {_RUN_AGAIN}"
            )

    def usable_models(self, for_features: bool = False) -> tuple[list[RunModel], list[str]]:
        """The models whose networks are those that the run was made by, and the names of others.

        for_features: for features that are there, without which a backbone has to be usable too.

        Raises:
            InputError: if there is none; what keeps the first from being used.
        """
        usable, left_out, reasons = [], [], []
        for name in self.model_names:
            try:
                usable.append(self.heads(name) if for_features else self.model(name))
            except InputError as error:
                left_out.append(name)
                reasons.append(error)
        if not usable:
            raise reasons[0]
        return usable, left_out

    def _feature_files(self, name: str) -> list[Path]:
        """The feature files of a backbone: the gathered one, if there is one, then of shards."""
        folder = self.directory / "features" / name
        shards = self.directory / "shards" / "features" / name / "validation"
        paths = [*folder.glob("validation.h5"), *sorted(shards.glob("[!.]*.h5"))]
        if not paths:
            raise InputError(
                f"the run {self.directory} has no features of the backbone {name}: run the "
                f"workflow for results/{self.directory.name}/features/{name}/validation.h5"
            )
        return paths

    def _backbone(self, name: str) -> _RunBackbone:
        """What the newest feature file says of the backbone."""
        path = max(self._feature_files(name), key=lambda path: path.stat().st_mtime_ns)
        with FeatureStore(path) as store:
            attributes, feature_dim = store.attributes, store.feature_dim
        if attributes.get("architecture") == "precomputed":
            raise InputError(
                f"the features of the run {self.directory} were imported: it has no network that "
                "could see a clip"
            )
        names = (
            "architecture",
            "weights",
            "checkpoint",
            "checkpoint_hash",
            "decoding",
            "batch_size",
        )
        check_says(path, attributes, names)
        if own := own_backbone(path, attributes):
            self._trust.files("backbones", name, own, path)
            _check_code(own, path)
        checkpoint = self.directory / str(attributes["checkpoint"])
        _check_unchanged(checkpoint, str(attributes["checkpoint_hash"]), path)
        return _RunBackbone(path, attributes, feature_dim, checkpoint)

    def view(
        self,
        clip: str | Path,
        backbone_name: str,
        device: torch.device,
        most_seconds: float = math.inf,
    ) -> ClipView:
        """Decode a clip as the run did (frame rate, size, JPEG) and compute its features.

        Raises:
            InputError: if the clip does not decode, lasts longer than `most_seconds`, or the run
                does not say by what network its features were computed.
        """
        found = self._backbone(backbone_name)
        attributes = found.attributes
        decoding, seeing = backbone_options(found.path, attributes, found.feature_dim)
        own = own_backbone(found.path, attributes)
        backbone = build_backbone(
            attributes["architecture"],
            found.feature_dim,
            attributes["weights"] or None,
            found.checkpoint,
            own.get("factory"),
            own.get("arguments"),
        )
        with gulped(Path(clip), decoding) as reader:
            seconds = reader.lengths["clip"] / decoding["fps"]
            if seconds > most_seconds:
                raise InputError(
                    f"{clip} lasts {seconds:.1f} s: expected at most {most_seconds:g} s"
                )
            features = extract_features(
                backbone,
                reader,
                reader.uids,
                device=device,
                progress=False,
                **seeing,
            )
            return ClipView(reader.frames("clip"), np.concatenate(list(features)), decoding["fps"])

    def view_of_features(
        self, values: np.ndarray, uid: str, backbone_name: str, video: Path | None = None
    ) -> ClipView:
        """A clip of which features (T, D) are there, as those of a backbone of the run.

        Args:
            uid: the clip's name. video: of it, for pictures; without one there are no frames.

        Raises:
            InputError: if the features are not as the run's, or the video has not as many frames.
        """
        path = max(self._feature_files(backbone_name), key=lambda path: path.stat().st_mtime_ns)
        with FeatureStore(path) as store:
            attributes, feature_dim = store.attributes, store.feature_dim
        if attributes.get("architecture") == "precomputed":
            decoding = imported_rate(path, attributes)
        else:
            check_says(path, attributes, ("architecture", "decoding", "batch_size"))
            decoding, _ = backbone_options(path, attributes, feature_dim)
        features = as_features(values, uid, feature_dim)
        frames = []
        if video is not None:
            with gulped(video, decoding, len(features)) as reader:
                frames = reader.frames("clip")
        return ClipView(frames, features, decoding["fps"])


def _check_unchanged(checkpoint: Path, expected: str, source: Path) -> None:
    if not checkpoint.is_file():
        raise InputError(f"the checkpoint {checkpoint}, by which {source} was made, is missing")
    if file_hash(checkpoint) != expected:
        raise InputError(
            f"the checkpoint {checkpoint} has changed since {source} was made: {_RUN_AGAIN}"
        )


def _check_code(options: dict[str, Any], source: Path) -> None:
    """Check that the user's code, if any makes the network, is what it was."""
    if "code_hash" not in options:
        return
    module = options["factory"].split(":")[0]
    if module_hash(module) != options["code_hash"]:
        raise InputError(
            f"the Python module {module} has changed since {source} was made: {_RUN_AGAIN}"
        )
