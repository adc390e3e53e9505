"""Clips that failed: whether they are few enough to go on without them, and the table of them."""

import sys
from pathlib import Path

import pandas as pd

from playfair.errors import InputError
from playfair.files import write_csv


def check_failed_share(
    failed: pd.DataFrame, clip_count: int, max_failed_share: float, option: str
) -> None:
    """Accept failed clips if they are few.

    Args:
        failed: columns uid and reason. clip_count: how many clips there are, failed ones included.
        max_failed_share: the share of them (0..1) that may fail. option: what the user calls it.

    Raises:
        InputError: if more than `max_failed_share` of the clips failed, or all of them.
    """
    share = len(failed) / clip_count
    if share > max_failed_share or share == 1:
        raise InputError(
            f"{len(failed)} of {clip_count} videos failed ({share:.1%}; {option} allows "
            f"{max_failed_share:.1%}), the first being {failed.uid[0]!r}: {failed.reason[0]}"
        )


def write_judged(
    failed: pd.DataFrame, clip_count: int, max_failed_share: float, option: str, path: str | Path
) -> None:
    """Write the table of the clips that failed, unless they are too many; print it in any case.

    Raises:
        InputError: as for :func:`check_failed_share`.
    """
    # A failed job's outputs are removed: its log keeps the table.
    table = failed.to_csv(index=False)
    print(f"{len(failed)} of {clip_count} videos failed\n{table}", file=sys.stderr)
    check_failed_share(failed, clip_count, max_failed_share, option)
    write_csv(failed, path)
