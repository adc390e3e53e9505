"""What is public is there, typed, and loads on first use."""

import importlib
import pkgutil
import subprocess
import sys

import pytest

import playfair

PACKAGES = [
    "playfair",
    *(found.name for found in pkgutil.walk_packages(playfair.__path__, "playfair.") if found.ispkg),
]

TYPED_USES = """
import numpy as np
import playfair

result = playfair.explain(np.zeros((2, 3)), playfair.TSN(3, 2), priors="uniform")
reveal_type(result)
reveal_type(result.scores)
reveal_type(playfair.exact_esvs)
reveal_type(playfair.load("esvs.h5"))
reveal_type(playfair.InputError())
reveal_type(playfair.MaskedModel(lambda clips: clips))
"""


def test_the_public_names_are_these():
    assert [name for name in playfair.__all__ if name != "__version__"] == [
        "TRN",
        "TSN",
        "Attribution",
        "Game",
        "InputError",
        "MaskedModel",
        "exact_esvs",
        "explain",
        "load",
    ]


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_name_of_a_package_loads_and_is_listed(package):
    module = importlib.import_module(package)
    assert module.__doc__
    for name in module.__all__:
        assert getattr(module, name).__doc__ if name != "METHODS" else module.METHODS
        assert name in dir(module)
    with pytest.raises(AttributeError, match="has no attribute 'magic'"):
        _ = module.magic


def test_modules_are_attributes_of_their_packages_and_load_on_use():
    code = (
        "import sys, playfair; assert 'torch' not in sys.modules; "
        "playfair.attribution.exact.frame_sets.discard_scores; "
        "playfair.attribution.methods.METHODS; "
        "assert 'playfair.attribution.explain' not in sys.modules; playfair.explain"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_options_of_all_methods_are_known_without_torch():
    code = (
        "import sys; from playfair.attribution.methods.registry import all_options; all_options(); "
        "sys.exit('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False)
    assert done.returncode == 0, "a method imports torch at the top of its module: import it inside"


def test_type_checkers_see_the_types_of_the_interface(tmp_path):
    script = tmp_path / "uses.py"
    script.write_text(TYPED_USES)
    command = [sys.executable, "-m", "mypy", script]
    said = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=playfair.__path__[0] + "/.."
    )
    revealed = [line.split('"')[1] for line in said.stdout.splitlines() if "Revealed type" in line]
    assert revealed[0] == "playfair.attribution.result.Attribution", said.stdout + said.stderr
    assert revealed[1].startswith("numpy.ndarray")
    assert revealed[2].startswith("def (model: ")
    assert "EsvTable" in revealed[3]
    assert revealed[4:] == [
        "playfair.errors.InputError",
        "playfair.attribution.games.masking.MaskedModel",
    ]
