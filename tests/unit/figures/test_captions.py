from pathlib import Path
from types import SimpleNamespace

import jinja2
import pytest
from docutils.core import publish_doctree

from playfair.figures.catalogue import read_catalogue

CAPTIONS = Path(__file__).parents[3] / "captions"
REPORT = "report.rst"


@pytest.mark.parametrize("stem", read_catalogue())
def test_every_figure_has_a_caption_that_is_a_template_and_restructured_text(stem):
    text = (CAPTIONS / f"{stem}.rst").read_text()
    rendered = jinja2.Template(text, undefined=jinja2.StrictUndefined).render()
    document = publish_doctree(rendered, settings_overrides={"report_level": 2, "halt_level": 2})
    paragraphs = [node for node in document.children if node.tagname == "paragraph"]
    assert len(paragraphs) == len(document.children) >= 2
    assert any(node.astext().startswith("How to read it") for node in paragraphs)


def test_front_page_of_the_report_names_data_set_and_models():
    given = SimpleNamespace(config={"dataset": "mine", "models": ["trn", "tsn"]})
    text = (CAPTIONS / REPORT).read_text()
    rendered = jinja2.Template(text, undefined=jinja2.StrictUndefined).render(snakemake=given)
    document = publish_doctree(rendered, settings_overrides={"report_level": 2, "halt_level": 2})
    title, data, *others = document.children
    assert title.tagname == "title"
    assert data.astext() == "Data set mine; models: trn, tsn."
    assert {node.tagname for node in others} == {"paragraph"}


def test_captions_hold_plain_words_because_the_gallery_shows_them_as_they_are():
    for path in set(CAPTIONS.glob("*.rst")) - {CAPTIONS / REPORT}:
        text = path.read_text()
        assert not any(mark in text for mark in ("**", "``", "`_", "{{", "{%", ".. "))
