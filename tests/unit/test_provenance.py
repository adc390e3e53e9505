"""The hash of a script's library code changes with what the script uses, and with nothing else."""

import ast
from pathlib import Path

import pytest

from playfair import provenance
from playfair.attribution.methods import registry
from playfair.errors import InputError

FILES = {
    "lib/__init__.py": "",
    "lib/data/__init__.py": '"""Data."""\n',
    "lib/data/read.py": (
        '"""Read."""\nfrom lib import errors\n\ndef read():\n    """Doc."""\n    return 1\n'
    ),
    "lib/data/other.py": "OTHER = 1\n",
    "lib/errors.py": "class Error(ValueError):\n    '''Doc.'''\n",
    "lib/methods/__init__.py": "",
    "lib/methods/table.py": (
        "import importlib\nfrom lib.methods.shared import SHARED\n\n"
        "METHODS: dict = {\n"
        "    'fast': 'lib.methods.fast:Fast',\n"
        "    'slow': 'lib.methods.slow:Slow',\n"
        "    'lazy': 'lib.methods.slow:Lazy',\n"
        "}\n"
        "UNITS = {'fast': 'm', 'slow': 'cm'}\n\n"
        "def load(name):\n    return importlib.import_module(METHODS[name].split(':')[0])\n"
    ),
    "lib/methods/shared.py": (
        "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from lib import errors\n\n"
        "SHARED = 1\n"
    ),
    "lib/methods/fast.py": "class Fast:\n    pass\n",
    "lib/methods/slow.py": (
        "class Slow:\n    def run(self):\n        from lib.methods import parts\n\nLazy = Slow\n"
    ),
    "lib/methods/parts.py": "from lib.methods import fast\n",
    "script.py": "import numpy\nfrom lib.data.read import read\nread()\n",
    "choosing.py": "from lib.methods.table import METHODS\n",
}

ROOT = Path(__file__).parents[2]
SCRIPTS = sorted(ROOT.glob("scripts/*.py"))


@pytest.fixture
def project(tmp_path):
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def forget():
    for cached in (
        provenance.code_hash,
        provenance._imported,
        provenance._source,
        provenance._recall,
    ):
        cached.cache_clear()
    provenance._known.clear()


def hash_of(project, script="script.py", choice=None):
    forget()
    choices = frozenset([choice] if choice else [])
    return provenance.code_hash(project / script, project, choices, package="lib")


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("lib/data/read.py", '"""Doc."""', '"""Another docstring."""'),
        ("lib/data/read.py", "return 1", "return 1  # why"),
        ("lib/data/read.py", "return 1", "return (\n        1\n    )"),
        ("lib/data/other.py", "OTHER = 1", "OTHER = 2"),
        ("lib/errors.py", "'''Doc.'''", "'''Else.'''"),
        ("lib/__init__.py", "", "VERSION = 2\n"),
        ("lib/data/__init__.py", "", "from lib.data import other\n"),
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
        ("script.py", "from lib.data.read import read", "from lib.data import other, read"),
        ("script.py", "from lib.data.read import read", "from lib.data import read, OTHER"),
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


ALL_METHODS = ["fast", "parts", "slow"]


@pytest.mark.parametrize(
    ("choice", "counted"),
    [
        (None, ALL_METHODS),
        ("fast", ["fast"]),
        ("slow", ["fast", "parts", "slow"]),
        ("lazy", ["fast", "parts", "slow"]),
        ("of another table", ALL_METHODS),
    ],
)
def test_of_a_table_what_was_chosen_counts_with_what_it_imports(project, choice, counted):
    choices = [choice] if choice else []
    forget()
    used = provenance.used_modules(project / "choosing.py", project, choices, package="lib")
    assert sorted(used) == [f"lib.methods.{name}" for name in sorted([*counted, "shared", "table"])]
    before = hash_of(project, "choosing.py", choice)
    for name in ALL_METHODS:
        path = project / f"lib/methods/{name}.py"
        text = path.read_text()
        path.write_text(text + "\nADDED = 1\n")
        assert (hash_of(project, "choosing.py", choice) != before) is (name in counted), name
        path.write_text(text)


def test_one_more_method_changes_no_hash_of_those_that_chose_another(project):
    before = [hash_of(project, "choosing.py", choice) for choice in ("fast", None)]
    replace(
        project / "lib/methods/table.py",
        "    'fast':",
        "    'other': 'lib.data.other:O',\n    'fast':",
    )
    after = [hash_of(project, "choosing.py", choice) for choice in ("fast", None)]
    assert after[0] == before[0]
    assert after[1] != before[1]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("METHODS[name]", "METHODS[name.lower()]"),
        ("slow': 'cm'", "slow': 'mm'"),
        ("fast:Fast", "fast:Faster"),
    ],
)
def test_the_rest_of_a_tables_module_counts(project, old, new):
    before = hash_of(project, "choosing.py", "fast")
    replace(project / "lib/methods/table.py", old, new)
    assert hash_of(project, "choosing.py", "fast") != before


