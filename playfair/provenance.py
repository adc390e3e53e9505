"""What a result was made by: hashes of the library code that a script uses and of plain values.

A workflow manager sees that a script changed, but not that a module which the script imports did.
The hash of a script covers every module of the library that it imports, directly or not.
"""

import ast
import hashlib
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def code_hash(script: str | Path, root: str | Path, package: str = "playfair") -> str:
    """SHA-256 over the modules of `package` that `script` imports, directly or not.

    Of each module its syntax tree counts, without docstrings, so that a changed comment or
    docstring or a reformatted line changes nothing. The script itself is left out.

    Args:
        root: the directory that holds the package's directory.
    """
    root = Path(root)
    found: set[str] = set()
    waiting = list(_imported(Path(script), root, package))
    while waiting:
        module = waiting.pop()
        if module not in found:
            found.add(module)
            waiting += _imported(_file_of(module, root), root, package)
    digest = hashlib.sha256()
    for module in sorted(found):
        digest.update(f"{module}\0{_tree(_file_of(module, root))}\0".encode())
    return digest.hexdigest()


def value_hash(value: Any) -> str:
    """SHA-256 of a value made of dicts, lists, strings, numbers and None."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


@cache
def _imported(path: Path, root: Path, package: str) -> frozenset[str]:
    """The modules of the package that a file imports, with the packages that contain them."""
    modules = set()
    for node in ast.walk(_parse(path)):
        for name in _names(node):
            parts = name.split(".")
            if parts[0] != package:
                continue
            modules |= {
                module
                for end in range(1, len(parts) + 1)
                if _file_of(module := ".".join(parts[:end]), root).is_file()
            }
    return frozenset(modules)


def _names(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        # What is imported from a package may be a module of it.
        yield from (f"{node.module}.{alias.name}" for alias in node.names)


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
