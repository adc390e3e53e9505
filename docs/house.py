"""The house: which rooms the library has, what they hold, and which of them use which.

    python -m docs.house            write the generated blocks of the pages
    python -m docs.house --check    say which of them differ, and fail

A room is a folder of modules, or a module that lies in playfair/ itself. Rooms stand on floors; a
room imports rooms on floors below it only (`tests/unit/test_house.py` holds the library to that).
"""

import ast
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from playfair.attribution.methods.registry import METHODS, method_class, option_names
from playfair.figures.catalogue import read_catalogue

PROJECT = Path(__file__).parents[1]
PACKAGE = "playfair"
FLOORS = (
    ("errors", "lazy"),
    ("files",),
    ("provenance", "processes"),
    ("logs",),
    ("attribution.limits", "attribution.result"),
    ("data.clips", "data.download"),
    ("data.video",),
    ("data.stores", "data.synthetic"),
    ("models.checkpoints", "models.factories", "models.gpu_claims"),
    ("models.devices",),
    ("models.backbones", "models.heads"),
    ("models.clip_networks",),
    ("models.training",),
    ("attribution.games",),
    ("attribution.methods",),
    ("attribution.exact",),
    ("attribution.samplers", "attribution.compared"),
    ("attribution",),
    ("evaluation",),
    ("figures.drawing",),
    ("figures",),
    ("definitions", "clip_text", "workflow"),
    ("config_errors",),
    ("config",),
    ("config_reference", "trust"),
    ("config_files", "runs"),
    ("commands", "dashboard"),
    ("cli",),
    ("__main__",),
)
"""From the ground up. A module belongs to the longest of these names that it begins with."""
PAGES = ("README.md", "docs/attribution.md", "docs/house.md")
MAPS = {"docs/attribution.md": ("attribution",), "docs/house.md": None}
"""Pages with a map of the modules in these packages; None: in all."""


@cache
def modules() -> dict[str, ast.Module]:
    """The syntax tree of every module and package, by its name without "playfair."."""
    found = {}
    for path in sorted((PROJECT / PACKAGE).rglob("*.py")):
        name = ".".join(path.relative_to(PROJECT / PACKAGE).with_suffix("").parts)
        found[name.removesuffix("__init__").rstrip(".")] = ast.parse(path.read_bytes())
    return found


def room_of(module: str) -> str:
    """The room of a module, "" for one that has none."""
    rooms = [room for floor in FLOORS for room in floor]
    return max((room for room in rooms if f"{module}.".startswith(f"{room}.")), key=len, default="")


