"""Compare a run on Something-Something v2 with the scores that the paper's authors published.

python -m benchmarks.check_published results/ssv2

It needs the released weights, whose links are reported dead: no test can run it. One clip at 8
frames: the score of its true class by the multi-scale TRN, and a score by TSN. Frames that were
gulped here differ in their JPEGs from the authors', and scores with them: `--tolerance` says how
far they may lie apart; on features that the authors extracted themselves, 1e-5 is right.
"""

import argparse
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np

from playfair.data.stores.esv_store import load
from playfair.data.stores.esv_table import EsvTable
from playfair.errors import InputError

UID, N_FRAMES = "100049", 8


class Published(NamedTuple):
    """A score: of which model, for which class id, and how large."""

    model: str
    class_id: int
    score: float


PUBLISHED = (Published("trn", 46, 0.99046445), Published("tsn", 5, 0.47162473))


def compare(run: Path, models: dict[str, str], tolerance: float) -> list[str]:
    """A line for each published score that the run does not have.

    Args:
        run: results/<dataset>. models: what the run calls the models trn and tsn.

    Raises:
        InputError: if the run lacks a model, the clip or the number of frames.
    """
    wrong = []
    for model, class_id, score in PUBLISHED:
        path = run / "collated" / f"{models[model]}.h5"
        table = _table(path)
        row = int(np.flatnonzero(table.uid == UID)[0])
        found = float(table.scores[row, class_id])
        explained = float(table.prior[class_id] + table.esv[row, :, class_id].sum())
        if abs(found - score) > tolerance:
            wrong.append(f"{path}: class {class_id} has the score {found:.8f}, expected {score}")
        if abs(explained - found) > 1e-4:
            wrong.append(f"{path}: prior and ESVs add up to {explained:.8f}, not to {found:.8f}")
    return wrong


def _table(path: Path) -> EsvTable:
    tables = load(path)
    table: EsvTable | None = None if isinstance(tables, EsvTable) else tables.get(N_FRAMES)
    if table is None or UID not in table.uid:
        raise InputError(
            f"{path} does not explain the clip {UID} at {N_FRAMES} frames: run configs/ssv2.yaml "
            "with the released weights (docs/ssv2.md)"
        )
    return table


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("run", type=Path, help="results/ssv2 of a finished run")
    parser.add_argument("--trn", default="trn", help="the run's multi-scale TRN of 8 scales (trn)")
    parser.add_argument("--tsn", default="tsn", help="the run's TSN (tsn)")
    parser.add_argument("--tolerance", type=float, default=0.02, help="of scores (0.02)")
    options = parser.parse_args()
    try:
        wrong = compare(options.run, {"trn": options.trn, "tsn": options.tsn}, options.tolerance)
    except InputError as error:
        wrong = [str(error)]
    print("\n".join(wrong) or f"{len(PUBLISHED)} published scores agree")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
