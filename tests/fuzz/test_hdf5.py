"""HDF5 files: damaged features, ESVs and collated files, and layouts made by hand.

Each is read in a process of its own, because HDF5 is a library in C. What is accepted holds what
was written into it.
"""

from functools import partial
from pathlib import Path

import h5py
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playfair.data.stores.collation import collate_esvs
from playfair.data.stores.esv_store import (
    load_by_model,
    read_all_frames_esvs,
    read_esvs,
    write_esvs,
)
from playfair.data.stores.feature_sources import FeatureTable
from playfair.data.stores.feature_store import write_features
from playfair.data.stores.gathering import gather_hdf5
from playfair.data.stores.seal import SEAL
from tests.fuzz.damage import damaged, edits
from tests.fuzz.targets import READ, cases, outcome_alone, saved_examples
from tests.unit.results import result_of

CLASSES = ["x", "y", "z"]
UIDS = ["a", "b"]
V, N, C, D = 2, 3, 3, 4
ATTRIBUTES = {"dataset": "mine", "model": "tsn"}


def write_one_of_each(folder):
    generator = np.random.default_rng(0)
    with write_features(folder / "features", UIDS, [0, -1], [1, N], D, ATTRIBUTES) as writer:
        writer.append(generator.normal(size=(1 + N, D)).astype(np.float32))
    for name, n_frames in (("esvs", N), ("every_frame", None)):
        prior = np.full(C, 1 / C, np.float32)
        esv = generator.normal(size=(V, N, C)).astype(np.float32)
        result = result_of(
            (prior + esv.sum(axis=1)).astype(np.float32),
            esv if n_frames else list(esv),
            standard_error=np.zeros_like(esv) if n_frames else list(np.zeros_like(esv)),
            prior=prior,
        )
        optional = ("standard_error", "evaluations", "efficiency_gap")
        with write_esvs(folder / name, n_frames, CLASSES, prior, ATTRIBUTES, optional) as writer:
            writer.append(
                result,
                uid=UIDS,
                label=[0, -1],
                sequence_length=[N, N],
                frame_idx=np.tile(np.arange(N), (V, 1)),
            )
    collate_esvs([folder / "esvs"], folder / "collated")


def feature_values(path):
    table = FeatureTable(path)
    with table.store:
        videos = [table.read(clip) for clip in table.clips(CLASSES)]
        return [table.store.uid.tolist(), table.store.label.tolist(), *videos]


def table_values(table):
    return [
        table.uid.tolist(),
        table.class_name.tolist(),
        table.label,
        table.frame_idx,
        table.scores,
        table.esv,
        table.prior,
    ]


def collated_values(path):
    (results,) = load_by_model([path]).values()
    return [part for table in results.values() for part in table_values(table)]


