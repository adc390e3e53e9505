"""HDF5 files from anybody: nothing outside of them is read, and odd layouts get one sentence."""

import os
import re

import h5py
import numpy as np
import pytest

from docs.errors import JOB_ENDS
from playfair.data.stores.collation import collate_esvs
from playfair.data.stores.esv_store import (
    OPTIONAL,
    SAMPLED,
    load,
    open_results,
    read_all_frames_esvs,
    write_esvs,
)
from playfair.data.stores.feature_sources import FeatureTable
from playfair.data.stores.feature_store import FeatureStore, write_features
from playfair.data.stores.gathering import gather_hdf5
from playfair.data.stores.hdf5 import open_hdf5
from playfair.data.stores.layout import COLUMNS
from playfair.data.stores.seal import SEAL
from playfair.errors import InputError
from tests.unit.results import edited, result_of

SECRET = b"root:x:0:0:".ljust(48)


@pytest.fixture
def features(tmp_path):
    path = tmp_path / "features.h5"
    with write_features(path, ["a", "b"], [0, 1], [1, 2], 2, {"architecture": "small"}) as writer:
        writer.append(np.ones((3, 2), np.float32))
    return path


@pytest.fixture
def secret(tmp_path):
    """A file elsewhere on the disk, as raw bytes and as HDF5."""
    (tmp_path / "secret").write_bytes(SECRET)
    with h5py.File(tmp_path / "secret.h5", "w") as file:
        file["features"] = np.ones((3, 2), np.float32)
    return tmp_path / "secret"


def with_column(path, name, make):
    with h5py.File(path, "a") as file:
        del file[name]
        make(file)
        file.attrs.pop(SEAL, None)
    return path


def external_storage(file, secret):
    storage = [(str(secret), 0, h5py.h5f.UNLIMITED)]
    file.create_dataset("features", (3, 2), np.float64, external=storage)


def external_link(file, secret):
    file["features"] = h5py.ExternalLink(f"{secret}.h5", "features")


def link_of_a_link(file, secret):
    file["inner"] = h5py.ExternalLink(f"{secret}.h5", "/")
    file["features"] = h5py.SoftLink("/inner/features")


def virtual_data(file, secret):
    layout = h5py.VirtualLayout((3, 2), np.float32)
    layout[:] = h5py.VirtualSource(f"{secret}.h5", "features", (3, 2))
    file.create_virtual_dataset("features", layout)


def virtual_data_of_nothing(file, secret):
    layout = h5py.VirtualLayout((3, 2), np.float32)
    layout[:] = h5py.VirtualSource("absent.h5", "features", (3, 2))
    file.create_virtual_dataset("features", layout)


def hidden_below(file, secret):
    file["features"] = np.ones((3, 2), np.float32)
    external_storage(file.create_group("deep/er"), secret)


OUTSIDE = {
    "data in another file": (external_storage, "/features keeps its data in another file"),
    "a link to another file": (external_link, "/features is a link to another file"),
    "a link to a link to another file": (link_of_a_link, "/inner is a link to another file"),
    "virtual data of another file": (virtual_data, "/features is a virtual data set"),
    "virtual data of no file": (virtual_data_of_nothing, "/features is a virtual data set"),
    "data in another file, below groups": (
        hidden_below,
        "/deep/er/features keeps its data in another file",
    ),
}


@pytest.mark.parametrize(("make", "message"), OUTSIDE.values(), ids=OUTSIDE)
def test_data_of_other_files_are_refused(features, secret, refused, make, message):
    path = with_column(features, "features", lambda file: make(file, secret))
    for opener in (FeatureStore, FeatureTable, open_results):
        with pytest.raises(InputError, match=rf"features\.h5: {message}") as caught:
            opener(path)
    refused("Results folders", caught.value)


def test_links_within_the_file_are_read(features):
    def inside(file):
        file["hidden/values"] = np.full((3, 2), 5.0)
        file["features"] = h5py.SoftLink("/hidden/values")
        file["hidden/again"] = file["/"]

    with FeatureStore(with_column(features, "features", inside)) as store:
        assert (store.features(1) == 5).all()


def column(name, value, **options):
    return name, lambda file: file.create_dataset(name, data=value, **options)


def declared(name, shape, dtype=np.float32, **options):
    return name, lambda file: file.create_dataset(name, shape, dtype, **options)


def compound(file):
    file["features"] = np.zeros(3, [("x", "f4"), ("y", "f4")])


def ragged(file):
    file.create_dataset("features", (3,), h5py.vlen_dtype(np.float32))


def references(file):
    file["label"] = np.array([file.ref, file.ref], h5py.ref_dtype)


def opaque(file):
    file["label"] = np.array([0, 1], "M8[s]").astype(h5py.opaque_dtype("M8[s]"))


def unknown_filter(file):
    created = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    created.set_chunk((3, 2))
    # Marked optional, or HDF5 would not write it.
    created.set_filter(32_123, h5py.h5z.FLAG_OPTIONAL, ())
    space = h5py.h5s.create_simple((3, 2))
    h5py.h5d.create(file.id, b"features", h5py.h5t.NATIVE_FLOAT, space, created)
    file["features"][:] = 1


