"""The gallery: one static page that shows all figures with their captions."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import ceil
from urllib.parse import quote

import pandas as pd

from playfair.figures.drawing.names import model_title
from playfair.figures.drawing.style import PNG_DPI, class_title

SHOWN_WORDS = 40
"""Of a caption; the rest is folded."""
_PHONE_DPI = 108
"""Pixels of a phone's screen per inch of a figure: its smallest text, 6 pt, has 9 of them."""


@dataclass(frozen=True)
class GalleryClip:
    """A clip to watch below a figure.

    Attributes:
        path: of the .webm file, relative to the page.
        caption: plain text, such as "Moving something up (TRN, right)".
        still: the number of the frame that shows until it is played, in a JPEG file of the same
            name beside it; None where there is no such file.
    """

    path: str
    caption: str
    still: int | None = None

    @property
    def poster(self) -> str:
        return f"{self.path.removesuffix('.webm')}.jpg"


@dataclass(frozen=True)
class GalleryFigure:
    """One figure of the gallery.

    Attributes:
        stem: of the files <stem>.png and <stem>.pdf beside the page.
        caption: plain text; a blank line starts a new paragraph.
        title: plain words; by default those of the stem.
        table: relative path of the CSV file with the figure's numbers, if it is beside the page.
        width, height: of the PNG in pixels, if known, so that the page does not jump while loading.
        clips: to watch beside the figure, in this order.
    """

    stem: str
    caption: str
    title: str | None = None
    table: str | None = None
    width: int | None = None
    height: int | None = None
    clips: Sequence[GalleryClip] = ()

    @property
    def heading(self) -> str:
        return self.title or self.stem.replace("_", " ").capitalize()


def example_clips(examples: pd.DataFrame, folder: str = "clips") -> list[GalleryClip]:
    """The clips of the filmstrips' example videos, each video once, in the filmstrips' order.

    Args:
        examples: columns model, uid (str), outcome, class_name, frame_idx and esv, one row or more
            per example, as :func:`playfair.figures.filmstrips.filmstrips_table` gives them.
        folder: of the clips, relative to the page.

    Returns:
        <folder>/<uid>.webm each, with the class and in brackets what each model made of it; still
        at the frame that has the largest ESV by the first of its models.
    """
    clips = []
    for uid, rows in examples.groupby("uid", sort=False):
        opinions = rows[["model", "outcome"]].drop_duplicates().itertuples(index=False)
        words = "; ".join(f"{model_title(model)}, {outcome}" for model, outcome in opinions)
        caption = f"{class_title(rows['class_name'].iloc[0])} ({words})"
        of_first = rows[rows["model"] == rows["model"].iloc[0]]
        still = int(of_first.loc[of_first["esv"].idxmax(), "frame_idx"])
        clips.append(GalleryClip(f"{folder}/{uid}.webm", caption, still))
    return clips


def gallery_html(
    figures: Sequence[GalleryFigure],
    title: str = "Play Fair: which frames made the model say so?",
    introduction: str = "",
    facts: Sequence[tuple[str, str]] = (),
) -> str:
    """A self-contained HTML page with all figures: no script, nothing loaded from elsewhere.

    Args:
        figures: in the order of the page.
        introduction: plain text above the figures; a blank line starts a new paragraph.
        facts: (name, value) pairs such as ("data set", "synthetic"), shown below the title.
    """
    links = "".join(
        f'<li><a href="#{_link(figure.stem)}">{escape(figure.heading)}</a></li>\n'
        for figure in figures
    )
    known = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>\n" for name, value in facts
    )
    return _PAGE.format(
        title=escape(title),
        style=_STYLE,
        introduction=_paragraphs(introduction),
        facts=f"<dl>\n{known}</dl>\n" if known else "",
        links=links,
        figures="".join(_figure(figure) for figure in figures),
    )


def _figure(figure: GalleryFigure) -> str:
    link = _link(figure.stem)
    downloads = [("PNG", f"{link}.png"), ("PDF", f"{link}.pdf")]
    if figure.table is not None:
        downloads.append(("numbers (CSV)", quote(figure.table)))
    anchors = " ".join(
        f'<a href="{escape(target)}">{escape(words)}</a>' for words, target in downloads
    )
    size = ""
    if figure.width:
        readable = f"--readable: {ceil(figure.width / PNG_DPI * _PHONE_DPI)}px"
        size = f' width="{figure.width}" height="{figure.height}" style="{readable}"'
    first_paragraph = " ".join(figure.caption.strip().split("\n\n")[0].split())
    description = escape(f"{figure.heading} {first_paragraph}".strip())
    shown, folded = in_short(figure.caption)
    more = f"<details><summary>More</summary>\n{_paragraphs(folded)}</details>\n" if folded else ""
    return (
        f'<section id="{link}">\n<h2>{escape(figure.heading)}</h2>\n<figure>\n'
        f'<a class="picture" href="{link}.png"><img src="{link}.png" alt="{description}"{size} '
        f'loading="lazy"></a>\n'
        f"{_clips(figure.clips)}"
        f"<figcaption>\n{_paragraphs(shown)}{more}"
        f'<p class="downloads">{anchors}</p>\n</figcaption>\n</figure>\n</section>\n'
    )