READERS = {
    "features": feature_values,
    "esvs": lambda path: table_values(read_esvs(path)),
    "every_frame": lambda path: [
        part for table in read_all_frames_esvs(path) for part in table_values(table)
    ],
    "collated": collated_values,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hdf5")
    write_one_of_each(folder)
    return folder


def copy_out(path):
    """What gathering and collating make of a file, and what loading makes of that."""
    made = Path(f"{path}.made")
    gather_hdf5([path], made)
    with h5py.File(path) as file:
        is_esvs = "esv" in file and "offsets" not in file
    if is_esvs:
        collate_esvs([path], made)
        load_by_model([made])


def read(name, case, expected):
    """Read a file; `expected`, if any, is what it should hold."""
    found = READERS[name](case)
    if expected is not None:
        assert len(found) == len(expected), "reads another number of values"
        for one, other in zip(found, expected, strict=True):
            np.testing.assert_array_equal(one, other)
    if name in ("features", "esvs"):
        copy_out(case)


def read_alone(folder, name, content, expected=None):
    """Whether a file is read; if it should hold certain values, that it does."""
    case = folder / "case.h5"
    case.write_bytes(content)
    return outcome_alone(f"hdf5.{name}", content, partial(read, name, case, expected))


@pytest.mark.parametrize("name", READERS)
def test_saved_hdf5_files_are_read_or_refused(folder, name):
    content = (folder / name).read_bytes()
    assert read_alone(folder, name, content, READERS[name](folder / name)) == READ
    for path in saved_examples(f"hdf5.{name}"):
        read_alone(folder, name, path.read_bytes())


@pytest.mark.parametrize("name", READERS)
@given(damage=edits(largest=8192), donor=st.sampled_from(sorted(READERS)))
@cases(60)
def test_damaged_hdf5_files_are_read_or_refused(folder, name, damage, donor):
    content = damaged((folder / name).read_bytes(), damage, (folder / donor).read_bytes())
    read_alone(folder, name, content)


TYPES = ("f4", "f8", "f2", "i8", "i4", "u1", "u8", ">i4", "?", "c8", "S3", "O")
lengths = st.one_of(st.integers(0, 4), st.sampled_from((V, N, C, D, V + 1, 1 + N)))


@st.composite
def columns(draw, named):
    """A column: its name, type, shape, values and how it is stored."""
    name = draw(named)
    kind = draw(st.sampled_from(TYPES))
    shape = tuple(draw(st.lists(lengths, max_size=3)))
    seed = draw(st.integers(0, 3))
    stored = draw(st.sampled_from(("plain", "chunked", "gzip", "checked")))
    return name, kind, shape, seed, stored


def write_column(file, name, kind, shape, seed, stored):
    values = np.random.default_rng(seed).integers(-2, 5, shape)
    if kind in ("S3", "O"):
        texts = [f"{value}é" for value in values.flat]
        values = np.array(texts, object).reshape(shape)
        options = {"dtype": h5py.string_dtype()}
        if kind == "S3":
            values, options = np.array([text.encode()[:3] for text in texts]).reshape(shape), {}
    else:
        values, options = values.astype(kind), {}
    if stored != "plain" and shape and all(shape):
        options |= {"chunks": True, "fletcher32": stored == "checked" and kind != "O"}
        options |= {"compression": "gzip"} if stored == "gzip" else {}
    if name in file:
        del file[name]
    file.create_dataset(name, data=values, **options)


OFTEN = {
    "features": ("features", "offsets", "uid", "label"),
    "esvs": ("esv", "scores", "frame_idx", "uid", "label", "prior", "class_name", "esv_se"),
    "every_frame": ("esv", "scores", "frame_idx", "uid", "offsets", "class_name", "esv_se"),
    "collated": ("3/esv", "3/scores", "3/frame_idx", "uid", "label", "class_name", "4/esv"),
}


@pytest.mark.parametrize("name", READERS)
@given(data=st.data())
@cases(60)
def test_hdf5_files_of_odd_columns_are_read_or_refused(folder, name, data):
    """Columns of a good file replaced, left out or added."""
    path = folder / "odd.h5"
    path.write_bytes((folder / name).read_bytes())
    named = st.one_of(st.sampled_from(OFTEN[name]), st.sampled_from(("efficiency_gap", "4/uid")))
    with h5py.File(path, "a") as file:
        # As a file of a user's has none.
        file.attrs.pop(SEAL, None)
        for gone in data.draw(st.lists(st.sampled_from(OFTEN[name]), max_size=1)):
            if gone in file:
                del file[gone]
        for column in data.draw(st.lists(columns(named), max_size=2)):
            write_column(file, *column)
        for lost in data.draw(
            st.lists(st.sampled_from(sorted(file.attrs)), max_size=2, unique=True)
        ):
            value = data.draw(st.sampled_from((None, 1, 2.5, "text", [1, 2], [], b"\xff")))
            if value is None:
                del file.attrs[lost]
            else:
                file.attrs[lost] = value
    read_alone(folder, name, path.read_bytes())
