"""Damaged and made-up arrays of features, imported beside a good one that always comes through."""

import io
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playfair.data.clips.labels import Clip
from playfair.data.stores.feature_store import FeatureStore
from playfair.data.stores.import_features import import_features
from playfair.errors import InputError
from tests.fuzz.damage import NUMBERS, damaged, edits
from tests.fuzz.targets import READ, cases, outcome, saved_examples

D = 4
ARRAY = np.random.default_rng(0).standard_normal((6, D)).astype(np.float32)
METHODS = {
    "stored": zipfile.ZIP_STORED,
    "deflated": zipfile.ZIP_DEFLATED,
    "lzma": zipfile.ZIP_LZMA,
    "bzip2": zipfile.ZIP_BZIP2,
}
TYPES = ("<f4", ">f8", "<f2", "<f16", "<i8", "|u1", "|b1", "<c8", "|O", "<U3", "|S0", "|V4", "|V0")
SIZES = st.sampled_from((-1, 0, 1, 3, D, 6, 255, 2**31, 2**32 + 1, 2**62, 2**63, 10**30, 1.5, None))
FLAGS = st.sampled_from((0, 0, 1, 8, 64))
"""Of an entry of an archive: plain, encrypted, of a size that follows, strongly encrypted."""


def npy(array=ARRAY):
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def npz(content, method, names=("features.npy",), flags=0):
    """An archive of the same content under every name."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name in names:
            archive.writestr(name, content)
    data = bytearray(file.getvalue())
    for signature, place in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        data[data.index(signature) + place] |= flags
    return bytes(data)


BASES = {"npy": npy()} | {name: npz(npy(), method) for name, method in METHODS.items()}


@pytest.fixture(scope="module")
def imported(tmp_path_factory):
    """Imports an array beside a good one; says that it was read, or raises why it is left out."""
    folder = tmp_path_factory.mktemp("arrays")
    np.save(folder / "good.npy", ARRAY)

    def import_beside(content):
        suffix = "npz" if content[:2] == b"PK" else "npy"
        for path in folder.glob("case.*"):
            path.unlink()
        (folder / f"case.{suffix}").write_bytes(content)
        clips = [Clip("case", "a"), Clip("good", "a")]
        out = folder / "out.h5"
        failed = import_features(folder, out, clips, ["a"], feature_dim=D, fps=8.0, attributes={})
        store = FeatureStore(out)
        np.testing.assert_array_equal(store.features(len(store) - 1), ARRAY)
        if len(failed):
            assert [clip.uid for clip in failed] == ["case"] and len(store) == 1
            raise InputError(failed[0].reason)
        assert np.isfinite(store.features(0)).all()
        return READ

    return import_beside


def read_or_refused(imported, content):
    return outcome("array", content, lambda: imported(content))


def test_saved_arrays_are_read_or_refused(imported):
    assert {read_or_refused(imported, content) for content in BASES.values()} == {READ}
    for path in saved_examples("array"):
        read_or_refused(imported, path.read_bytes())


@given(base=st.sampled_from(sorted(BASES)), damage=edits(), donor=st.sampled_from(sorted(BASES)))
@cases(150)
def test_damaged_arrays_are_read_or_refused(imported, base, damage, donor):
    read_or_refused(imported, damaged(BASES[base], damage, BASES[donor]))


@st.composite
def made_up(draw):
    """A .npy file whose header says anything, followed by some data; perhaps in an archive."""
    shape = draw(st.lists(SIZES, max_size=3).map(tuple) | st.just((draw(SIZES), D)))
    header = {
        "descr": draw(st.sampled_from(TYPES) | st.just([("a", "<f4"), ("b", "|O")])),
        "fortran_order": draw(st.sampled_from((False, True, 1, "x"))),
        "shape": shape,
    }
    text = draw(st.just(repr(header)) | st.text(max_size=60) | st.just("(" * 3000)).encode()
    length = draw(st.just(len(text).to_bytes(2, "little")) | st.sampled_from(NUMBERS))
    version = draw(st.sampled_from((b"\1\0", b"\2\0", b"\3\0", b"\xff\xff")))
    data = draw(st.just(bytes(4 * 6 * D)) | st.binary(max_size=200) | st.just(bytes(1 << 20)))
    content = b"\x93NUMPY" + version + length + text + data
    if draw(st.booleans()):
        return content
    names = draw(
        st.lists(st.sampled_from(("features.npy", "features", "../x.npy", "features/")), min_size=1)
    )
    return npz(content, draw(st.sampled_from(sorted(METHODS.values()))), names, draw(FLAGS))


@given(content=made_up())
@cases(150)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_made_up_arrays_are_read_or_refused(imported, content):
    read_or_refused(imported, content)


def test_an_archive_of_much_that_packs_well_is_refused(imported):
    assert read_or_refused(imported, npz(bytes(1 << 26), zipfile.ZIP_LZMA)) != READ
