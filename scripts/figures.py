"""Gather the figures of the configured data set, with a gallery to look at them."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from playfair.data.video.webm import read_frame
from playfair.figures.drawing.headlines import read_headlines
from playfair.figures.drawing.names import model_title
from playfair.figures.gallery import GalleryFigure, example_clips, gallery_html
from playfair.files import read_csv, written_whole
from playfair.logs import log_to

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])

params, inputs = snakemake.params, snakemake.input
unread = [(len(read_csv(path)), Path(path).stem.rpartition("_")[2]) for path in inputs.failed]
missing = {
    "that could not be read": ", ".join(f"{count} of {split}" for count, split in unread if count),
    "too short for some number of frames": max(len(read_csv(path)) for path in inputs.too_short),
    "without pictures": len(read_csv(inputs.without_pictures)) if inputs.without_pictures else 0,
}
introduction = f"Data set {params.dataset}; models: {', '.join(map(model_title, params.models))}."

with written_whole(snakemake.output.figures) as folder:
    folder.mkdir()
    for path in [*inputs.figures, *inputs.tables]:
        shutil.copy(path, folder)
    examples = []
    if inputs.webm:
        examples = example_clips(read_csv(folder / "filmstrips.csv"))
        (folder / "clips").mkdir()
    webm = {Path(clip.path).name: clip for clip in examples}
    examples = [webm[name] for name in webm if Path(inputs.webm[0], name).is_file()]
    for clip in examples:
        shutil.copy(Path(inputs.webm[0], Path(clip.path).name), folder / clip.path)
        still = read_frame(folder / clip.path, clip.still or 0)
        Image.fromarray(still).save(folder / clip.poster, quality=85)
    gallery = []
    for (name, title), caption in zip(params.titles.items(), inputs.captions, strict=True):
        with Image.open(folder / f"{name}.png") as picture:
            width, height = picture.size
        text = Path(caption).read_text(encoding="utf-8")
        clips = examples if name == "filmstrips" else []
        gallery.append(GalleryFigure(name, text, title, f"{name}.csv", width, height, clips))
    sentences = [f"Clips {words}: {count}." for words, count in missing.items() if count]
    words = " ".join([introduction, *sentences])
    page = gallery_html(gallery, introduction=words, facts=read_headlines(folder))
    (folder / "index.html").write_text(page, encoding="utf-8")