def test_modules_that_a_script_imports_by_name_count(project):
    used = provenance.used_modules(
        project / "script.py", project, also=["lib.data.other"], package="lib"
    )
    assert sorted(used) == ["lib.data.other", "lib.data.read", "lib.errors"]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_steps_do_not_depend_on_plumbing_or_on_what_packages_say(script):
    used = provenance.used_modules(script, ROOT)
    assert not used & provenance.PLUMBING.keys()
    packages = [module for module in used if (ROOT / module.replace(".", "/")).is_dir()]
    assert packages == [], "import from the modules themselves"


def test_plumbing_is_there():
    for module, reason in provenance.PLUMBING.items():
        assert provenance._file_of(module, ROOT).is_file(), module
        assert reason


@pytest.mark.parametrize("chosen", ["small", "bninception", "resnet50", "torchvision"])
def test_features_depend_on_their_own_architecture_only(chosen):
    modules = {
        "small": "small_cnn",
        "bninception": "bninception",
        "resnet50": "resnet50",
        "torchvision": "torchvision_backbones",
    }
    for script in ("extract_features", "train_backbone"):
        used = provenance.used_modules(ROOT / f"scripts/{script}.py", ROOT, [chosen])
        networks = {f"playfair.models.backbones.{module}" for module in modules.values()}
        assert used & networks == {f"playfair.models.backbones.{modules[chosen]}"}


@pytest.mark.parametrize(
    "chosen", [name for name in registry.METHODS if registry.method_class(name).gives_esvs]
)
def test_esvs_depend_on_their_own_method_only(chosen):
    modules = {name: entry.partition(":")[0] for name, entry in registry.METHODS.items()}
    for script in ("compute_esvs", "compute_all_frames_esvs"):
        used = provenance.used_modules(ROOT / f"scripts/{script}.py", ROOT, [chosen])
        built_on = {"auto": ["exact", "regression", "adaptive"], "adaptive": ["regression"]}
        allowed = {modules[name] for name in (chosen, *built_on.get(chosen, []))}
        assert used & set(modules.values()) == allowed
        samplers = [
            module for module in used if module.startswith("playfair.attribution.samplers.")
        ]
        assert bool(samplers) is (chosen in [*registry.samplers(), "auto"])


def test_a_syntax_tree_reads_the_same_in_every_python():
    # What differs between 3.11, 3.12 and 3.13: empty lists, and the empty part behind {width}.
    tree = ast.parse('def pad(text, width):\n    return f"{text:>{width}}"\n')
    [function] = tree.body
    [returned] = function.body
    format_spec = returned.value.values[0].format_spec
    before = provenance._text(tree)
    format_spec.values.append(ast.Constant(""))
    del function.decorator_list
    assert provenance._text(tree) == before
    format_spec.values.append(ast.Constant(" "))
    assert provenance._text(tree) != before


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
    forget()
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


@pytest.fixture
def remembered(project, tmp_path):
    """A function that gives the hash of the script at another start, with a memory."""
    memory = tmp_path / "memory/sources.json"

    def start():
        forget()
        return provenance.code_hash(project / "script.py", project, package="lib", memory=memory)

    start.memory = memory
    return start


def test_what_another_start_has_read_is_not_read_again(project, remembered, monkeypatch):
    first = remembered()
    assert first == hash_of(project)
    monkeypatch.setattr(provenance, "_read", None)
    assert remembered() == first
    replace(project / "lib/errors.py", "'''Doc.'''", "'''Doc.'''\n    code = 3")
    with pytest.raises(TypeError):
        remembered()


def test_with_a_memory_a_changed_module_still_changes_the_hash(project, remembered):
    first = remembered()
    replace(project / "lib/errors.py", "'''Doc.'''", "'''Doc.'''\n    code = 3")
    assert first != remembered() == hash_of(project)


@pytest.mark.parametrize("text", ["", "[]", '{"by": "another version", "sources": {}}', "{}"])
def test_a_memory_that_is_not_as_it_should_be_is_made_anew(project, remembered, text):
    first = remembered()
    good = remembered.memory.read_text()
    remembered.memory.write_text(text)
    assert remembered() == first
    assert remembered.memory.read_text() == good


def test_a_memory_that_cannot_be_written_is_done_without(project, tmp_path):
    (tmp_path / "file").touch()
    forget()
    found = provenance.code_hash(
        project / "script.py", project, package="lib", memory=tmp_path / "file/sources.json"
    )
    assert found == hash_of(project)