def half_written(file):
    column = file.create_dataset("features", (3, 2), np.float32, chunks=(2, 2), fletcher32=True)
    column[:2] = 1


LAYOUTS = {
    "a feature file of compound numbers": (
        ("features", compound),
        "/features is of a compound type: expected numbers",
    ),
    "features of different lengths": (
        ("features", ragged),
        "/features is of a variable-length type",
    ),
    "labels that are references": (("label", references), "/label is of a reference type"),
    "labels of an opaque type": (("label", opaque), "/label is of a opaque type"),
    "features that are a single number": (
        column("features", 1.0),
        r"/features has the shape \(\), expected \(F, D\)",
    ),
    "features without any data": (
        column("features", h5py.Empty("f4")),
        "/features has the shape None",
    ),
    "features of three axes": (
        column("features", np.zeros((3, 2, 2))),
        r"/features has the shape \(3, 2, 2\)",
    ),
    "features of one axis": (column("features", np.zeros(3)), r"/features has the shape \(3,\)"),
    "text where features belong": (
        column("features", [["a", "b"]] * 3),
        "/features holds object, expected",
    ),
    "features that are complex numbers": (
        column("features", np.zeros((3, 2), "c8")),
        "/features is of a compound type",
    ),
    "truth values where labels belong": (
        column("label", [True, False]),
        "/label holds bool, expected whole numbers",
    ),
    "offsets with a decimal point": (
        column("offsets", [0.0, 1.0, 3.0]),
        "/offsets holds float64, expected whole",
    ),
    "numbers where uids belong": (column("uid", [1, 2]), "/uid holds int64, expected text"),
    "uids that are not UTF-8": (column("uid", [b"\xff", b"b"]), "/uid is not text in UTF-8"),
    "fewer labels than videos": (column("label", [0]), r"/label has the shape \(1,\).* with V = 2"),
    "no offsets at all": (column("offsets", np.zeros(0, int)), r"/offsets has the shape \(0,\)"),
    "a group where features belong": (
        ("features", lambda file: file.create_group("features")),
        "/features is a group, expected a data set of numbers",
    ),
    "a compression that is not installed": (
        ("features", unknown_filter),
        "/features is compressed by a filter that is not installed",
    ),
    "a shape of 4 TB, in chunks": (
        declared("features", (10**9, 1000), chunks=(1000, 1000)),
        "/features declares 4000000000000 bytes of data.*of which 0 are stored",
    ),
    "a shape of 4 TB with checksums, without data": (
        declared("features", (10**9, 1000), chunks=(1000, 1000), fletcher32=True),
        "/features declares 4000000000000 bytes of data.*of which 0 are stored",
    ),
    "features of which a chunk is not there": (
        ("features", half_written),
        "/features declares 24 bytes of data.*of which 20 are stored",
    ),
    "a shape of 4 TB that nobody wrote": (
        declared("features", (10**9, 1000)),
        "/features declares .* of which 0 are stored",
    ),
    "a shape of 40 GB, compressed": (
        declared("features", (10**7, 1000), chunks=(1000, 1000), compression="gzip"),
        "/features declares .* of which 0 are stored",
    ),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_odd_layouts_get_one_sentence(features, refused, layout):
    (name, make), message = LAYOUTS[layout]
    path = with_column(features, name, make)
    with pytest.raises(InputError, match=rf"features\.h5: {message}") as caught:
        FeatureTable(path)
    refused("Features and arrays", caught.value, rest=JOB_ENDS)


def test_compressed_data_of_any_plain_type_are_read(features):
    for dtype in (np.float64, np.float16, np.int16, ">f4", np.uint8):
        make = column("features", np.arange(6).reshape(3, 2).astype(dtype), compression="gzip")[1]
        table = FeatureTable(with_column(features, "features", make))
        assert table.store.features(1).tolist() == [[2, 3], [4, 5]]
        table.store.close()


def test_data_that_unpack_to_very_much_are_refused(features, monkeypatch, refused):
    monkeypatch.setattr("playfair.data.stores.hdf5.SMALL", 1000)
    make = column("features", np.zeros((100_000, 2)), compression="gzip")[1]
    path = with_column(features, "features", make)
    with pytest.raises(InputError, match="declares 1600000 bytes of data, shape") as caught:
        open_hdf5(path, "a feature file")
    refused("Results folders", caught.value, "data that unpack to very much", has_sizes=True)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (np.zeros(3, [("x", "f4")]), "features.h5: /, attribute odd is of a compound type"),
        (np.zeros(3), "features.h5: /, attribute odd is too large: expected at most 16 bytes"),
    ],
)
def test_odd_attributes_are_refused(features, monkeypatch, value, message):
    monkeypatch.setattr("playfair.data.stores.hdf5.MOST_ATTRIBUTE_BYTES", 16)
    with h5py.File(features, "a") as file:
        file.attrs["odd"] = value
    with pytest.raises(InputError, match=re.escape(message)):
        FeatureStore(features)


