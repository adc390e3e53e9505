"""Damage in stored files is named, and so are values that cannot have been computed."""

import h5py
import numpy as np
import pytest

from playfair.data.stores import esv_checks
from playfair.data.stores.collation import collate_esvs
from playfair.data.stores.esv_store import (
    OPTIONAL,
    read_all_frames_esvs,
    read_esvs,
    write_esvs,
)
from playfair.data.stores.feature_store import FeatureStore
from playfair.data.stores.gathering import gather_hdf5
from playfair.data.stores.seal import SEAL
from playfair.errors import InputError
from tests.unit.data.stores.stored_files import (
    CLASSES,
    KINDS,
    UIDS,
    flipped,
    make_esvs,
    make_every_frame,
    make_features,
)
from tests.unit.results import edited, result_of


def test_collated_files_are_without_the_scores_of_all_subsets(tmp_path):
    path = make_esvs(tmp_path / "3.h5", optional=(*OPTIONAL, "subset_scores"))
    collate_esvs([path], tmp_path / "collated.h5")
    with h5py.File(path) as own, h5py.File(tmp_path / "collated.h5") as collated:
        assert own["subset_scores"].shape == (len(UIDS), 8, 5)
        assert set(own) - set(collated) - set(collated["3"]) == {"subset_scores"}


@pytest.mark.parametrize("kind", KINDS)
def test_files_without_checksums_are_read(tmp_path, kind):
    make, read = KINDS[kind]
    path, plain = make(tmp_path / "stored.h5"), tmp_path / "plain.h5"
    with h5py.File(path) as source, h5py.File(plain, "w") as target:

        def copy(name, item):
            if isinstance(item, h5py.Dataset):
                target[name] = item[()]
            else:
                target.create_group(name)
            target[name].attrs.update(item.attrs)

        source.visititems(copy)
        target.attrs.update({name: source.attrs[name] for name in source.attrs if name != SEAL})
        assert not target.get("esv", target["uid"]).fletcher32
    np.testing.assert_equal(read(plain), read(path))


@pytest.mark.parametrize(
    "change",
    [
        lambda file: file.attrs.update(model="another"),
        lambda file: file["uid"].__setitem__(0, "another"),
        lambda file: file.move("scores", "score"),
        lambda file: file.__delitem__("evaluations"),
        lambda file: file.__setitem__("one", 1.0),
        lambda file: file["class_name"].attrs.update(more=[1, 2]),
    ],
)
def test_changed_names_texts_and_attributes_are_noticed(tmp_path, change):
    path = make_esvs(tmp_path / "stored.h5")
    with h5py.File(path, "a") as file:
        change(file)
    with pytest.raises(InputError, match=r"stored\.h5 (is damaged|.*no dataset).*: delete it and"):
        read_esvs(path)
    with edited(path) as file:
        file.attrs["n_frames"] = 3
    if "scores" in h5py.File(path):
        read_esvs(path)


def test_gathered_and_collated_files_are_refused_for_damaged_ones(tmp_path, refused):
    path = make_esvs(tmp_path / "stored.h5")
    with h5py.File(path) as file:
        chunk = file["esv"].id.get_chunk_info(0)
    copy = flipped(path, chunk.byte_offset + 5, 3)
    other = make_esvs(tmp_path / "other.h5", uids=["another"])
    for make in (
        lambda: collate_esvs([copy], tmp_path / "out.h5"),
        lambda: gather_hdf5([copy, other], tmp_path / "out.h5"),
        lambda: gather_hdf5([copy], tmp_path / "out.h5"),
    ):
        with pytest.raises(InputError, match=r"flipped\.h5 is damaged \(in /esv: ") as caught:
            make()
        refused("Results folders", caught.value, "a changed byte in an ESV file")
        assert not (tmp_path / "out.h5").exists()


def spoil(path, name, value, row=4):
    """Change a value of a file that has no checksums, such as one of an earlier version."""
    with h5py.File(path, "a") as file:
        values = file[name][()]
        values[row] = value
        del file[name], file.attrs[SEAL]
        file[name] = values
    return path


