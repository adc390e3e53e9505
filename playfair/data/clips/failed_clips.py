"""Clips that failed: whether they are few enough to go on without them, and the table of them."""

import csv
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from playfair.errors import InputError
from playfair.files import write_rows


class FailedClip(NamedTuple):
    """A row of the table: which clip could not be used, and why."""

    uid: str
    path: str
    reason: str


def check_failed_share(
    failed: Sequence[FailedClip], clip_count: int, max_failed_share: float, option: str
) -> None:
    """Accept failed clips if they are few.

    Args:
        clip_count: how many clips there are, failed ones included. max_failed_share: the share of
            them (0..1) that may fail. option: what the user calls it.

    Raises:
        InputError: if more than `max_failed_share` of the clips failed, or all of them.
    """
    share = len(failed) / clip_count
    if share > max_failed_share or share == 1:
        raise InputError(
            f"{len(failed)} of {clip_count} videos failed ({share:.1%}; {option} allows "
            f"{max_failed_share:.1%}), the first being {failed[0].uid!r}: {failed[0].reason}"
        )


def gather_failed(shards: Sequence[str | Path]) -> list[FailedClip]:
    """The clips in the tables of all shards, sorted by uid."""
    failed = []
    for shard in shards:
        with open(shard, newline="", encoding="utf-8-sig") as file:
            failed += [FailedClip(**row) for row in csv.DictReader(file)]
    return sorted(failed)


def write_failed(failed: Sequence[FailedClip], path: str | Path) -> None:
    """Write the table of failed clips."""
    write_rows(path, FailedClip._fields, failed)


def write_judged(
    failed: Sequence[FailedClip],
    clip_count: int,
    max_failed_share: float,
    option: str,
    path: str | Path,
) -> None:
    """Write the table of the clips that failed, unless they are too many; print it in any case.

    Raises:
        InputError: as for :func:`check_failed_share`.
    """
    # A failed job's outputs are removed: its log keeps the table.
    print(f"{len(failed)} of {clip_count} videos failed", file=sys.stderr)
    csv.writer(sys.stderr, lineterminator="\n").writerows([FailedClip._fields, *failed])
    check_failed_share(failed, clip_count, max_failed_share, option)
    write_failed(failed, path)
