"""Which functions of the user's own are imported: those that the user names, never those of a file.

Folders of results are data. One says by which function a model was made, but anybody can write
that; it is called only if the user says the same, in a configuration or on the command line.
"""

import argparse
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from playfair.definitions.config_text import read_config_file
from playfair.errors import InputError

_COMPARED: dict[str, Any] = {"factory": None, "arguments": {}, "files": [], "outputs": None}
"""What makes a function's result, with the defaults of the configuration."""


@dataclass(frozen=True)
class Trust:
    """What the user trusts.

    Attributes:
        factories: functions, package.module:function, whatever the arguments that a file names.
        definitions: those of a configuration of the user's; configfile: where they stand.
    """

    factories: frozenset[str] = frozenset()
    definitions: Mapping[str, Any] = field(default_factory=dict)
    configfile: Path | None = None

    def files(
        self, kind: Literal["models", "backbones"], name: str, said: Mapping[str, Any], source: Path
    ) -> list[Path] | None:
        """Check that the user names the function by which `source` says that something was made.

        Args:
            kind, name: of the definition. said: its options in `source`, with factory and perhaps
                arguments, files and outputs.

        Returns:
            The files that the user's configuration gives the function; None where the user names
            the function only, and takes what `source` gives it.

        Raises:
            InputError: if the user does not, or names it with other arguments.
        """
        factory = said["factory"]
        if factory in self.factories:
            return None
        named = self.definitions.get(kind, {}).get(name)
        if not isinstance(named, Mapping):
            raise InputError(
                f"{source} was made by the Python function {factory!r}, and a file is no reason to "
                "call it: if you trust it, name it with --trust-factory, or give the "
                f"configuration that defines {kind}.{name} with --configfile"
            )
        for key, default in _COMPARED.items():
            own = named.get(key, default)
            if own != said.get(key, default):
                raise InputError(
                    f"{source} was made with the {key} {said.get(key, default)!r}, but "
                    f"definitions.{kind}.{name}.{key} in {self.configfile} is {own!r}: give the "
                    "configuration of the run"
                )
        return [Path(path) for path in named.get("files", [])]


def add_trust_options(parser: argparse.ArgumentParser) -> None:
    """Add the options by which a user says which functions may be called."""
    parser.add_argument(
        "--configfile",
        type=Path,
        metavar="FILE",
        help="the configuration of the run, where its models are made by Python functions of yours "
        "(head: custom): only functions that you name are called",
    )
    parser.add_argument(
        "--trust-factory",
        action="append",
        default=[],
        metavar="FUNCTION",
        help="instead: call this function, package.module:function, with the arguments and files "
        "that the run's files name (may be given several times)",
    )


def trust_of(options: argparse.Namespace) -> Trust:
    """What the options of `add_trust_options` say.

    Raises:
        InputError: if the configuration cannot be read.
    """
    factories = frozenset(options.trust_factory)
    if options.configfile is None:
        return Trust(factories)
    return Trust(factories, _definitions(options.configfile), options.configfile)


def _definitions(configfile: Path) -> dict[str, Any]:
    found = read_config_file(configfile).get("definitions")
    if not isinstance(found, dict) or not all(isinstance(part, dict) for part in found.values()):
        raise InputError(
            f"the configuration {configfile} has no definitions of models or backbones: give the "
            "file that the run was made with"
        )
    return found
