"""Names of the configuration that cannot be directories of their own below `results/`."""

from collections.abc import Iterable, Mapping

from playfair.errors import InputError

RESERVED = ("benchmarks", "dashboard", "figures", "logs")
"""What lies in `results/` beside the data sets, of all of them or of the configured one."""


def check_names(named: Mapping[str, Iterable[str]]) -> None:
    """Check the names of data sets, backbones, models and methods.

    Args:
        named: the names by the key of the definitions in which they stand.

    Raises:
        InputError: for a data set called as something else below `results/`, and for two names of
            one kind that differ in letter case alone, which are one on some file systems.
    """
    for name in named["datasets"]:
        if name.casefold() in RESERVED:
            raise InputError(
                f"config key definitions.datasets.{name}: results/{name} is no place for a data "
                f"set, choose another name than {', '.join(RESERVED)}"
            )
    for kind, names in named.items():
        first: dict[str, str] = {}
        for name in names:
            other = first.setdefault(name.casefold(), name)
            if other != name:
                raise InputError(
                    f"config keys definitions.{kind}.{other} and definitions.{kind}.{name} differ "
                    "in letter case alone, which some file systems ignore: rename one"
                )
