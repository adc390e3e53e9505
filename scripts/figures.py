"""Gather the figures of the configured data set, with a gallery to look at them."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from playfair.figures.gallery import GalleryFigure, example_clips, gallery_html
from playfair.files import read_csv, written_whole
from playfair.logs import log_to

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log_to(snakemake.log[0])

params = snakemake.params
left_out = [
    f"{len(read_csv(path))} of {Path(path).stem.rpartition('_')[2]}"
    for path in snakemake.input.failed
]
too_short = [len(read_csv(path)) for path in snakemake.input.too_short]
facts = [
    ("data set", params.dataset),
    ("models", ", ".join(params.models)),
    ("clips that could not be read", ", ".join(left_out)),
    ("clips too short for some number of frames", str(max(too_short))),
]
if snakemake.input.without_pictures:
    without = len(read_csv(snakemake.input.without_pictures))
    facts.append(("clips without pictures", str(without)))

with written_whole(snakemake.output.figures) as folder:
    folder.mkdir()
    for path in [*snakemake.input.figures, *snakemake.input.tables]:
        shutil.copy(path, folder)
    examples = []
    if snakemake.input.webm:
        examples = example_clips(read_csv(folder / "filmstrips.csv"))
        (folder / "clips").mkdir()
    webm = {Path(clip.path).name: clip for clip in examples}
    examples = [webm[name] for name in webm if Path(snakemake.input.webm[0], name).is_file()]
    for clip in examples:
        shutil.copy(Path(snakemake.input.webm[0], Path(clip.path).name), folder / clip.path)
    gallery = []
    for (name, title), caption in zip(params.titles.items(), snakemake.input.captions, strict=True):
        with Image.open(folder / f"{name}.png") as picture:
            width, height = picture.size
        text = Path(caption).read_text(encoding="utf-8")
        clips = examples if name == "filmstrips" else []
        gallery.append(GalleryFigure(name, text, title, f"{name}.csv", width, height, clips))
    (folder / "index.html").write_text(gallery_html(gallery, facts=facts), encoding="utf-8")
