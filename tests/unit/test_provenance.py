"""The hash of a script's library code changes with what the script uses, and with nothing else."""

import pytest

from playfair import provenance

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