def test_empty_attributes_are_read(features):
    """Such as the checkpoints of a model that has none."""
    with edited(features) as file:
        file.attrs["none"] = []
    with FeatureStore(features) as store:
        assert len(store.attributes["none"]) == 0


ESV_LAYOUTS = {
    "frame_idx": (np.zeros(2, int), r"/frame_idx has the shape \(2,\), expected \(V, n\)"),
    "esv": (np.zeros((2, 2, 4)), r"/esv has the shape \(2, 2, 4\).* with C = 3"),
    "scores": (np.zeros((1, 3)), r"/scores has the shape \(1, 3\).* with V = 2"),
    "interactions": (np.zeros((2, 3, 2, 2)), r"/interactions has .* with 2 = 2"),
    "sufficient_frames": (np.zeros((2, 2)), "/sufficient_frames holds float64, expected truth"),
    "subset_scores": (np.zeros((2, 8, 3)), r"/subset_scores has .* with 2\^n = 4"),
    "prior": (np.zeros((3, 1)), r"/prior has the shape \(3, 1\), expected \(C\)"),
}


def make_esvs(path, n_frames=2):
    optional = (*OPTIONAL, "subset_scores") if n_frames else SAMPLED
    with write_esvs(path, n_frames, ["x", "y", "z"], np.full(3, 1 / 3), {}, optional) as writer:
        if n_frames is None:
            return path
        result = result_of(
            np.zeros((2, 3)),
            np.zeros((2, 2, 3)),
            standard_error=np.zeros((2, 2, 3)),
            interactions=np.zeros((2, 2, 2, 2)),
            sufficient_frames=np.zeros((2, 2), bool),
            necessary_frames=np.zeros((2, 2), bool),
            subset_scores=np.zeros((2, 4, 3)),
        )
        writer.append(
            result,
            uid=["a", "b"],
            label=[0, 1],
            sequence_length=[4, 4],
            frame_idx=np.zeros((2, 2)),
        )
    return path


@pytest.mark.parametrize("name", ESV_LAYOUTS)
def test_odd_results_get_one_sentence(tmp_path, name):
    value, message = ESV_LAYOUTS[name]
    path = with_column(
        make_esvs(tmp_path / "esvs.h5"), name, lambda file: file.create_dataset(name, data=value)
    )
    readers = (
        load,
        lambda path: list(read_all_frames_esvs(path)),
        lambda path: collate_esvs([path], tmp_path / "out.h5"),
        lambda path: gather_hdf5([path, path], tmp_path / "out.h5"),
    )
    for read in readers:
        with pytest.raises(InputError, match=rf"esvs\.h5: {message}"):
            read(path)


def test_an_odd_group_of_a_collated_file_gets_one_sentence(tmp_path, refused):
    path = tmp_path / "collated.h5"
    with h5py.File(make_esvs(tmp_path / "esvs.h5")) as source, h5py.File(path, "w") as file:
        for name in ("uid", "label", "sequence_length", "prior", "class_name"):
            source.copy(name, file)
        for name in ("frame_idx", "scores", "esv"):
            source.copy(name, file.require_group("2"))
        del file["2/esv"]
        file["2/esv"] = np.zeros((3, 2, 3))
    with pytest.raises(
        InputError, match=r"/2/esv has the shape \(3, 2, 3\).* with V = 2"
    ) as caught:
        load(path)
    refused("Results folders", caught.value, "ESVs of another number of videos in a collated file")


@pytest.mark.parametrize("n_frames", [2, None])
def test_every_column_that_is_written_has_a_layout(tmp_path, n_frames):
    with open_hdf5(make_esvs(tmp_path / "esvs.h5", n_frames), "an ESV file") as file:
        assert set(file) <= COLUMNS.keys()


def test_a_file_that_may_not_be_read_is_not_called_damaged(features, monkeypatch, refused):
    class Refusing:
        def __init__(self, error):
            self.error = error

        def __call__(self, *_):
            raise self.error

    monkeypatch.setattr("h5py.File", Refusing(PermissionError(13, "Permission denied")))
    with pytest.raises(
        InputError, match=r"may not be read .*: give yourself the right to"
    ) as caught:
        FeatureStore(features)
    refused("Results folders", caught.value, "a file without the right to read it")
    monkeypatch.setattr("h5py.File", Refusing(BlockingIOError(11, "unable to lock file")))
    with pytest.raises(InputError, match="is open for writing in another program") as caught:
        FeatureStore(features)
    refused("Results folders", caught.value, "a file that another program writes")


def test_a_pipe_is_not_waited_for(tmp_path, refused):
    os.mkfifo(tmp_path / "pipe.h5")
    with pytest.raises(
        InputError, match=r"pipe\.h5 is not a file: expected a feature file"
    ) as caught:
        FeatureStore(tmp_path / "pipe.h5")
    refused("Results folders", caught.value, "a pipe in place of a file")


def test_a_file_that_has_changed_is_looked_through_again(features, secret):
    FeatureStore(features).close()
    with_column(features, "features", lambda file: external_link(file, secret))
    with pytest.raises(InputError, match="is a link to another file"):
        FeatureStore(features)