def imports_of(tree: ast.Module, known: dict[str, ast.Module]) -> Iterator[str]:
    """The modules of the library that a module imports, anywhere in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            members = [f"{node.module}.{alias.name}" for alias in node.names]
            names = [
                name if name.removeprefix(f"{PACKAGE}.") in known else str(node.module)
                for name in members
            ]
        else:
            continue
        for name in names:
            if name.startswith(f"{PACKAGE}."):
                yield name.removeprefix(f"{PACKAGE}.")


@cache
def arrows() -> dict[tuple[str, str], set[tuple[str, str]]]:
    """By two rooms, the first of which imports the second: which modules do, as pairs."""
    known = modules()
    packages = {name.rpartition(".")[0] for name in known}
    found: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for module, tree in known.items():
        for target in imports_of(tree, known):
            pair = room_of(module), room_of(target)
            # The doors of packages, their __init__, name what lies on any floor.
            if pair[0] != pair[1] and "" not in pair and module not in packages:
                found.setdefault(pair, set()).add((module, target))
    return found


def shortest_arrows() -> list[tuple[str, str]]:
    """The arrows without those that a way over other rooms says already, sorted."""
    below: dict[str, set[str]] = {}
    for user, used in arrows():
        below.setdefault(user, set()).add(used)

    def reached(room: str) -> set[str]:
        rooms: set[str] = set()
        ahead = set(below.get(room, ()))
        while ahead:
            rooms |= ahead
            ahead = {used for direct in ahead for used in below.get(direct, ())} - rooms
        return rooms

    return sorted(
        (user, used)
        for user, direct in below.items()
        for used in direct
        if not any(used in reached(other) for other in direct - {used})
    )


def picture() -> str:
    """The rooms and their shortest arrows as a Mermaid flowchart, packages as boxes around them."""
    lines = ["```mermaid", "flowchart TD"]
    packages: dict[str, list[str]] = {}
    for room in (room for floor in reversed(FLOORS) for room in floor):
        packages.setdefault(room.partition(".")[0], []).append(room)
    for package, rooms in packages.items():
        if len(rooms) == 1:
            lines.append(f"    {_node(rooms[0])}")
        else:
            lines.append(f"    subgraph {package}")
            lines += [f"        {_node(room)}" for room in rooms]
            lines.append("    end")
    lines += [f"    {_id(user)} --> {_id(used)}" for user, used in shortest_arrows()]
    return "\n".join([*lines, "```"])


def _id(room: str) -> str:
    return f"room_{room.replace('.', '_')}"


def _node(room: str) -> str:
    return f'{_id(room)}["{room}"]'


def module_map(packages: tuple[str, ...] | None = None) -> str:
    """A table of modules, room by room from the top floor down, each with its docstring's line."""
    known = modules()
    rooms = [room for floor in reversed(FLOORS) for room in floor]
    lines = ["| module | what it holds |", "| --- | --- |"]
    for room in rooms:
        if packages and room.partition(".")[0] not in packages:
            continue
        names = [name for name in known if name and room_of(name) == room and name != room]
        if room in known:
            lines.append(f"| **`{room}`** | **{_first_line(known[room])}** |")
        lines += [f"| `{name}` | {_first_line(known[name])} |" for name in names]
    return "\n".join(lines)


def _first_line(tree: ast.Module) -> str:
    line = (ast.get_docstring(tree) or "").partition("\n")[0]
    return line.removesuffix(".").replace("|", "\\|")


def figure_table() -> str:
    """A table of the figures in the order of the gallery, each with its title."""
    rows = [f"| `{name}` | {figure.title} |" for name, figure in read_catalogue().items()]
    return "\n".join(["| figure | what it shows |", "| --- | --- |", *rows])


def methods_table() -> str:
    """A table of the attribution methods and their options, in the order of the registry."""
    lines = ["| method | options | idea | use it |", "| --- | --- | --- | --- |"]
    for name in METHODS:
        method = method_class(name)
        options = ", ".join(f"`{option}`" for option in option_names(name)) or "none"
        lines.append(f"| `{name}` | {options} | {method.summary} | {method.advice} |")
    return "\n".join(lines)


@cache
def blocks() -> dict[tuple[str, str], str]:
    """What is generated, by page and name of the block."""
    maps = {(page, "modules"): module_map(packages) for page, packages in MAPS.items()}
    return {
        ("README.md", "figures"): figure_table(),
        ("docs/house.md", "picture"): picture(),
        ("docs/attribution.md", "methods"): methods_table(),
        **maps,
    }


def filled(page: str) -> str:
    """A page with its generated blocks as they should be.

    Raises:
        ValueError: if the page lacks the marks of a block.
    """
    text = (PROJECT / page).read_text(encoding="utf-8")
    for (owner, name), block in blocks().items():
        if owner != page:
            continue
        start, end = f"<!-- {name}: written by `make docs` -->\n", f"<!-- end of {name} -->"
        if start not in text or end not in text:
            raise ValueError(f"{page} lacks the lines {start.strip()} and {end}")
        before, rest = text.split(start, 1)
        text = f"{before}{start}{block}\n{end}{rest.split(end, 1)[1]}"
    return text


def main(arguments: list[str]) -> int:
    """Write the pages or, with --check, compare them; returns the exit code."""
    differing = [
        page for page in PAGES if filled(page) != (PROJECT / page).read_text(encoding="utf-8")
    ]
    if "--check" in arguments:
        for page in differing:
            print(f"{page} does not say what the library holds: run `make docs`", file=sys.stderr)
        return int(bool(differing))
    for page in differing:
        (PROJECT / page).write_text(filled(page), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
