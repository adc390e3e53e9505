"""What a result was made by: hashes of the code that a script uses and of plain values.

A workflow manager sees that a script changed, but not that a module which the script imports did.
The hash of a script covers every module of the library that it imports, directly or not; that of a
user's module also covers the modules that lie beside it.
"""

import ast
import hashlib
import json
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.machinery import PathFinder
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from playfair.errors import InputError

_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def code_hash(
    script: str | Path, root: str | Path, package: str = "playfair", also: Iterable[str] = ()
) -> str:
    """SHA-256 over the modules of `package` that `script` imports, directly or not.

    Of each module its syntax tree counts, without docstrings, so that a changed comment or
    docstring or a reformatted line changes nothing. The script itself is left out.

    Args:
        root: the directory that holds the package's directory.
        also: modules that the script imports by names that do not stand in it.
    """
    root = Path(root)
    modules = _imported(Path(script), root, package).union(also)
    return _hash_with_imports(modules, root, package)


def module_hash(module: str) -> str:
    """SHA-256 over a user's module and what it imports, directly or not, from its directory.

    As in :func:`code_hash` syntax trees count, without docstrings. Nothing is imported. Of a module
    that lies outside the working directory, such as an installed one, its own package counts.

    Raises:
        InputError: as for :func:`find_module`.
    """
    path = find_module(module)
    # A package's file is one level further down than a module's.
    depth = module.count(".") + (path.name == "__init__.py")
    root = path.parents[depth]
    package = None if root == Path.cwd() else module.split(".")[0]
    return _hash_with_imports([module], root, package)


def find_module(module: str) -> Path:
    """The source file of a module on the Python path, the working directory first.

    Raises:
        InputError: if there is none.
    """
    PathFinder.invalidate_caches()
    top, *rest = module.split(".")
    # The finders of editable installations are not on the path: asked second.
    spec = PathFinder.find_spec(top, [str(Path.cwd()), *sys.path]) or find_spec(top)
    for part in rest:
        if spec is not None:
            inside = spec.submodule_search_locations
            spec = PathFinder.find_spec(part, list(inside)) if inside else None
    origin = spec.origin if spec else None
    if origin is None or not origin.endswith(".py"):
        raise InputError(
            f"The Python module {module!r} was not found: put "
            f"{module.replace('.', '/')}.py into the working directory, {Path.cwd()}, or install it"
        )
    return Path(origin)


def _hash_with_imports(modules: Iterable[str], root: Path, package: str | None) -> str:
    found: set[str] = set()
    waiting = list(modules)
    while waiting:
        module = waiting.pop()
        if module not in found:
            found.add(module)
            path = _file_of(module, root)
            inside = module if path.name == "__init__.py" else module.rpartition(".")[0]
            waiting += _imported(path, root, package, inside)
    digest = hashlib.sha256()
    for module in sorted(found):
        digest.update(f"{module}\0{_tree(_file_of(module, root))}\0".encode())
    return digest.hexdigest()


def value_hash(value: Any) -> str:
    """SHA-256 of a value made of dicts, lists, strings, numbers and None."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


@cache
def _imported(path: Path, root: Path, package: str | None, inside: str = "") -> frozenset[str]:
    """The modules that a file imports, with the packages that contain them.

    Only those of `package` count; None stands for whatever lies below `root`. inside: the package
    that the file belongs to, which relative imports start from.
    """
    modules = set()
    for node in ast.walk(_parse(path)):
        for name in _names(node, inside):
            parts = name.split(".")
            if package is not None and parts[0] != package:
                continue
            modules |= {
                module
                for end in range(1, len(parts) + 1)
                if _file_of(module := ".".join(parts[:end]), root).is_file()
            }
    return frozenset(modules)


def _names(node: ast.AST, inside: str) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        parts = inside.split(".")
        base = parts[: len(parts) - node.level + 1] if node.level else []
        source = ".".join([*base, *([node.module] if node.module else [])])
        # What is imported from a package may be a module of it.
        yield from (f"{source}.{alias.name}" for alias in node.names)


def _file_of(module: str, root: Path) -> Path:
    path = root.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


@cache
def _parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


@cache
def _tree(path: Path) -> str:
    tree = _parse(path)
    for node in ast.walk(tree):
        if isinstance(node, _DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:]
    return ast.dump(tree)
