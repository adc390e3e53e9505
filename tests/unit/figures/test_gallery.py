from html.parser import HTMLParser

import pandas as pd
import pytest

from playfair.figures.filmstrips import COLUMNS
from playfair.figures.gallery import (
    GalleryClip,
    GalleryFigure,
    example_clips,
    gallery_html,
    in_short,
)

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
    assert page.all("img", "src") == ["performance.png", "filmstrips.png"]
    links = page.all("a", "href")
    for link in ("performance.png", "performance.pdf", "performance.csv", "filmstrips.pdf"):
        assert link in links
    assert "filmstrips.csv" not in links
    assert {link[1:] for link in links if link.startswith("#")} == set(page.all("section", "id"))


def test_figures_without_a_title_are_called_like_their_files():
    figures = [GalleryFigure("my_figure", "Words."), GalleryFigure("other", "Words.", "Why?")]
    page = gallery_html(figures)
    assert "<h2>My figure</h2>" in page
    assert "<h2>Why?</h2>" in page


@pytest.mark.parametrize("evil", ['<script>alert("x")</script>', "\"><img src=x onerror='y'>", "&"])
def test_everything_given_is_escaped(evil):
    figure = GalleryFigure(evil, evil, title=evil, table=evil, clips=[GalleryClip(evil, evil)])
    page = gallery_html([figure], title=evil, introduction=evil, facts=[(evil, evil)])
    reader = Reader(page)
    assert len(reader.all("img", "src")) == len(reader.all("video", "src")) == 1
    assert reader.all("video", "aria-label") == [evil]
    assert "script" not in {tag for tag, _ in reader.tags}
    assert not reader.all("img", "onerror")
    assert "".join(reader.words).count(evil) >= 7


def test_every_picture_is_described_by_title_and_first_paragraph():
    caption = "First\nparagraph.\n\nSecond one."
    figure = GalleryFigure("performance", caption, "How good?", width=10, height=20)
    (description,) = Reader(gallery_html([figure])).all("img", "alt")
    assert description == "How good? First paragraph."


def test_paragraphs_of_captions_stay_paragraphs():
    page = gallery_html([GalleryFigure("performance", "First\nline.\n\nSecond.\n")])
    assert "<p>First line.</p>" in page and "<p>Second.</p>" in page


def test_page_is_self_contained():
    page = gallery_html([GalleryFigure("performance", "Words.", width=4, height=3)])
    assert "http" not in page and "<script" not in page and "@import" not in page
    assert 'width="4" height="3"' in page


def test_facts_are_listed():
    page = Reader(gallery_html([], facts=[("data set", "synthetic")]))
    assert "data set" in page.words and "synthetic" in page.words


def test_clips_of_a_figure_stand_between_its_picture_and_its_caption():
    clips = [GalleryClip("clips/7.webm", "Seven."), GalleryClip("clips/a b#1.webm", "Other.")]
    figures = [
        GalleryFigure("filmstrips", "Caption.", clips=clips),
        GalleryFigure("performance", "None."),
    ]
    page = gallery_html(figures)
    assert Reader(page).all("video", "src") == ["clips/7.webm", "clips/a%20b%231.webm"]
    order = ["filmstrips.png", "clips/7.webm", "Seven.</p>", "b%231", "Other.</p>", "Caption.</p>"]
    places = [page.rindex(words) if "</p>" in words else page.index(words) for words in order]
    assert page.index('src="filmstrips.png"') < places[1]
    assert places[1:] == sorted(places[1:])
    assert page.count('<ul class="clips"') == 1


def test_clips_wait_to_be_played_then_loop_without_sound_and_say_what_they_show():
    clips = [GalleryClip("clips/7.webm", "Moving something up (TRN, right)")]
    page = Reader(gallery_html([GalleryFigure("filmstrips", "Words.", clips=clips)]))
    (video,) = [attrs for tag, attrs in page.tags if tag == "video"]
    assert video == {
        "src": "clips/7.webm",
        "aria-label": "Moving something up (TRN, right)",
        "preload": "metadata",
        **dict.fromkeys(["controls", "loop", "muted", "playsinline"]),
    }
    assert "Moving something up (TRN, right)" in page.words


def test_a_clip_shows_its_still_until_it_is_played():
    clips = [GalleryClip("clips/a b.1.webm", "Other.", still=3)]
    page = Reader(gallery_html([GalleryFigure("filmstrips", "Words.", clips=clips)]))
    assert page.all("video", "poster") == ["clips/a%20b.1.jpg"]
    assert page.all("video", "preload") == ["none"]


def test_example_videos_are_clips_in_order_and_once_each_still_at_the_largest_esv_of_the_first():
    rows = [
        ("trn", "020", "right", "Moving [something] up", 4, 0.1),
        ("trn", "020", "right", "Moving [something] up", 9, 0.3),
        ("trn", "003", "wrong", "Opening [something]", 5, -0.1),
        ("tsn", "020", "wrong", "Moving [something] up", 17, 0.8),
        ("my_model", "1", "unlabelled", "Closing [something]", 0, 0.0),
    ]
    columns = ["model", "uid", "outcome", "class_name", "frame_idx", "esv"]
    examples = pd.DataFrame(rows, columns=columns)
    assert example_clips(examples) == [
        GalleryClip("clips/020.webm", "Moving something up (TRN, right; TSN, wrong)", 9),
        GalleryClip("clips/003.webm", "Opening something (TRN, wrong)", 5),
        GalleryClip("clips/1.webm", "Closing something (my model, unlabelled)", 0),
    ]
    assert example_clips(examples, "films")[1].path == "films/003.webm"


def test_without_examples_there_are_no_clips():
    assert example_clips(pd.DataFrame(columns=COLUMNS)) == []


MANY = " ".join(["many"] * 38)


@pytest.mark.parametrize(
    ("caption", "shown", "rest"),
    [
        ("One. Two? Three!", "One. Two? Three!", ""),
        ("A first one.\n\nMore.", "A first one.", "More."),
        (f"Few words. {MANY} words.\n\nMore.", "Few words.", f"{MANY} words.\n\nMore."),
        (f"{MANY} {MANY}. Two.", f"{MANY} {MANY}.", "Two."),
    ],
)
def test_a_caption_shows_forty_words_and_folds_the_rest(caption, shown, rest):
    assert in_short(caption) == (shown, rest)
    page = gallery_html([GalleryFigure("performance", caption)])
    assert f"<p>{shown}</p>" in page
    for paragraph in rest.split("\n\n") if rest else []:
        assert f"<p>{paragraph}</p>" in page.partition("<details>")[2].partition("</details>")[0]
    assert ("<details>" in page) is bool(rest)
