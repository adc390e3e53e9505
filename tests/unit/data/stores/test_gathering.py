"""Gathering: the files of all shards together are the file that one job would have written."""

import h5py
import numpy as np
import pytest

from playfair.data.stores import gathering
from playfair.data.stores.esv_store import read_all_frames_esvs, write_esvs
from playfair.data.stores.feature_store import FeatureStore, write_features
from playfair.data.stores.gathering import (
    gather_files,
    gather_gulps,
    gather_hdf5,
)
from playfair.data.stores.seal import SEAL
from playfair.data.video.gulp import GulpReader, VideoFile, gulp_videos
from playfair.errors import InputError
from playfair.files import CONTENTS, lost_files, write_contents
from tests.unit.data.drawn_clips import write_clips
from tests.unit.results import result_of

CLASSES = ["a", "b", "c"]
VIDEOS = sorted(f"v{number}" for number in range(23))
SPLITS = {
    "runs": [VIDEOS[:9], VIDEOS[9:10], VIDEOS[10:]],
    "mixed": [VIDEOS[0::3], VIDEOS[1::3], [], VIDEOS[2::3]],
    "one": [VIDEOS],
}


def length_of(uid):
    return 2 + int(uid[1:]) % 5


def values_of(uid, *shape):
    rng = np.random.default_rng([int(uid[1:]), *shape])
    return rng.random(shape, np.float32)


def make_features(path, uids):
    lengths = [length_of(uid) for uid in uids]
    labels = [int(uid[1:]) % 3 for uid in uids]
    with write_features(path, uids, labels, lengths, 4, {"checkpoint_hash": "x"}) as writer:
        for uid, length in zip(uids, lengths, strict=True):
            writer.append(values_of(uid, length, 4))


def make_esvs(path, uids, n_frames):
    lengths = [n_frames or length_of(uid) for uid in uids]
    attributes = {"dataset": "d", "model": "m", "method": "regression", "seed": 0}
    optional = ("standard_error", "evaluations", "efficiency_gap")
    if n_frames:
        optional += ("subset_scores",)
    esv = [values_of(uid, length, 3) for uid, length in zip(uids, lengths, strict=True)]
    with write_esvs(path, n_frames, CLASSES, np.ones(3) / 3, attributes, optional) as writer:
        if not uids:
            return
        result = result_of(
            np.stack([values_of(uid, 3) for uid in uids]),
            esv,
            standard_error=[2 * rows for rows in esv],
            evaluations=[int(uid[1:]) for uid in uids],
            subset_scores=[values_of(uid, 32, 3) for uid in uids],
        )
        writer.append(
            result,
            uid=uids,
            label=[int(uid[1:]) % 3 for uid in uids],
            sequence_length=[length_of(uid) for uid in uids],
            frame_idx=[np.arange(length) for length in lengths],
        )


MAKERS = {
    "features": make_features,
    "esvs": lambda path, uids: make_esvs(path, uids, 5),
    "all_frames": lambda path, uids: make_esvs(path, uids, None),
}


def contents(path):
    with h5py.File(path) as file:
        assert not [name for name in file if isinstance(file[name], h5py.Group)]
        types = {name: file[name].dtype for name in file}
        return {name: file[name][()] for name in file}, types, dict(file.attrs)


def same(one, other):
    columns, types, attributes = contents(one)
    other_columns, other_types, other_attributes = contents(other)
    assert types == other_types
    assert attributes == other_attributes
    assert columns.keys() == other_columns.keys()
    for name in columns:
        np.testing.assert_array_equal(columns[name], other_columns[name])


@pytest.mark.parametrize("block_bytes", [1, 1000, 1 << 26])
@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("kind", MAKERS)
def test_joined_file_is_that_of_one_job(tmp_path, monkeypatch, kind, split, block_bytes):
    monkeypatch.setattr(gathering, "BLOCK_BYTES", block_bytes)
    monkeypatch.setattr(gathering, "SHARD_BLOCK_BYTES", 1)
    shards = [tmp_path / f"{number}.h5" for number in range(len(SPLITS[split]))]
    for shard, uids in zip(shards, SPLITS[split], strict=True):
        MAKERS[kind](shard, uids)
    MAKERS[kind](tmp_path / "whole.h5", VIDEOS)
    gather_hdf5(shards, tmp_path / "joined.h5")
    same(tmp_path / "whole.h5", tmp_path / "joined.h5")


