"""What a result was made by: hashes of the code that a script uses and of plain values.

A workflow manager sees that a script changed, but not that a module which the script imports did.
The hash of a script covers the modules of the library that it imports, directly or not, but for
those that change no number; that of a user's module also covers the modules that lie beside it.
"""

import ast
import hashlib
import json
import re
import sys
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from functools import cache
from importlib.machinery import PathFinder
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from playfair.errors import InputError
from playfair.files import written_whole

PLUMBING: Mapping[str, str] = {
    "playfair": "the version, and names that load on first use",
    "playfair.errors": "sentences",
    "playfair.files": "files that appear whole or not at all",
    "playfair.logs": "what a job says",
    "playfair.models.devices": "where networks run; what was asked for is an option",
    "playfair.models.gpu_claims": "which GPU is free",
    "playfair.processes": "who does the work, not what",
    "playfair.provenance": "hashes are compared, and go into no number",
}
"""Modules that no hash covers, and why a change of theirs changes no number."""

_LOADED = re.compile(r"([\w.]+):(\w+)")
_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


@cache
def code_hash(
    script: str | Path,
    root: str | Path,
    choices: frozenset[str] = frozenset(),
    also: frozenset[str] = frozenset(),
    package: str = "playfair",
    memory: str | Path | None = None,
) -> str:
    """SHA-256 over the modules of `package` on which the numbers of `script` depend.

    Of each module its syntax tree counts, without docstrings, so that a changed comment or
    docstring or a reformatted line changes nothing. The script itself is left out.

    Args:
        root: the directory that holds the package's directory.
        choices, also: see :func:`used_modules`.
        memory: a file that keeps from one start to the next what was read of the sources, which
            takes a second without it. It is made if it is not there, or not as it should be.
    """
    if memory:
        _recall(Path(memory))
    found = _hash(used_modules(script, root, choices, also, package), Path(root), choices)
    if memory:
        _keep(Path(memory))
    return found


def used_modules(
    script: str | Path,
    root: str | Path,
    choices: Collection[str] = (),
    also: Collection[str] = (),
    package: str = "playfair",
) -> set[str]:
    """The modules of `package` that `script` imports, directly or not, without `PLUMBING`.

    A package's `__init__` counts only if something is imported from it that is no module.

    Args:
        root: the directory that holds the package's directory.
        choices: names that a job has chosen, such as its attribution method. A table of choices is
            a dict at the top of a module, written out, from names to what loads on first use:
            ``METHODS = {"exact": "playfair.attribution.exact.method:Exact", ...}``. Of a table that
            has one of these names the other lines do not count; of any other table all do.
        also: modules that the script imports by names that do not stand in it.
    """
    root = Path(root)
    chosen = frozenset(choices)
    modules = _imported(Path(script), root, package, "", chosen).union(also)
    return _closure(modules, root, package, chosen)


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
    return _hash(_closure({module}, root, package, None), root, None)


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


def _closure(
    modules: Collection[str], root: Path, package: str | None, choices: frozenset[str] | None
) -> set[str]:
    """These modules and what they import, directly or not; for `choices` see `_imported`."""
    found: set[str] = set()
    waiting = list(modules)
    while waiting:
        module = waiting.pop()
        if module not in found and (choices is None or module not in PLUMBING):
            found.add(module)
            path = _file_of(module, root)
            inside = module if path.name == "__init__.py" else module.rpartition(".")[0]
            waiting += _imported(path, root, package, inside, _made_in(path, choices))
    return found


def _hash(modules: Collection[str], root: Path, choices: frozenset[str] | None) -> str:
    digest = hashlib.sha256()
    for module in sorted(modules):
        path = _file_of(module, root)
        of_module = bytes.fromhex(_source(path, _made_in(path, choices)).digest)
        digest.update(module.encode() + b"\0" + of_module)
    return digest.hexdigest()


def _made_in(path: Path, choices: frozenset[str] | None) -> frozenset[str] | None:
    """Those of the choices that a file's own tables offer: for no other is it read anew."""
    return choices and choices.intersection(_source(path, frozenset()).offered)