def in_short(caption: str) -> tuple[str, str]:
    """A caption's first sentences, `SHOWN_WORDS` words at most, but one sentence; and the rest."""
    first, *others = caption.strip().split("\n\n")
    sentences = re.split(r"(?<=[.?!]) ", " ".join(first.split()))
    count = 1
    while len(" ".join(sentences[: count + 1]).split()) <= SHOWN_WORDS and count < len(sentences):
        count += 1
    shown, rest = " ".join(sentences[:count]), " ".join(sentences[count:])
    return shown, "\n\n".join([rest, *others] if rest else others)


def _clips(clips: Sequence[GalleryClip]) -> str:
    if not clips:
        return ""
    items = "".join(
        f'<li><video src="{escape(quote(clip.path))}" aria-label="{escape(clip.caption)}" '
        f"controls loop muted playsinline {_until_played(clip)}></video>"
        f"<p>{escape(clip.caption)}</p></li>\n"
        for clip in clips
    )
    return f'<ul class="clips" aria-label="Clips">\n{items}</ul>\n'


def _until_played(clip: GalleryClip) -> str:
    if clip.still is None:
        return 'preload="metadata"'
    return f'preload="none" poster="{escape(quote(clip.poster))}"'


def _link(stem: str) -> str:
    return escape(quote(stem))


def _paragraphs(text: str) -> str:
    paragraphs = (" ".join(part.split()) for part in text.split("\n\n"))
    return "".join(f"<p>{escape(part)}</p>\n" for part in paragraphs if part)


_STYLE = """
:root { color-scheme: light dark; --ink: #1f2328; --pale: #59636e; --page: #f6f7f9;
  --card: #ffffff; --line: #d9dce0; --link: #005a8f; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e8eb; --pale: #9aa4af; --page: #14171a; --card: #1d2125; --line: #363c43;
    --link: #7cc4f0; }
}
* { box-sizing: border-box; }
html { scroll-behavior: smooth; }
body { margin: 0; background: var(--page); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
header, main, footer { max-width: 60rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 2.5rem; }
h1 { font-size: clamp(1.5rem, 4vw, 2.1rem); line-height: 1.2; margin: 0 0 .6rem; }
h2 { font-size: 1.2rem; margin: 0 0 .9rem; }
a { color: var(--link); }
a:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 2px; }
header p { max-width: 44rem; }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: .8rem 2rem;
  margin: 1rem 0; }
dl > div { display: flex; flex-direction: column-reverse; justify-content: flex-end; }
dt { color: var(--pale); font-size: .8rem; line-height: 1.35; }
dd { margin: 0; font-size: 1.3rem; font-weight: 600; overflow-wrap: anywhere; }
nav ul { columns: 18rem 2; padding: 0; margin: 1.2rem 0 2rem; list-style: none; }
nav li { padding: .15rem 0; break-inside: avoid; }
section { background: var(--card); border: 1px solid var(--line); border-radius: .6rem;
  padding: 1.4rem; margin: 0 0 1.75rem; scroll-margin-top: 1rem; }
figure { margin: 0; }
.picture { display: block; background: #ffffff; border-radius: .35rem; padding: .75rem;
  overflow-x: auto; }
img { display: block; max-width: 100%; height: auto; margin: 0 auto; }
.clips { display: grid; gap: 1rem; padding: 0; margin: 1.1rem 0 0; list-style: none;
  grid-template-columns: repeat(auto-fill, minmax(max(9rem, 30%), 1fr)); }
.clips p { margin: .3rem 0 0; font-size: .85rem; line-height: 1.4; }
video { display: block; width: 100%; aspect-ratio: 5 / 4; object-fit: contain;
  background: var(--line); border-radius: .35rem; }
figcaption { color: var(--pale); max-width: 46rem; margin-top: .9rem; }
figcaption p { margin: .4rem 0; }
summary { cursor: pointer; }
.downloads a { margin-right: 1rem; white-space: nowrap; }
footer { color: var(--pale); font-size: .85rem; padding-bottom: 2.5rem; }
/* Pictures have their titles in them, which are small on a phone. */
@media (min-width: 40.01rem) { section h2 { position: absolute; width: 1px; height: 1px;
  overflow: hidden; clip-path: inset(50%); white-space: nowrap; } }
@media (max-width: 40rem) { header, main, footer { padding-inline: .5rem; }
  section { padding: .75rem; } .picture { padding: .25rem; }
  .picture img { max-width: none; min-width: var(--readable); width: 100%; }
  .clips { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  summary { padding: .6rem 0; } .downloads a { display: inline-block; padding: .6rem 0; } }
@media print { body { background: #ffffff; } section { break-inside: avoid; border: 0; }
  .clips { display: none; } }
"""

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<header>
<h1>{title}</h1>
{introduction}{facts}<nav aria-label="Figures">
<ul>
{links}</ul>
</nav>
</header>
<main>
{figures}</main>
<footer>
<p>Element Shapley Values after W. Price and D. Damen, Play Fair: Frame Attributions in Video
Models, ACCV 2020.</p>
</footer>
</body>
</html>
"""