def test_shards_without_any_video_give_an_empty_file(tmp_path):
    for number in (1, 2):
        make_features(tmp_path / f"{number}.h5", [])
    gather_hdf5([tmp_path / "1.h5", tmp_path / "2.h5"], tmp_path / "joined.h5")
    assert len(FeatureStore(tmp_path / "joined.h5")) == 0


def test_joined_all_frames_file_is_read_video_by_video(tmp_path):
    for number, uids in enumerate(SPLITS["mixed"]):
        make_esvs(tmp_path / f"{number}.h5", uids, None)
    gather_hdf5([tmp_path / f"{number}.h5" for number in range(4)], tmp_path / "joined.h5")
    for table, uid in zip(read_all_frames_esvs(tmp_path / "joined.h5"), VIDEOS, strict=True):
        assert list(table.uid) == [uid]
        np.testing.assert_array_equal(table.esv[0], values_of(uid, length_of(uid), 3))


def test_a_single_shard_is_linked_not_copied(tmp_path):
    make_features(tmp_path / "1.h5", VIDEOS)
    gather_hdf5([tmp_path / "1.h5"], tmp_path / "joined.h5")
    assert (tmp_path / "joined.h5").samefile(tmp_path / "1.h5")


def test_repeated_video_is_named(tmp_path, refused):
    make_features(tmp_path / "1.h5", VIDEOS[:5])
    make_features(tmp_path / "2.h5", VIDEOS[4:])
    with pytest.raises(InputError, match=f"the video '{VIDEOS[4]}' is in two shards") as caught:
        gather_hdf5([tmp_path / "1.h5", tmp_path / "2.h5"], tmp_path / "joined.h5")
    refused("Results folders", caught.value, "a video in two shards")
    assert not (tmp_path / "joined.h5").exists()


def test_truncated_shard_is_named(tmp_path):
    for number in (1, 2):
        make_features(tmp_path / f"{number}.h5", VIDEOS[number::2])
    whole = (tmp_path / "2.h5").read_bytes()
    (tmp_path / "2.h5").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match=r"2\.h5 is not a readable HDF5 file"):
        gather_hdf5([tmp_path / "1.h5", tmp_path / "2.h5"], tmp_path / "joined.h5")


def test_a_shard_with_a_group_is_refused(tmp_path):
    make_features(tmp_path / "1.h5", VIDEOS)
    with h5py.File(tmp_path / "1.h5", "a") as file:
        del file.attrs[SEAL]
        file.create_group("4")
    with pytest.raises(InputError, match=r"1\.h5 has a group '4': expected columns alone"):
        gather_hdf5([tmp_path / "1.h5"], tmp_path / "joined.h5")


def test_unsorted_shard_is_refused(tmp_path):
    make_features(tmp_path / "1.h5", VIDEOS[:5])
    make_features(tmp_path / "2.h5", VIDEOS[:4:-1])
    with pytest.raises(InputError, match=r"2\.h5 are not sorted by uid"):
        gather_hdf5([tmp_path / "1.h5", tmp_path / "2.h5"], tmp_path / "joined.h5")


@pytest.fixture(scope="module")
def gulped(tmp_path_factory):
    """A directory of videos, and their frames in one gulp and in four shards, one of them empty."""
    folder = tmp_path_factory.mktemp("gulped")
    lengths = {f"{number}": 4 + number for number in range(5)}
    write_clips(folder, lengths)
    shares = {"whole": list(lengths), "1": ["3", "0", "2"], "2": [], "3": ["4"], "4": ["1"]}
    for name, uids in shares.items():
        videos = [VideoFile(uid, folder / f"{uid}.webm", {"class_index": 0}) for uid in uids]
        gulp_videos(videos, folder / name, chunk_size=2, progress=False)
    return folder


