"""Files of every kind that the library stores, of values drawn with a seed."""

import numpy as np

from playfair.data.stores.attribution_store import read_attributions, write_attributions
from playfair.data.stores.collation import collate_esvs
from playfair.data.stores.esv_store import (
    OPTIONAL,
    load,
    read_all_frames_esvs,
    read_esvs,
    write_esvs,
)
from playfair.data.stores.feature_store import FeatureStore, write_features
from tests.unit.results import result_of

CLASSES = [f"Moving something {number} times" for number in range(5)]
UIDS = [f"clip{number:04}" for number in range(12)]
PRIOR = np.full(5, 0.2, np.float32)


def make_esvs(path, n_frames=3, optional=OPTIONAL, method="regression", uids=UIDS):
    rng = np.random.default_rng(n_frames)
    esv = rng.normal(size=(len(uids), n_frames, 5)).astype(np.float32) / 10
    pairs = rng.random((len(uids), n_frames, n_frames, 2))
    result = result_of(
        (PRIOR + esv.sum(axis=1)).astype(np.float32),
        esv,
        prior=PRIOR,
        standard_error=np.abs(esv) / 9,
        interactions=pairs,
        sufficient_frames=esv[..., 0] > 0,
        necessary_frames=esv[..., 1] > 0,
        subset_scores=rng.random((len(uids), 2**n_frames, 5)),
    )
    attributes = {"dataset": "d", "model": "m", "method": method, "checkpoint": ["a.pt", "b.pt"]}
    with write_esvs(path, n_frames, CLASSES, PRIOR, attributes, optional) as writer:
        writer.append(
            result,
            uid=uids,
            label=rng.integers(0, 5, len(uids)),
            sequence_length=rng.integers(20, 30, len(uids)),
            frame_idx=np.sort(rng.integers(0, 20, (len(uids), n_frames)), axis=1),
        )
    return path


def make_every_frame(path):
    lengths = [2 + number % 3 for number in range(len(UIDS))]
    esv = [np.full((length, 5), 0.1, np.float32) for length in lengths]
    result = result_of(np.full((len(UIDS), 5), 0.5, np.float32), esv, prior=PRIOR)
    attributes = {"dataset": "d", "model": "m", "method": "regression"}
    with write_esvs(path, None, CLASSES, PRIOR, attributes, ["efficiency_gap"]) as writer:
        writer.append(
            result,
            uid=UIDS,
            label=[0] * len(UIDS),
            sequence_length=lengths,
            frame_idx=[np.arange(length) for length in lengths],
        )
    return path


def make_collated(path):
    files = [make_esvs(path.with_name(f"{n_frames}_frames.h5"), n_frames) for n_frames in (2, 3)]
    collate_esvs(files, path)
    return path


def make_features(path):
    lengths = [5 + number % 7 for number in range(len(UIDS))]
    values = np.random.default_rng(0).random((sum(lengths), 16), np.float32)
    with write_features(path, UIDS, range(len(UIDS)), lengths, 16, {"weights": "x"}) as writer:
        writer.append(values)
    return path


def make_attributions(path):
    value = np.random.default_rng(0).random((len(UIDS), 3, 5), np.float32)
    with write_attributions(path, 3, {"model": "m"}) as writer:
        writer.append(
            result_of(np.ones((len(UIDS), 5)), value, gives_esvs=False),
            uid=UIDS,
            label=np.arange(len(UIDS)) % 5,
            frame_idx=np.zeros((len(UIDS), 3)),
        )
    return path


def read_collated(path):
    collated = load(path)
    return [collated.attributes, *(vars(table) for table in collated.values())]


def read_features(path):
    with FeatureStore(path) as store:
        about = [store.uid, store.label, store.sequence_length, store.attributes]
        return [*about, store.videos()]


KINDS = {
    "esvs": (make_esvs, lambda path: vars(read_esvs(path))),
    "every frame": (
        make_every_frame,
        lambda path: [vars(table) for table in read_all_frames_esvs(path)],
    ),
    "collated": (make_collated, read_collated),
    "features": (make_features, read_features),
    "attributions": (make_attributions, lambda path: vars(read_attributions(path))),
}


def flipped(path, position, bit):
    """A copy of a file with one bit of another value."""
    whole = bytearray(path.read_bytes())
    whole[position] ^= 1 << bit
    copy = path.with_name("flipped.h5")
    copy.unlink(missing_ok=True)
    copy.write_bytes(whole)
    return copy