@pytest.mark.parametrize("at_once", [1, 1 << 26])
@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("esv", 0.4, "the ESVs of 'clip0004' do not add up: prior \\+ their sum - score"),
        ("scores", 0.4, "the ESVs of 'clip0004' do not add up"),
        ("efficiency_gap", 0.1, "the ESVs of 'clip0004' do not add up.* expected 0.1"),
        ("efficiency_gap", np.nan, "the ESVs of 'clip0004' do not add up"),
        ("prior", 0.3, "the ESVs of 'clip0000' do not add up"),
        ("esv", np.nan, "of 'clip0004' are NaN or infinite"),
        ("scores", np.inf, "of 'clip0004' are NaN or infinite"),
        ("prior", np.nan, "of 'clip0000' are NaN or infinite"),
    ],
)
def test_values_that_cannot_have_been_computed_are_named(
    tmp_path, monkeypatch, at_once, name, value, message
):
    monkeypatch.setattr(esv_checks, "_BYTES_AT_ONCE", at_once)
    path = spoil(make_esvs(tmp_path / "stored.h5"), name, value)
    other = make_esvs(tmp_path / "other.h5", uids=["another"])
    for read in (
        read_esvs,
        lambda path: collate_esvs([path], tmp_path / "out.h5"),
        lambda path: gather_hdf5([path, other], tmp_path / "out.h5"),
    ):
        with pytest.raises(InputError, match=rf"stored\.h5: .*{message}"):
            read(path)


def test_files_of_different_priors_are_not_collated(tmp_path):
    paths = [make_esvs(tmp_path / f"{n_frames}_frames.h5", n_frames) for n_frames in (2, 3)]
    spoil(paths[1], "prior", 0.3)
    with pytest.raises(InputError, match=r"3_frames\.h5 and .* have different priors: make them"):
        collate_esvs(paths, tmp_path / "out.h5")


def test_attributes_that_are_not_utf8_are_not_copied(tmp_path):
    path = make_esvs(tmp_path / "stored.h5")
    with edited(path) as file:
        file.attrs["dataset"] = b"\xff"
    with pytest.raises(
        InputError, match=r"out\.h5 cannot be written, because '.udcff' is not text"
    ):
        collate_esvs([path], tmp_path / "out.h5")


def test_exact_values_add_up_to_the_score(tmp_path, refused):
    exact = make_esvs(tmp_path / "exact.h5", optional=(), method="exact")
    read_esvs(exact)
    with pytest.raises(InputError, match=r"do not add up.*, expected 0; make it anew") as caught:
        read_esvs(spoil(exact, "esv", 0.4))
    refused("Results folders", caught.value, "ESVs that do not add up to the score", has_sizes=True)
    # Sampled by another program, which says nothing of the gap.
    sampled = make_esvs(tmp_path / "sampled.h5", optional=(), method="constructive")
    read_esvs(spoil(sampled, "esv", 0.4))


@pytest.mark.parametrize("size", [1, 100])
def test_values_may_be_off_by_their_rounding(tmp_path, size):
    rng = np.random.default_rng(0)
    esv = (size * rng.normal(size=(200, 16, 5))).astype(np.float32)
    prior = np.full(5, size, np.float32)
    scores = (prior + esv.sum(axis=1)).astype(np.float32)
    with write_esvs(tmp_path / "a.h5", 16, CLASSES, prior, {"method": "exact"}) as writer:
        rows = {"label": [0] * 200, "sequence_length": [16] * 200}
        uids = [str(number) for number in range(200)]
        writer.append(result_of(scores, esv), uid=uids, **rows, frame_idx=np.zeros((200, 16)))
    read_esvs(tmp_path / "a.h5")


@pytest.mark.parametrize(
    "offsets",
    [
        [0, 2, 9],
        [1, 2, 6],
        [0, 7, 6],
        np.array([0, 2**64 - 1, 6], np.uint64),
        np.array([0, 2**63, 6], np.uint64),
    ],
)
def test_offsets_that_are_not_whole_and_ascending_are_refused(tmp_path, offsets):
    path, other = tmp_path / "features.h5", make_features(tmp_path / "other.h5")
    with h5py.File(path, "w") as file:
        file["features"] = np.zeros((6, 2), np.float32)
        file["offsets"] = offsets
        file["uid"], file["label"] = ["a", "b"], [0, 1]
    for read in (FeatureStore, lambda path: gather_hdf5([path, other], tmp_path / "out.h5")):
        with pytest.raises(InputError, match=r"features\.h5: its offsets do not lead from 0 to 6"):
            read(path)


def test_offsets_without_a_sign_are_read(tmp_path):
    with h5py.File(tmp_path / "features.h5", "w") as file:
        file["features"] = np.arange(12, dtype=np.float32).reshape(6, 2)
        file["offsets"] = np.array([0, 4, 6], np.uint8)
        file["uid"], file["label"] = ["a", "b"], [0, 1]
    with FeatureStore(tmp_path / "features.h5") as store:
        assert store.sequence_length.tolist() == [4, 2]
        assert store.features(1).tolist() == [[8, 9], [10, 11]]


def test_offsets_of_every_frame_are_checked(tmp_path):
    path = spoil(make_every_frame(tmp_path / "all.h5"), "offsets", 30)
    with pytest.raises(InputError, match=r"all\.h5: its offsets do not lead from 0"):
        list(read_all_frames_esvs(path))
