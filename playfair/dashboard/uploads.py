"""Uploads: clips of visitors, explained one at a time in processes that are ended in time.

Decoders are C code that files from anybody reach: one that never ends, or crashes, costs its clip.
Nothing is kept: the clip lies in a folder that goes with the answer.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import IO

from playfair.dashboard.limits import BusyError, UploadLimits
from playfair.errors import InputError
from playfair.trust import Trust


class UploadError(InputError):
    """A clip that cannot be explained."""


class Uploads:
    """Explains uploaded clips by the models of a run.

    Args:
        directory: results/<dataset>. trust: which functions may be called to make its networks.
    """

    def __init__(self, directory: Path, trust: Trust, limits: UploadLimits):
        self.limits = limits
        self._directory = directory
        self._trust = trust
        self._busy = threading.Lock()

    def explain(self, content: IO[bytes]) -> str:
        """The answer to a file, as the JSON that `playfair.dashboard.uploaded_clip` writes.

        Raises:
            BusyError: if another clip is being explained. UploadError: if this one cannot be.
        """
        if not self._busy.acquire(blocking=False):
            raise BusyError("Another clip is being explained: try again in a moment.")
        try:
            with tempfile.TemporaryDirectory(prefix="playfair-") as folder:
                clip = Path(folder, "clip")
                with open(clip, "wb") as file:
                    shutil.copyfileobj(content, file)
                return self._explain(clip)
        finally:
            self._busy.release()

    def _explain(self, clip: Path) -> str:
        answer = clip.with_name("answer.json")
        code = self._run(clip, answer)
        if not answer.is_file():
            raise UploadError(
                f"This clip cannot be explained: the process that does so has failed ({code})."
            )
        text = answer.read_text(encoding="utf-8")
        if text.startswith('{"error":'):
            raise UploadError(json.loads(text)["error"])
        return text

    def _run(self, clip: Path, answer: Path) -> int:
        """Returns the exit code of the process.

        Raises:
            UploadError: if it takes too long.
        """
        module = "playfair.dashboard.uploaded_clip"
        command = [sys.executable, "-m", module, str(self._directory), str(clip), str(answer)]
        command += ["--most-seconds", str(self.limits.clip_seconds)]
        for factory in sorted(self._trust.factories):
            command += ["--trust-factory", factory]
        if self._trust.configfile is not None:
            command += ["--configfile", str(self._trust.configfile)]
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            # What it leaves behind when it is ended goes with the folder.
            env={**os.environ, "TMPDIR": str(clip.parent)},
            start_new_session=True,
        )
        try:
            return process.wait(self.limits.work_seconds)
        except BaseException as error:
            # The processes that it has started, too.
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            if not isinstance(error, subprocess.TimeoutExpired):
                raise
            raise UploadError(
                f"This clip takes longer than {self.limits.work_seconds:g} s to explain: choose a "
                "shorter or a smaller one."
            ) from error
