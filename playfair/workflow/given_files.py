"""Files that the user gives: those to download, and those that have to be there."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from playfair.errors import InputError
from playfair.models.backbones.published_weights import is_published_name
from playfair.models.clip_networks.sources import kind_of
from playfair.workflow.datasets import Datasets
from playfair.workflow.networks import Networks, Options, given_checkpoints, is_clip_network

DOWNLOADS = "checkpoints/"
"""Where files with a url lie, relative to the working directory."""


def files_to_download(networks: Networks) -> dict[str, Options]:
    """The configured checkpoints that have a url and are not there, by their path in DOWNLOADS.

    A file that is there, fetched by hand perhaps, is used as it is. No rule makes it again:
    Snakemake would delete it first.
    """
    return {
        file["path"].removeprefix(DOWNLOADS): file
        for options in [*networks.backbones.values(), *networks.models.values()]
        for file in given_checkpoints(options)
        if file["url"] and not Path(file["path"]).exists()
    }


def check_given_files(
    config: Mapping[str, Any],
    datasets: Datasets,
    networks: Networks,
    is_made: Callable[[str], bool] = lambda path: False,
) -> None:
    """Check that every file and module that is to be used and that no rule makes is there.

    Snakemake alone would ask for a file only where something is to be made of it: with results
    there, what is missing would go unnoticed.

    Args:
        config: the complete configuration. is_made: whether a rule makes the file at a path.

    Raises:
        InputError: if one is missing.
    """
    dataset = config["dataset"]
    given = {f"definitions.datasets.{dataset}": _files_of_dataset(datasets, networks, dataset)}
    for section in ("collate", "webm"):
        given[section] = {"uids": _listed(config[section]["uids"])}
    for name, values in config["comparison"]["given"].items():
        given[f"comparison.given.{name}"] = {"file": [values["file"]]}
    for name in networks.used_backbones:
        options = networks.backbones[name]
        files = _files_of(options)
        if name in networks.trained_backbones:
            files["training.initial_checkpoint"] = _listed(networks.initial_checkpoint(name))
        given[f"definitions.backbones.{name}"] = files
    for name in networks.used_models:
        given[f"definitions.models.{name}"] = _files_of(networks.models[name])
    for section, files in given.items():
        for key, paths in files.items():
            for path in paths:
                if not _is_there(path) and not is_made(path):
                    remedy = "give its url" if key.startswith("checkpoint") else "name another"
                    raise InputError(
                        f"the file {path!r} of the config key {section}.{key} is not there: put "
                        f"it there, or {remedy} in the configuration"
                    )
    for name in networks.used_backbones:
        networks.backbone_code(name)
    for name in networks.used_models:
        networks.model_options(name)


def _files_of_dataset(datasets: Datasets, networks: Networks, dataset: str) -> dict[str, list[str]]:
    """The files and directories of a data set, by their key; none of one that a rule draws."""
    options = datasets.definitions[dataset]
    if options["source"] == "synthetic":
        return {}
    keys = ("train", "validation", "labels", "videos", "ground_truth")
    files = {key: _listed(options.get(key)) for key in keys}
    for split, path in options.get("features", {}).items():
        # Training features have labels for the priors where no list has them.
        if split in networks.read_splits or options[split] is None:
            files[f"features.{split}"] = [path]
    return files


def _files_of(options: Options) -> dict[str, list[str]]:
    """The files that a backbone or model is read from and that are not downloaded, by their key."""
    given = options.get("weights")
    if is_clip_network(options):
        network = options["network"]
        is_file = kind_of(network) in ("folder", "exported")
        # A folder is there once its files are downloaded.
        comes = any(file["url"] for file in options["files"])
        return {
            "network": [network] if is_file and not comes else [],
            "files": [file["path"] for file in options["files"] if not file["url"]],
            "weights": [] if is_published_name(given or "") else _listed(given),
        }
    return {
        "checkpoints" if options.get("checkpoints") else "checkpoint": [
            file["path"] for file in given_checkpoints(options) if not file["url"]
        ],
        "file": _listed(options.get("file")),
        "files": options.get("files") or [],
        "weights": [] if is_published_name(given or "") else _listed(given),
    }


def _is_there(path: str) -> bool:
    try:
        return Path(path).exists()
    except OSError:
        # A name that is too long, or a directory that may not be looked into.
        return False


def _listed(path: Any) -> list[str]:
    return [path] if path else []
