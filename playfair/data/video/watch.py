"""Decoding under watch: a clip that takes too long, or kills the process that decodes it, is named.

A decoder is C code that files from anybody reach. It may never end, and the system may end it, for
memory or for a fault of its own: that costs the clip, not the job.
"""

import faulthandler
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import FrameType

from playfair.data.video.containers import VideoError
from playfair.processes import run_alone

GRACE_SECONDS = 30.0
"""How much longer a decoder may take that does not even come back to Python."""
_TOO_LONG = 1
"""The exit code of a process that faulthandler ends."""


class Watch:
    """Watches the processes that decode clips.

    Args:
        folder: where they note which clip they are at. seconds: the most that one clip may take.
    """

    def __init__(self, folder: str | Path, seconds: float):
        self._folder = Path(folder)
        self._seconds = seconds

    @contextmanager
    def clip(self, uid: str, path: Path) -> Iterator[None]:
        """Decode one clip, in the main thread of a process of its own kind.

        Raises:
            VideoError: if it takes too long. Where that cannot be raised, the process ends.
        """

        def stop(_: int, __: FrameType | None) -> None:
            raise VideoError(self._too_long(path))

        note = self._folder / str(os.getpid())
        note.write_text(uid, "utf-8")
        signal.signal(signal.SIGALRM, stop)
        with open(os.devnull, "w") as nowhere:
            faulthandler.dump_traceback_later(
                self._seconds + GRACE_SECONDS, exit=True, file=nowhere
            )
            # Again after that, in case that PyAV calls Python where nothing can be raised.
            signal.setitimer(signal.ITIMER_REAL, self._seconds, 1.0)
            try:
                yield
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
                faulthandler.cancel_dump_traceback_later()
        note.unlink()

    def take_notes(self) -> set[str]:
        """The uids of the clips that ended processes were at, which are then forgotten."""
        notes = list(self._folder.iterdir())
        uids = {note.read_text("utf-8") for note in notes}
        for note in notes:
            note.unlink()
        return uids

    def end_of(self, uid: str, path: Path, decode: Callable[[], object]) -> str | None:
        """Decode a clip alone: what ends the process, in a sentence, or None if it survives."""
        code = run_alone(partial(self._decode, uid, path, decode))
        self.take_notes()
        if code == 0:
            return None
        if code == _TOO_LONG:
            return self._too_long(path)
        name = signal.Signals(-code).name if code < 0 else "?"
        return (
            f"The video {path} ends the process that decodes it ({name}): for memory, or by a "
            "fault of the decoder."
        )

    def _decode(self, uid: str, path: Path, decode: Callable[[], object]) -> None:
        with self.clip(uid, path):
            decode()

    def _too_long(self, path: Path) -> str:
        return (
            f"The video {path} takes longer than {self._seconds:g} s to decode "
            "(gulp.seconds_per_clip)."
        )