def test_linked_gulps_hold_the_frames_of_all_shards(gulped, tmp_path):
    gather_gulps([gulped / str(number) for number in range(1, 5)], tmp_path / "gulp")
    names = sorted(path.name for path in (tmp_path / "gulp").glob("[!.]*"))
    assert names == [f"data_{n}.gulp" for n in range(4)] + [f"meta_{n}.gmeta" for n in range(4)]
    whole, linked = GulpReader(gulped / "whole"), GulpReader(tmp_path / "gulp")
    assert linked.uids == whole.uids
    for uid in whole.uids:
        np.testing.assert_array_equal(linked.frames(uid), whole.frames(uid))
    assert (tmp_path / "gulp/data_0.gulp").samefile(gulped / "1/data_0.gulp")


def test_chunks_keep_their_order_beyond_ten(tmp_path, gulped):
    videos = [VideoFile(f"u{number}", gulped / "0.webm", {}) for number in range(12)]
    gulp_videos(videos, tmp_path / "1", chunk_size=1, progress=False)
    gather_gulps([tmp_path / "1"], tmp_path / "gulp")
    assert "u11" in (tmp_path / "gulp/meta_11.gmeta").read_text()
    assert "u2" in (tmp_path / "gulp/meta_2.gmeta").read_text()


def test_files_are_copied_where_links_are_impossible(gulped, tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError("no links here")

    monkeypatch.setattr("os.link", refuse)
    for number in (1, 2):
        (tmp_path / str(number)).mkdir()
        (tmp_path / str(number) / f"clip{number}.webm").write_text(f"{number}")
    gather_files([tmp_path / "1", tmp_path / "2"], tmp_path / "webm")
    assert {path.name: path.read_text() for path in (tmp_path / "webm").glob("[!.]*")} == {
        "clip1.webm": "1",
        "clip2.webm": "2",
    }


def test_files_of_one_name_in_two_shards_are_named(tmp_path, refused):
    """Such as A.webm and a.webm on a file system that ignores letter case."""
    for shard in ("1", "2"):
        (tmp_path / shard).mkdir()
        (tmp_path / shard / "a.webm").write_text(shard)
    with pytest.raises(InputError, match=r"2/a\.webm has the same name in .*webm as") as caught:
        gather_files([tmp_path / "1", tmp_path / "2"], tmp_path / "webm")
    refused("Results folders", caught.value, "two shards with files of one name")
    assert not (tmp_path / "webm").exists()


def test_a_shard_that_has_lost_a_file_is_named(tmp_path):
    (tmp_path / "1").mkdir()
    for number in (1, 2):
        (tmp_path / "1" / f"clip{number}.webm").write_text(f"{number}")
    write_contents(tmp_path / "1")
    (tmp_path / "1/clip2.webm").unlink()
    with pytest.raises(InputError, match=r"1/clip2\.webm is missing: run the workflow again"):
        gather_files([tmp_path / "1"], tmp_path / "webm")


def test_gathered_files_are_those_of_the_lists(tmp_path):
    """What else lies in a shard, such as what Snakemake leaves there, stays where it is."""
    (tmp_path / "1").mkdir()
    (tmp_path / "1/clip.webm").write_text("1")
    write_contents(tmp_path / "1")
    (tmp_path / "1/.snakemake_timestamp").touch()
    gather_files([tmp_path / "1"], tmp_path / "webm")
    assert {path.name for path in (tmp_path / "webm").iterdir()} == {"clip.webm", CONTENTS}
    assert lost_files(tmp_path / "webm") == []


def test_a_gathered_gulp_says_what_it_has_lost(gulped, tmp_path, refused):
    gather_gulps([gulped / str(number) for number in range(1, 5)], tmp_path / "gulp")
    for name in ("data_2.gulp", "meta_2.gmeta"):
        (tmp_path / "gulp" / name).unlink()
    with pytest.raises(
        InputError, match=r"gulp/data_2\.gulp is missing: delete the directory"
    ) as caught:
        GulpReader(tmp_path / "gulp")
    refused("Results folders", caught.value, "a lost chunk of gulped frames")
