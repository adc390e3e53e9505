import inspect
from importlib import import_module
from pathlib import Path

import pytest

from playfair.figures.catalogue import FigureEntry, figure_module, read_catalogue

MODULE = '''"""Figure: mine."""
import no_such_package

FIGURE = FigureEntry(title="Mine?", category="Models", order={order}, needs=("collated",))
'''


@pytest.mark.parametrize("name", read_catalogue())
def test_what_is_read_from_the_source_is_what_the_module_says(name):
    assert read_catalogue()[name] == import_module(figure_module(name)).FIGURE


@pytest.mark.parametrize("name", read_catalogue())
def test_draw_takes_what_the_entry_names(name):
    figure = read_catalogue()[name]
    parameters = inspect.signature(import_module(figure_module(name)).draw).parameters
    options = {option.name for option in figure.options}
    assert set(parameters) == {*figure.needs, *figure.uses, *figure.facts, *options}


def test_figures_are_found_in_their_order_without_importing_them(tmp_path):
    for name, order in (("last", 3), ("first", 1), ("between_b", 2), ("between_a", 2)):
        (tmp_path / f"{name}.py").write_text(MODULE.format(order=order))
    (tmp_path / "helper.py").write_text("NOTHING = 1\n")
    (tmp_path / "below").mkdir()
    (tmp_path / "below/deeper.py").write_text(MODULE.format(order=4))
    catalogue = read_catalogue(tmp_path)
    assert list(catalogue) == ["first", "between_a", "between_b", "last", "deeper"]
    assert catalogue["first"] == FigureEntry("Mine?", "Models", 1, ("collated",))


def test_every_figure_has_a_caption_and_every_caption_a_figure():
    captions = {path.stem for path in (Path(__file__).parents[3] / "captions").glob("*.rst")}
    assert captions == {*read_catalogue(), "report", "webm"}
