"""The catalogue: which figures there are, and what each says about itself.

Every module of this folder, or of one in it, that assigns `FIGURE = FigureEntry(...)` is a figure,
called like its module. Its entry is read from the source, without importing the module: the
workflow asks for it whenever it starts, and matplotlib would take longer than all the rest.
"""

import ast
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class FigureOption:
    """An option of a figure, a key of its section figures.<figure> of the configuration.

    Attributes:
        type: a type, such as int or int | None.
        bounds: what pydantic's Field takes: ge, gt, le, lt, min_length, pattern.
    """

    name: str
    type: Any
    default: Any
    description: str
    bounds: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class FigureEntry:
    """What a figure is called, where it stands and what it is drawn from.

    Its module has a function `draw`, which takes what is named here as keyword arguments and
    returns the table of the figure's numbers and the figure.

    Attributes:
        title: a question or statement in plain words, for the gallery.
        category: the heading that it stands under in the report.
        order: its place in the gallery; the smallest comes first, equal ones by name.
        needs: files without which there is no figure, as the workflow calls them. Each is a path,
            or a list of paths where there is one per model.
        uses: other files that it draws if there are any; None stands for those that there are not.
        facts: values of the whole workflow that it takes, such as fps.
        options: its own, with their defaults.
    """

    title: str
    category: str
    order: int = 1000
    needs: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    options: tuple[FigureOption, ...] = ()


@cache
def read_catalogue(folder: Path = Path(__file__).parent) -> dict[str, FigureEntry]:
    """The figures by name, in the order of the gallery."""
    found = {path.stem: _entry(path) for path in folder.rglob("*.py")}
    entries = {name: entry for name, entry in found.items() if entry is not None}
    return dict(sorted(entries.items(), key=lambda item: (item[1].order, item[0])))


@cache
def figure_module(name: str) -> str:
    """The module of a figure."""
    folder = Path(__file__).parent
    (path,) = folder.rglob(f"{name}.py")
    return ".".join(["playfair.figures", *path.relative_to(folder).with_suffix("").parts])


def _entry(path: Path) -> FigureEntry | None:
    """What the module assigns to FIGURE, in which no other name of the module may stand."""
    for node in ast.parse(path.read_text(encoding="utf-8"), filename=str(path)).body:
        if isinstance(node, ast.Assign) and [*map(ast.unparse, node.targets)] == ["FIGURE"]:
            code = compile(ast.Expression(node.value), str(path), "eval")
            names = {"FigureEntry": FigureEntry, "FigureOption": FigureOption}
            entry: FigureEntry = eval(code, names)
            return entry
    return None
