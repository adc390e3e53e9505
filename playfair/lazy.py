"""Packages whose modules and public names load on first use."""

import importlib
import pkgutil
import sys
from collections.abc import Callable, Mapping
from typing import Any


def loading_on_use(
    package: str, names: Mapping[str, str]
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """`__getattr__` and `__dir__` of a package: its public names, and its modules.

    names: the module that each public name comes from.
    """

    def modules() -> list[str]:
        paths = sys.modules[package].__path__
        return [module.name for module in pkgutil.iter_modules(paths) if module.name[0] != "_"]

    def load(name: str) -> Any:
        if name in names:
            return getattr(importlib.import_module(names[name]), name)
        if not name.startswith("_") and name in modules():
            return importlib.import_module(f"{package}.{name}")
        raise AttributeError(f"module {package!r} has no attribute {name!r}")

    def listed() -> list[str]:
        return sorted({*names, *modules(), *vars(sys.modules[package])})

    return load, listed
