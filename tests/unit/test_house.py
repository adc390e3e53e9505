"""How the library is built: rooms of a size that can be overlooked, arrows that only point down."""

import ast
from collections import Counter

import pytest

from docs import house

MOST_MODULES = 16
FLOOR = {room: floor for floor, rooms in enumerate(house.FLOORS) for room in rooms}


def test_no_folder_holds_more_modules_than_can_be_overlooked():
    paths = (house.PROJECT / house.PACKAGE).rglob("*.py")
    folders = Counter(path.parent for path in paths if path.name != "__init__.py")
    assert {str(folder): count for folder, count in folders.items() if count > MOST_MODULES} == {}


def test_every_module_has_a_room_and_every_room_a_module():
    modules = set(house.modules()) - {"", "data", "models"}
    assert [module for module in modules if not house.room_of(module)] == []
    assert {house.room_of(module) for module in modules} == set(FLOOR)


def test_rooms_import_only_what_lies_on_floors_below():
    assert [
        f"{module} imports {target}"
        for (user, used), pairs in house.arrows().items()
        for module, target in sorted(pairs)
        if FLOOR[used] >= FLOOR[user]
    ] == []


@pytest.mark.parametrize("page", house.PAGES)
def test_pages_say_what_the_library_holds(page):
    assert house.filled(page) == (house.PROJECT / page).read_text(encoding="utf-8"), "run make docs"


def test_the_readme_names_every_folder():
    readme = (house.PROJECT / "README.md").read_text(encoding="utf-8")
    block = readme.partition("## The house")[2].partition("\n## ")[0]
    packages = {path.parent.name for path in (house.PROJECT / house.PACKAGE).glob("*/__init__.py")}
    assert [name for name in packages if f" {name}/ " not in block] == []


def test_no_two_classes_have_one_name():
    names = Counter(
        node.name
        for tree in house.modules().values()
        for node in tree.body
        if isinstance(node, ast.ClassDef)
    )
    assert [name for name, count in names.items() if count > 1] == []
