"""Whether two runs with the same shards on one machine left the same results, bit for bit."""

import re
from pathlib import Path

import h5py
import numpy as np
import pandas as pd

# What is measured, not computed: it differs from run to run.
MEASURED = re.compile(r"(^|/)(logs|benchmarks)/|/(sampling_error|approximation)\.(png|pdf)$")
SECONDS = "seconds"


def differences(one: Path, other: Path) -> list[str]:
    """The files of two folders of results that differ, by path; times apart."""
    paths = _files(one) | _files(other)
    return sorted(path for path in paths if not same_content(one / path, other / path))


def partial_files(folder: Path) -> list[Path]:
    """What was half written and not removed."""
    return [path for path in folder.rglob(".*") if ".partial" in path.name]


def same_content(one: Path, other: Path) -> bool:
    """Whether two files hold the same values."""
    if not (one.is_file() and other.is_file()):
        return False
    if one.suffix == ".h5":
        return _same_hdf5(one, other)
    if one.suffix == ".csv":
        return _without_times(one).equals(_without_times(other))
    return one.read_bytes() == other.read_bytes()


def _files(folder: Path) -> set[str]:
    paths = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    return {path for path in paths if not MEASURED.search(path)}


def _without_times(path: Path) -> pd.DataFrame:
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    columns = [column for column in table if SECONDS not in column]
    return table.loc[~(table == SECONDS).any(axis=1), columns]


def _same_hdf5(one: Path, other: Path) -> bool:
    with h5py.File(one) as first, h5py.File(other) as second:
        return _contents(first) == _contents(second)


def _contents(file: h5py.File) -> dict[str, object]:
    found: dict[str, object] = {"": _attributes(file)}

    def note(name: str, item: h5py.Dataset | h5py.Group) -> None:
        found[name] = _attributes(item)
        if isinstance(item, h5py.Dataset):
            values = item[()]
            is_text = values.dtype == object
            data = values.tolist() if is_text else np.ascontiguousarray(values).tobytes()
            found[name] = (found[name], item.dtype.str, item.shape, data)

    file.visititems(note)
    return found


def _attributes(item: h5py.Dataset | h5py.Group) -> dict[str, object]:
    return {name: np.asarray(value).tolist() for name, value in item.attrs.items()}
