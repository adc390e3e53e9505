from html.parser import HTMLParser

import pytest

from playfair.figures.gallery import TITLES, GalleryFigure, gallery_html

VOID = {"meta", "img", "br", "link"}


class Reader(HTMLParser):
    """Collects tags with their attributes and checks that elements are closed in order."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.words, self._open = [], [], []
        self.feed(page)
        assert self._open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)

    def all(self, tag, attribute):
        return [attrs[attribute] for name, attrs in self.tags if name == tag and attribute in attrs]


def test_page_links_pictures_prints_and_numbers_beside_it():
    figures = [
        GalleryFigure("performance", "A caption.", table="performance.csv"),
        GalleryFigure("filmstrips", "Another."),
    ]
    page = Reader(gallery_html(figures))
    assert page.all("img", "src") == ["filmstrips.png", "performance.png"]
    links = page.all("a", "href")
    for link in ("performance.png", "performance.pdf", "performance.csv", "filmstrips.pdf"):
        assert link in links
    assert "filmstrips.csv" not in links
    assert {link[1:] for link in links if link.startswith("#")} == set(page.all("section", "id"))


def test_known_figures_come_in_order_with_their_titles_and_others_after_them():
    figures = [GalleryFigure(stem, "Words.") for stem in ("my_figure", "performance", "filmstrips")]
    page = gallery_html(figures)
    places = [page.index(f'<section id="{s}"') for s in ("filmstrips", "performance", "my_figure")]
    assert places == sorted(places)
    assert f"<h2>{TITLES['performance']}</h2>" in page
    assert "<h2>My figure</h2>" in page


@pytest.mark.parametrize("evil", ['<script>alert("x")</script>', "\"><img src=x onerror='y'>", "&"])
def test_everything_given_is_escaped(evil):
    figure = GalleryFigure(evil, evil, title=evil, table=evil)
    page = gallery_html([figure], title=evil, introduction=evil, facts=[(evil, evil)])
    reader = Reader(page)
    assert len(reader.all("img", "src")) == 1
    assert "script" not in {tag for tag, _ in reader.tags}
    assert not reader.all("img", "onerror")
    assert "".join(reader.words).count(evil) >= 6


def test_every_picture_is_described_by_title_and_first_paragraph():
    figure = GalleryFigure("performance", "First\nparagraph.\n\nSecond one.", width=10, height=20)
    (description,) = Reader(gallery_html([figure])).all("img", "alt")
    assert description == f"{TITLES['performance']} First paragraph."


def test_paragraphs_of_captions_stay_paragraphs():
    page = gallery_html([GalleryFigure("performance", "First\nline.\n\nSecond.\n")])
    assert "<p>First line.</p>\n<p>Second.</p>" in page


def test_page_is_self_contained():
    page = gallery_html([GalleryFigure("performance", "Words.", width=4, height=3)])
    assert "http" not in page and "<script" not in page and "@import" not in page
    assert 'width="4" height="3"' in page


def test_facts_are_listed():
    page = Reader(gallery_html([], facts=[("data set", "synthetic")]))
    assert "data set" in page.words and "synthetic" in page.words
