"""The built page is what its sources give, as far as that shows without node."""

import gzip
import hashlib
import json
import re
import tomllib
from pathlib import Path

from PIL import Image

from docs.dashboard_picture import KEY, page_sources
from playfair.dashboard.app import STATIC
from tests.commands import run_command

PROJECT = Path(__file__).parents[3]
PICTURE = "docs/images/dashboard.png"
PAGE = STATIC.parent / "page"
MOST_BYTES = 80_000


def test_built_file_names_the_hash_of_the_sources():
    names = ["build.mjs", "package-lock.json", "tsconfig.json"]
    names += sorted(f"src/{path.name}" for path in (PAGE / "src").iterdir())
    digest = hashlib.sha256()
    for name in names:
        digest.update(f"{name}\n".encode() + (PAGE / name).read_bytes())
    first = (STATIC / "app.js").read_text().partition("\n")[0]
    assert digest.hexdigest() in first, "the sources have changed: run make page"


def test_picture_in_the_readme_is_of_this_page():
    with Image.open(PROJECT / PICTURE) as picture:
        assert picture.text[KEY] == page_sources(STATIC), f"the page has changed: make {PICTURE}"
    assert PICTURE in (PROJECT / "README.md").read_text()


def test_picture_names_the_sources_of_the_page_that_it_shows(tmp_path):
    (tmp_path / "app.js").write_text(f"/* from sources {64 * '0'} */")
    assert page_sources(tmp_path) == 64 * "0"


def test_picture_is_made_by_a_rule_from_the_page_as_files():
    said = run_command(["make", "--dry-run", "--always-make", PICTURE], PROJECT).stdout
    assert re.search(rf"snakemake .* results/dashboard\n.* results/dashboard {PICTURE} ", said)


def test_page_is_small_and_knows_no_address_but_its_own():
    files = sorted(STATIC.iterdir())
    assert [path.name for path in files] == ["app.css", "app.js", "index.html"]
    assert sum(len(gzip.compress(path.read_bytes())) for path in files) < MOST_BYTES
    allowed = {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xhtml"}
    allowed |= {"http://www.w3.org/1998/Math/MathML", "http://www.w3.org/1999/xlink"}
    for path in files:
        found = re.findall(r"(?:https?:)?//[\w.-]+\.[\w/.-]+", path.read_text())
        assert set(found) <= allowed, path


def test_lock_has_the_hash_of_every_package():
    lock = json.loads((PAGE / "package-lock.json").read_text())
    for name, package in lock["packages"].items():
        assert not name or package["integrity"].startswith("sha512-"), name


def test_page_is_packed_with_the_library():
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    assert "dashboard/static/*" in project["tool"]["setuptools"]["package-data"]["playfair"]
