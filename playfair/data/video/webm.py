"""Clips to watch: the gulped frames of a split as VP9 files."""

import unicodedata
from collections.abc import Collection, Sequence
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np
from tqdm import tqdm

from playfair.data.video.containers import open_video
from playfair.data.video.gulp import GulpReader
from playfair.data.video.video_files import encode_webm
from playfair.errors import InputError
from playfair.files import write_contents, written_whole
from playfair.processes import process_pool

_reader: GulpReader


def encode_clips(
    gulp: str | Path,
    directory: str | Path,
    *,
    crf: int = 24,
    uids: Collection[str] | None = None,
    workers: int = 1,
    progress: bool = True,
) -> None:
    """Encode the videos of a gulp directory as `directory`/<uid>.webm, at the gulp's frame rate.

    The directory carries the list of its files, see `playfair.files`.

    Args:
        crf: VP9 quality, 0 (best) to 63. uids: of which videos, where they are there; None: of all.
        workers: processes; the files do not depend on it.
    """
    reader = GulpReader(gulp)
    chosen = [uid for uid in reader.uids if uids is None or uid in uids]
    with (
        written_whole(directory) as temporary,
        process_pool(workers, _take_reader, reader) as executor,
    ):
        temporary.mkdir()
        check_names_differ(temporary, chosen)
        encode = partial(_encode_clip, directory=temporary, crf=crf)
        encoded = executor.map(encode, chosen, chunksize=4)
        for _ in tqdm(encoded, total=len(chosen), desc="webm", unit="clip", disable=not progress):
            pass
        write_contents(temporary)


def write_jpegs(
    gulp: str | Path, directory: str | Path, uids: Collection[str] | None = None
) -> None:
    """Write the frames of a gulp directory as they are stored: `directory`/<uid>/<number>.jpg.

    Numbers count from 1 and have five digits or more, so that a folder is a clip by itself.

    Args:
        uids: of which videos; None: of all.

    Raises:
        InputError: if none of them is there.
    """
    reader = GulpReader(gulp)
    chosen = [uid for uid in reader.uids if uids is None or uid in uids]
    if not chosen:
        raise InputError(f"{gulp} has none of the {len(uids or [])} videos asked for: name others")
    with written_whole(directory) as temporary:
        temporary.mkdir()
        check_names_differ(temporary, chosen)
        for uid in tqdm(chosen, desc="jpeg", unit="clip"):
            (temporary / uid).mkdir()
            for frame in range(reader.lengths[uid]):
                path = temporary / uid / f"{frame + 1:05d}.jpg"
                path.write_bytes(reader.jpeg(uid, frame))


def read_frame(path: Path, number: int) -> np.ndarray:
    """Frame `number` of such a file, (H, W, 3) uint8 RGB; the last one where there are fewer."""
    with open_video(path) as (container, stream):
        for frame in islice(container.decode(stream), number + 1):
            shown = frame.to_ndarray(format="rgb24")
    return shown


def check_names_differ(directory: Path, names: Sequence[str]) -> None:
    """Check that files of these names are as many in a directory, whatever its file system.

    Raises:
        InputError: for names that differ in letter case, or in how accents are stored, where the
            file system takes them for one.
    """
    alike: dict[str, list[str]] = {}
    for name in names:
        alike.setdefault(unicodedata.normalize("NFC", name).casefold(), []).append(name)
    for first, *others in alike.values():
        if not others:
            continue
        (directory / first).touch()
        same = [other for other in others if (directory / other).exists()]
        (directory / first).unlink()
        if same:
            raise InputError(
                f"the uids {first!r} and {same[0]!r} name the same file on the file system of "
                "this run: rename one, or use a file system that tells letter case apart"
            )


def _take_reader(reader: GulpReader) -> None:
    """Keep the reader that a forked process inherits: its tables are read once."""
    global _reader
    _reader = reader


def _encode_clip(uid: str, directory: Path, crf: int) -> None:
    encode_webm(_reader.frames(uid), directory / f"{uid}.webm", _reader.fps[uid], crf=crf)
