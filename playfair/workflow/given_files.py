"""Files of networks that the user gives: those to download, and those that have to be there."""

from pathlib import Path

from playfair.errors import InputError
from playfair.models.backbones.published_weights import is_published_name
from playfair.workflow.networks import Networks, Options, given_checkpoints

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


def check_given_files(networks: Networks) -> None:
    """Check that every file and module that is to be used and that no rule makes is there.

    Raises:
        InputError: if one is missing.
    """
    for name in networks.used_backbones:
        options = networks.backbones[name]
        files = _files_of(options)
        if name in networks.trained_backbones:
            initial = networks.initial_checkpoint(name)
            files["training.initial_checkpoint"] = [initial] if isinstance(initial, str) else []
        _check_there(f"definitions.backbones.{name}", files)
        networks.backbone_code(name)
    for name in networks.used_models:
        _check_there(f"definitions.models.{name}", _files_of(networks.models[name]))
        networks.model_options(name)


def _files_of(options: Options) -> dict[str, list[str]]:
    """The files that a backbone or model is read from and that no rule makes, by their key."""
    own = [file["path"] for file in given_checkpoints(options) if not file["url"]]
    given = options.get("weights")
    return {
        "checkpoints" if options.get("checkpoints") else "checkpoint": own,
        "file": [options["file"]] if options.get("file") else [],
        "files": options.get("files") or [],
        "weights": [given] if given and not is_published_name(given) else [],
    }


def _check_there(section: str, files: dict[str, list[str]]) -> None:
    for key, paths in files.items():
        for path in paths:
            # Below results/ it may be what the training on another data set makes.
            if path.startswith("results/") or Path(path).exists():
                continue
            remedy = "give its url" if key.startswith("checkpoint") else "name another"
            raise InputError(
                f"the file {path} of the config key {section}.{key} is not there: put it there, "
                f"or {remedy} in the configuration"
            )
