"""Data sets as the workflow sees them: the files of each, given by the user or made by a rule."""

import re
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from playfair.data.clips.clip_tables import check_tells_splits
from playfair.data.clips.labels import Clip, video_path
from playfair.data.clips.shards import ShardFiles
from playfair.data.stores.feature_sources import FeatureFolder, as_video, read_split
from playfair.errors import InputError
from playfair.files import is_hdf5

Files = str | list[str]
"""A file or several; [] where there is none, which a rule takes as no input."""


class Datasets:
    """The data sets of a complete configuration; definitions: the options of each by its name."""

    def __init__(self, config: Mapping[str, Any]):
        self.definitions: Mapping[str, Mapping[str, Any]] = config["definitions"]["datasets"]
        self._gulp: Mapping[str, Any] = config["gulp"]
        self._shard_by: str = config["shard_by"]
        # Asked for once per shard.
        self._shards: dict[tuple[str, str, int, str], ShardFiles] = {}

    def check_lists(self, dataset: str) -> None:
        """Check that a list of the clips of both splits tells them apart.

        Raises:
            InputError: if it does not.
        """
        options = self.definitions[dataset]
        if options.get("train") and options["train"] == options.get("validation"):
            check_tells_splits(options["train"])

    def names_of(self, *sources: str) -> str:
        """A regular expression of the data sets of these sources (synthetic, files, features)."""
        names = [name for name in self.definitions if self._source(name) in sources]
        return "|".join(map(re.escape, names)) or "(?!)"

    def has_videos(self, dataset: str) -> bool:
        """Whether models see frames, not features that another program computed."""
        return self._source(dataset) != "features"

    def has_pictures(self, dataset: str) -> bool:
        """Whether there are frames to show, not only features."""
        return self.has_videos(dataset) or bool(self.definitions[dataset]["videos"])

    def has_training_clips(self, dataset: str) -> bool:
        """Whether there are clips from which class frequencies are known."""
        return self._source(dataset) != "files" or bool(self.definitions[dataset]["train"])

    def file(self, dataset: str, name: str) -> Files:
        """The file called train, validation, labels, videos or ground_truth, [] if it has none."""
        options = self.definitions[dataset]
        if self._source(dataset) == "synthetic":
            suffix = {"videos": "", "ground_truth": ".csv"}.get(name, ".json")
            return f"datasets/{dataset}/{name}{suffix}"
        if name == "labels" and options["labels"] is None:
            # Without training clips the classes are those that a network names.
            return f"results/{dataset}/labels.json" if self.has_training_clips(dataset) else []
        # A feature file holds the labels of its split itself.
        return options.get(name) or options.get("features", {}).get(name) or []

    def label_name(self, dataset: str) -> str | None:
        """What lists of clips call the class name, None if as usual."""
        name = self.definitions[dataset].get("label_name")
        return None if name is None else str(name)

    def failed_table(self, dataset: str, backbone: str, split: str) -> str:
        """The table of videos that failed, which is written if they are not too many."""
        kind = "gulp_failed" if self.has_videos(dataset) else f"import_failed_{backbone}"
        return f"results/{dataset}/tables/{kind}_{split}.csv"

    def pictures_table(self, dataset: str) -> Files:
        """The table of videos without pictures of which there are features, [] if none can be."""
        given = self.has_pictures(dataset) and not self.has_videos(dataset)
        return f"results/{dataset}/tables/gulp_failed_validation.csv" if given else []

    def most_failed(self, dataset: str) -> tuple[float, str]:
        """The share of the videos of a split that may fail, and what the configuration calls it."""
        if self.has_videos(dataset):
            return self._gulp["max_failed_share"], "gulp.max_failed_share"
        key = "max_failed_share"
        return self.definitions[dataset][key], f"definitions.datasets.{dataset}.{key}"

    def gulp_options(self, dataset: str) -> dict[str, Any]:
        """How the videos of a data set are gulped: at the rate of its features, if it has some."""
        options = {key: self._gulp[key] for key in self._gulp if key != "max_failed_share"}
        return {**options, "fps": self.fps(dataset)}

    def validation_gulp(self, dataset: str) -> Files:
        """The gulped validation frames, [] where there are features alone."""
        return f"results/{dataset}/gulp/validation" if self.has_pictures(dataset) else []

    def fps(self, dataset: str) -> float:
        """Frames per second that models see: as gulped, or of the data set's features."""
        section = self._gulp if self.has_videos(dataset) else self.definitions[dataset]
        return float(section["fps"])

    def evidence_rate(self, dataset: str) -> float:
        """Frames of the model per frame that the data set's ground truth counts."""
        fps = self.fps(dataset)
        return fps / (self.definitions[dataset]["ground_truth_fps"] or fps)

    def shard_content(self, dataset: str, split: str, shard: str, kind: str) -> str | None:
        """A hash of the clips of a shard such as "2-of-4" and of their files as they lie there.

        None where there are no such files: they do not exist yet, a rule draws them, or one feature
        file has them all.

        Args:
            kind: which files, "videos" or "features".
        """
        options = self.definitions[dataset]
        files = options["features"][split] if kind == "features" else self.file(dataset, "videos")
        clips = self.file(dataset, split)
        is_drawn = self._source(dataset) == "synthetic"
        if not clips or is_hdf5(str(files)) or (is_drawn and self._shard_by == "order"):
            return None
        key = (dataset, split, int(shard.rpartition("-")[2]), kind)
        try:
            if key not in self._shards:
                self._shards[key] = self._shard_files(*key, str(clips), str(files))
            return self._shards[key].content(shard)
        except (FileNotFoundError, InputError):
            # The job says what is wrong.
            return None

    def _shard_files(
        self, dataset: str, split: str, count: int, kind: str, clips: str, files: str
    ) -> ShardFiles:
        extension = self.definitions[dataset].get("extension")

        def files_of(clip: Clip) -> list[Path]:
            if kind == "features":
                return FeatureFolder(files).candidates(clip)
            seen = clip if self.has_videos(dataset) else as_video(clip)
            return [video_path(seen, files, extension)]

        memo = f"results/{dataset}/shards/files_{kind}_{split}"
        labels = str(self.file(dataset, "labels"))
        read = partial(read_split, labels=labels, label_name=self.label_name(dataset))
        return ShardFiles(clips, split, files, files_of, count, self._shard_by, memo, read)

    def _source(self, dataset: str) -> str:
        return str(self.definitions[dataset]["source"])


def memory_for_clips(path: str | Path) -> int:
    """Memory in MB for the list of all clips: several times the file's size; 0 for features."""
    return 0 if is_hdf5(path) else 8 * Path(path).stat().st_size // 10**6
