"""The hash of a script's library code changes with what the script uses, and with nothing else."""

import pytest

from playfair import provenance
from playfair.errors import InputError

FILES = {
    "lib/__init__.py": "",
    "lib/data/__init__.py": '"""Data."""\n',
    "lib/data/read.py": (
        '"""Read."""\nfrom lib import errors\n\ndef read():\n    """Doc."""\n    return 1\n'
    ),
    "lib/data/other.py": "OTHER = 1\n",
    "lib/errors.py": "class Error(ValueError):\n    '''Doc.'''\n",
    "script.py": "import numpy\nfrom lib.data.read import read\nread()\n",
}


@pytest.fixture
def project(tmp_path):
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def hash_of(project):
    provenance._imported.cache_clear()
    provenance._parse.cache_clear()
    provenance._tree.cache_clear()
    return provenance.code_hash(project / "script.py", project, package="lib")


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("lib/data/read.py", '"""Doc."""', '"""Another docstring."""'),
        ("lib/data/read.py", "return 1", "return 1  # why"),
        ("lib/data/read.py", "return 1", "return (\n        1\n    )"),
        ("lib/data/other.py", "OTHER = 1", "OTHER = 2"),
        ("lib/errors.py", "'''Doc.'''", "'''Else.'''"),
        ("script.py", "read()\n", "read()\nread()\n"),
    ],
)
def test_unchanged_by(project, file, old, new):
    before = hash_of(project)
    replace(project / file, old, new)
    assert hash_of(project) == before


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("lib/data/read.py", "return 1", "return 2"),
        ("lib/errors.py", "ValueError", "KeyError"),
        ("lib/__init__.py", "", "VERSION = 2\n"),
        ("script.py", "from lib.data.read import read", "from lib.data import other, read"),
    ],
)
def test_changed_by(project, file, old, new):
    before = hash_of(project)
    replace(project / file, old, new)
    assert hash_of(project) != before


def replace(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_docstring_does_not_vanish_into_an_empty_class(project):
    replace(project / "lib/errors.py", "'''Doc.'''", "'''Doc.'''\n    code = 3")
    before = hash_of(project)
    replace(project / "lib/errors.py", "code = 3", "code = 4")
    assert hash_of(project) != before


def test_value_hash_ignores_the_order_of_keys():
    assert provenance.value_hash({"a": 1, "b": [2]}) == provenance.value_hash({"b": [2], "a": 1})
    assert provenance.value_hash({"a": 1}) != provenance.value_hash({"a": 2})


USER_FILES = {
    "their_model.py": "from helpers.layers import LAYER\n\ndef make():\n    return LAYER\n",
    "helpers/__init__.py": "",
    "helpers/layers.py": "from .parts import PART\nfrom . import more\n\nLAYER = PART\n",
    "helpers/parts.py": "PART = 1\n",
    "helpers/more.py": "MORE = 1\n",
    "helpers/unused.py": "UNUSED = 1\n",
    "beside.py": "BESIDE = 1\n",
}


@pytest.fixture
def working_directory(tmp_path, monkeypatch):
    for name, text in USER_FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def hash_of_module(module):
    provenance._imported.cache_clear()
    provenance._parse.cache_clear()
    provenance._tree.cache_clear()
    return provenance.module_hash(module)


@pytest.mark.parametrize(
    ("module", "file", "counts"),
    [
        ("their_model", "their_model.py", True),
        ("their_model", "helpers/__init__.py", True),
        ("their_model", "helpers/layers.py", True),
        ("their_model", "helpers/parts.py", True),
        ("their_model", "helpers/more.py", True),
        ("their_model", "helpers/unused.py", False),
        ("their_model", "beside.py", False),
        ("helpers.layers", "helpers/parts.py", True),
        ("helpers.layers", "their_model.py", False),
        ("helpers", "helpers/__init__.py", True),
        ("helpers", "helpers/parts.py", False),
    ],
)
def test_users_module_counts_with_what_it_imports(working_directory, module, file, counts):
    before = hash_of_module(module)
    with open(working_directory / file, "a") as opened:
        opened.write("\nADDED = 2\n")
    assert (hash_of_module(module) != before) is counts


def test_of_an_installed_module_its_own_package_counts(
    working_directory, tmp_path_factory, monkeypatch
):
    installed = tmp_path_factory.mktemp("installed")
    (installed / "their_package").mkdir()
    (installed / "their_package/__init__.py").write_text("from .net import Net\nimport other\n")
    (installed / "their_package/net.py").write_text("Net = 1\n")
    (installed / "other.py").write_text("OTHER = 1\n")
    monkeypatch.syspath_prepend(str(installed))
    before = hash_of_module("their_package")
    (installed / "other.py").write_text("OTHER = 2\n")
    assert hash_of_module("their_package") == before
    (installed / "their_package/net.py").write_text("Net = 2\n")
    assert hash_of_module("their_package") != before


def test_the_working_directory_comes_before_what_is_installed(working_directory, monkeypatch):
    (working_directory / "h5py.py").write_text("MINE = 1\n")
    assert provenance.find_module("h5py") == working_directory / "h5py.py"


@pytest.mark.parametrize(
    ("module", "file"),
    [
        ("nowhere", "nowhere.py"),
        ("helpers.nowhere", "helpers/nowhere.py"),
        ("their_model.make", "their_model/make.py"),
        ("math", "math.py"),
    ],
)
def test_a_module_without_source_is_named_with_the_place_for_it(working_directory, module, file):
    with pytest.raises(InputError, match=f"'{module}' was not found: put {file} into"):
        provenance.find_module(module)
