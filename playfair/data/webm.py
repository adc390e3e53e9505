"""Clips to watch: the gulped frames of a split as VP9 files."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from tqdm import tqdm

from playfair.data.gulp import GulpReader
from playfair.data.video import encode_webm
from playfair.files import written_whole
from playfair.processes import process_pool


def encode_clips(
    gulp: str | Path,
    directory: str | Path,
    *,
    crf: int = 24,
    workers: int = 1,
    progress: bool = True,
) -> None:
    """Encode every video of a gulp directory as `directory`/<uid>.webm, at the gulp's frame rate.

    Args:
        crf: VP9 quality, 0 (best) to 63. workers: processes; the files do not depend on it.
    """
    uids = GulpReader(gulp).uids
    shares = [uids[first : first + 16] for first in range(0, len(uids), 16)]
    with written_whole(directory) as temporary, process_pool(workers) as executor:
        temporary.mkdir()
        encode = partial(_encode_share, gulp=gulp, directory=temporary, crf=crf)
        with tqdm(total=len(uids), desc="webm", unit="clip", disable=not progress) as bar:
            for done in executor.map(encode, shares):
                bar.update(done)


def _encode_share(uids: Sequence[str], gulp: str | Path, directory: Path, crf: int) -> int:
    reader = GulpReader(gulp)
    for uid in uids:
        encode_webm(reader.frames(uid), directory / f"{uid}.webm", reader.fps[uid], crf=crf)
    return len(uids)