def value_hash(value: Any) -> str:
    """SHA-256 of a value made of dicts, lists, strings, numbers and None."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


@cache
def _imported(
    path: Path, root: Path, package: str | None, inside: str, choices: frozenset[str] | None
) -> frozenset[str]:
    """The modules that a file imports.

    Only those of `package` count; None stands for whatever lies below `root`. inside: the package
    that the file belongs to, which relative imports start from. choices: see `used_modules`; None
    for a user's code, where the `__init__` of every package on the way may matter, too.
    """
    modules = set()
    for name in _source(path, choices).imports:
        parts = _absolute(name, inside)
        if package is not None and parts[0] != package:
            continue
        found = [
            module
            for end in range(1, len(parts) + 1)
            if _file_of(module := ".".join(parts[:end]), root).is_file()
        ]
        modules.update(found if choices is None else found[-1:])
    return frozenset(modules)


def _absolute(name: str, inside: str) -> list[str]:
    """The parts of an imported name; one that begins with dots is meant from a package on."""
    parts = name.lstrip(".").split(".")
    level = len(name) - len(name.lstrip("."))
    base = inside.split(".")
    return [*base[: len(base) - level + 1], *parts] if level else parts


def _names(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        source = "." * node.level + (f"{node.module}." if node.module else "")
        # What is imported from a package may be a module of it.
        yield from (f"{source}{alias.name}" for alias in node.names)
    elif loaded := _loaded_by(node):
        yield loaded


def _file_of(module: str, root: Path) -> Path:
    path = root.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


class _Source(NamedTuple):
    """What counts of a source file.

    digest: SHA-256 of its syntax tree without what changes no number and what was not chosen.
    imports: names, relative ones with their dots. offered: the names in its tables of choices.
    """

    digest: str
    imports: list[str]
    offered: list[str]


@cache
def _source(path: Path, choices: frozenset[str] | None) -> _Source:
    text = path.read_text(encoding="utf-8")
    key = value_hash([text, sorted(choices or ())])
    if key not in _known:
        tree = _read(text, path, choices)
        lines = [line for statement in tree.body for line in _table(statement)]
        _known[key] = _Source(
            hashlib.sha256(_text(tree).encode()).hexdigest(),
            sorted({name for node in ast.walk(tree) for name in _names(node)}),
            [str(name.value) for name, _ in lines if isinstance(name, ast.Constant)],
        )
        _new.add(key)
    return _known[key]


_known: dict[str, _Source] = {}
_new: set[str] = set()


@cache
def _recall(memory: Path) -> None:
    """Know what another start has kept, if this very module did."""
    with suppress(OSError, ValueError, TypeError, KeyError):
        kept = json.loads(memory.read_text(encoding="utf-8"))
        if kept["by"] == _digest_of_this_module():
            _known.update({key: _Source(*source) for key, source in kept["sources"].items()})


def _keep(memory: Path) -> None:
    """Write what is known, if some of it is new, where that can be written."""
    if not _new:
        return
    with suppress(OSError, InputError), written_whole(memory) as temporary:
        kept = {"by": _digest_of_this_module(), "sources": _known}
        temporary.write_text(json.dumps(kept), encoding="utf-8")
        _new.clear()


@cache
def _digest_of_this_module() -> str:
    return hashlib.sha256(Path(__file__).read_bytes()).hexdigest()


def _read(text: str, path: Path, choices: frozenset[str] | None) -> ast.Module:
    """The syntax tree of a file without what changes no number and without what was not chosen."""
    tree = ast.parse(text, filename=str(path))
    for node in ast.walk(tree):
        if isinstance(node, _DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:]
    tree.body = [statement for statement in tree.body if not _is_for_types(statement)]
    for statement in tree.body:
        _choose(statement, choices or frozenset())
    return tree


def _is_for_types(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.If) and ast.unparse(statement.test) == "TYPE_CHECKING"


def _choose(statement: ast.stmt, choices: frozenset[str]) -> None:
    """Take what was not chosen out of a table, if the statement is one and something was."""
    chosen = [line for line in _table(statement) if getattr(line[0], "value", None) in choices]
    if chosen:
        table: Any = statement
        table.value.keys = [key for key, _ in chosen]
        table.value.values = [value for _, value in chosen]


def _table(statement: ast.stmt) -> list[tuple[ast.expr | None, ast.expr]]:
    """The lines of a table of choices, none of any other statement."""
    table = statement.value if isinstance(statement, ast.Assign | ast.AnnAssign) else None
    if not isinstance(table, ast.Dict) or not all(map(_loaded_by, table.values)):
        return []
    return list(zip(table.keys, table.values, strict=True))


def _loaded_by(node: ast.AST) -> str | None:
    """The dotted name of what a string such as "package.module:name" loads, None for any other."""
    text = node.value if isinstance(node, ast.Constant) else None
    found = _LOADED.fullmatch(text) if isinstance(text, str) else None
    return ".".join(found.groups()) if found else None


def _text(node: Any) -> str:
    """A syntax tree as text, the same in every version of Python: what is empty is left out."""
    if isinstance(node, list):
        return f"[{','.join(map(_text, node))}]"
    if not isinstance(node, ast.AST):
        return repr(node)
    if isinstance(node, ast.JoinedStr):
        # Python 3.12 adds empty parts.
        return _text([part for part in node.values if getattr(part, "value", None) != ""])
    # Whether a name is read or assigned follows from where it stands.
    fields = ((name, getattr(node, name, None)) for name in node._fields if name != "ctx")
    full = [f"{name}={_text(value)}" for name, value in fields if value is not None and value != []]
    return f"{type(node).__name__}({','.join(full)})"
