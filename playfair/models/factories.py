"""Functions of the user's own that make a network: found by import path, called, never guessed."""

import importlib
import inspect
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from playfair.errors import InputError
from playfair.provenance import find_module


def call_factory(factory_path: str, arguments: Mapping[str, Any]) -> Any:
    """What the function package.module:function returns for these keyword arguments.

    Raises:
        InputError: as for :func:`import_factory`, or if it does not take these arguments. An error
            inside of the function is passed on as it is.
    """
    factory = import_factory(factory_path)
    try:
        inspect.signature(factory).bind(**arguments)
    except TypeError as error:
        raise InputError(
            f"The factory {factory_path} does not take the arguments "
            f"{', '.join(arguments) or '(none)'} of the configuration: {error}"
        ) from error
    return factory(**arguments)


def import_factory(factory_path: str) -> Callable[..., Any]:
    """The function package.module:function, the working directory first on the Python path.

    Raises:
        InputError: if the module or the function is not there. An error inside of the module is
            passed on as it is.
    """
    module_name, _, attribute = factory_path.partition(":")
    find_module(module_name)
    if sys.path[0] != str(Path.cwd()):
        sys.path.insert(0, str(Path.cwd()))
    importlib.invalidate_caches()
    module = importlib.import_module(module_name)
    factory: Any = getattr(module, attribute, None)
    if factory is None:
        raise InputError(
            f"The module {module_name} ({module.__file__}) has no {attribute!r}, which the factory "
            f"{factory_path} names: define it there, or name another function"
        )
    if not callable(factory):
        raise InputError(
            f"The factory {factory_path} is of type {type(factory).__name__}: expected a function "
            "that returns a model"
        )
    function: Callable[..., Any] = factory
    return function
