"""How much a visitor of the dashboard may ask for."""

from dataclasses import dataclass

from playfair.errors import InputError


class BusyError(InputError):
    """A client asks for more than its share."""


@dataclass(frozen=True)
class UploadLimits:
    """What visitors may upload.

    Attributes:
        file_bytes: of a file. clip_seconds: how long it plays. work_seconds: how long it may take
            to explain.
    """

    file_bytes: int = 20_000_000
    clip_seconds: float = 30.0
    work_seconds: float = 60.0
