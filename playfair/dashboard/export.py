"""The page as plain files that open from the file system, for some of the clips.

A page from disk may read nothing, so that data lie in scripts that hand over what they hold: the
index, and one script a video with its values, its frames as the models see them, and its tables,
14 bits a score, in its own order and, at the most frames, reversed; see `as_script`.
"""

import io
import math
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from tqdm import tqdm

from playfair.dashboard.packed_tables import Table, tables_to_keep
from playfair.dashboard.packing import as_script
from playfair.dashboard.shown_model import ShownModel
from playfair.dashboard.shown_results import ShownResults
from playfair.dashboard.stored_tables import StoredTables
from playfair.dashboard.tables import TableMaker
from playfair.dashboard.video_index import index_json, kept_outcomes, video_json
from playfair.files import written_whole

STATIC = Path(__file__).parent / "static"
MOST_CLASSES = 10
"""Classes of a table: as many as the page lists."""
_QUALITY = 40
"""Of frames, as WebP; together in one picture they take a fifth of what they do in gulps."""
_THUMBNAIL = 128
"""Pixels of the longer side of pictures in the list."""


def telling_uids(results: ShownResults, count: int, first: Sequence[str] = ()) -> list[str]:
    """Up to `count` videos: those in `first`, and the most telling ones, in turn by four rules.

    By the first model at its most frames: where the models' true-class scores are furthest apart;
    where frames distract most; where one frame carries most of the support; and where the model is
    most certain of a wrong class.
    """
    models = list(results.models.values())
    found = [kept_outcomes(results, model, model.n_frames[-1]) for model in models]
    uids, label = models[0].uid, models[0].label
    rows = [np.array([model.row.get(uid, -1) for uid in uids]) for model in models]
    scores = np.stack(
        [
            np.where(row >= 0, np.nan_to_num(values["true_score"])[row], np.nan)
            for row, values in zip(rows, found, strict=True)
        ]
    )
    wrong = (label >= 0) & (found[0]["predicted"] != label)
    orders = [
        np.nan_to_num(np.nanmax(scores, axis=0) - np.nanmin(scores, axis=0)),
        found[0]["distraction"],
        found[0]["largest"],
        np.where(wrong, found[0]["score"], 0),
    ]
    ranked = np.stack([np.argsort(-values, kind="stable") for values in orders], axis=1)
    chosen = dict.fromkeys(uid for uid in first if uid in results.position)
    for row in ranked.ravel():
        if len(chosen) >= count:
            break
        chosen.setdefault(str(uids[row]))
    return list(chosen)[:count]


def export_page(
    results: ShownResults,
    makers: Mapping[str, TableMaker | StoredTables],
    folder: str | Path,
    uids: Sequence[str],
) -> None:
    """Write the page and the data of these videos as the directory `folder`, whole or not at all.

    Args:
        makers: by model what makes its tables; without one, no frame can be switched off.
    """
    with written_whole(folder) as temporary:
        (temporary / "data").mkdir(parents=True)
        (temporary / "clips").mkdir()
        for name in ("app.js", "app.css"):
            shutil.copy(STATIC / name, temporary)
        (temporary / "index.html").write_text(_page(), encoding="utf-8")
        thumbnails = [_thumbnail(results, uid) for uid in uids]
        index = {**index_json(results, uids), "thumbnails": thumbnails}
        for model in index["models"]:
            if model["name"] not in makers:
                why = f"These files hold no tables of {model['title']}."
                model["why_no_table"] = {str(n): why for n in model["n_frames"]} | model[
                    "why_no_table"
                ]
        _write(temporary / "data/index.js", "index", index)
        for number, uid in enumerate(tqdm(uids, desc="clips", unit="clip")):
            content = {
                "video": video_json(results, uid),
                "tables": _tables(results, makers, uid),
                "frames": _frames(results, uid),
            }
            _write(temporary / f"data/v{number}.js", f"v{number}", content)
            if results.has_clip(uid):
                shutil.copy(results.clip(uid), temporary / f"clips/{number}.webm")


def _page() -> str:
    page = (STATIC / "index.html").read_text(encoding="utf-8")
    script = '<script src="app.js"></script>'
    assert script in page and "<html " in page
    return page.replace("<html ", "<html data-files ").replace(
        script, f'{script}\n<script src="data/index.js"></script>'
    )


def _write(path: Path, name: str, content: dict[str, Any]) -> None:
    path.write_bytes(as_script(name, content))


def _tables(
    results: ShownResults, makers: Mapping[str, TableMaker | StoredTables], uid: str
) -> dict[str, dict[str, Any]]:
    """Tables by "model/n", and "model/n/order" for the reversed order at the most frames."""
    tables: dict[str, dict[str, Any]] = {}
    for name, maker in makers.items():
        model = results.models[name]
        numbers = [n for n in model.n_frames if not model.why_no_table(n)]
        if uid not in model.row or uid not in maker or not numbers:
            continue

        def make(
            n_frames: int,
            order: Sequence[int],
            maker: TableMaker | StoredTables = maker,
            model: ShownModel = model,
        ) -> Table:
            wanted = _wanted(model, uid, n_frames)
            return maker.table(uid, n_frames, order, wanted, MOST_CLASSES)

        tables |= tables_to_keep(name, numbers, make, not model.why_no_order)
    return tables


def _wanted(model: ShownModel, uid: str, n_frames: int) -> list[int]:
    label = int(model.label[model.row[uid]])
    best = [int(idx) for idx in np.argsort(-model.values(uid, n_frames)["scores"])[:2]]
    return list(dict.fromkeys([*([label] if label >= 0 else []), *best]))


def _frames(results: ShownResults, uid: str) -> dict[str, Any] | None:
    """The frames that any model sees at any number of frames, row by row in one picture."""
    if not results.has_frames(uid):
        return None
    seen = {
        int(frame)
        for model in results.models.values()
        if uid in model.row
        for n_frames in model.n_frames
        for frame in model.values(uid, n_frames)["frame_idx"]
    }
    frames = [Image.open(io.BytesIO(results.jpeg(uid, frame))) for frame in sorted(seen)]
    columns = math.ceil(math.sqrt(len(frames)))
    width, height = frames[0].size
    sheet = Image.new("RGB", (width * columns, height * math.ceil(len(frames) / columns)))
    for place, frame in enumerate(frames):
        sheet.paste(frame, (place % columns * width, place // columns * height))
    return {"frame_idx": sorted(seen), "columns": columns, "picture": _webp(sheet)}


def _thumbnail(results: ShownResults, uid: str) -> bytes:
    """The middle frame, smaller; empty where there is none."""
    reader = results.frames
    if reader is None or uid not in reader.lengths:
        return b""
    picture = Image.open(io.BytesIO(results.jpeg(uid, reader.lengths[uid] // 2)))
    picture.thumbnail((_THUMBNAIL, _THUMBNAIL))
    return _webp(picture)


def _webp(picture: Image.Image) -> bytes:
    content = io.BytesIO()
    picture.save(content, "WEBP", quality=_QUALITY, method=6)
    return content.getvalue()
