"""A small finished run for the dashboard: real values of random networks, and hostile names."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from playfair.attribution.explain import explain
from playfair.attribution.result import Score
from playfair.data.clips.frame_sampling import sample_frame_idx
from playfair.data.stores.attribution_store import write_attributions
from playfair.data.stores.collation import collate_esvs
from playfair.data.stores.esv_store import write_esvs
from playfair.data.stores.feature_store import write_features
from playfair.data.video.gulp import VideoFile, gulp_videos
from playfair.data.video.video_files import encode_webm
from playfair.files import file_hash
from playfair.models.backbones.small_cnn import SmallCNN
from playfair.models.checkpoints import save_checkpoint
from playfair.models.heads.tsn_trn import TRN, TSN

DATASET = "shown"
FEATURE_DIM = 8
N_FRAMES = (1, 2, 4, 5)
LENGTH = 16
FPS = 8.0
CLASSES = [
    "Opening something",
    "Closing something",
    '<img src=x onerror="alert(1)">',
    "漢字 & <b>bold</b>",
    "=HYPERLINK(1)",
    "Moving something up",
]
UIDS = [
    "10000",
    "10001",
    "../x",
    "漢字",
    '<img src=x onerror="alert(2)">',
    "100% sure?",
    "unlabelled",
    "no clip",
    "no frames",
    "a/b#c",
    "10011",
]
TRUTH = {"10000": [(2, 6), (10, 12)], "漢字": [(0, 3)]}
_PLAIN = [uid for uid in UIDS if "/" not in uid and uid != "no frames"]


def write_shown_run(root: Path) -> Path:
    """Write datasets/ and results/ below `root`; returns results/shown."""
    folder = root / "results" / DATASET
    rng = np.random.default_rng(0)
    torch.manual_seed(1)
    backbone = folder / "checkpoints/small/backbone.pt"
    save_checkpoint(backbone, SmallCNN(FEATURE_DIM))
    torch.manual_seed(0)
    label = np.arange(len(UIDS)) % len(CLASSES)
    label[UIDS.index("unlabelled")] = -1
    features = rng.normal(size=(len(UIDS), LENGTH, FEATURE_DIM)).astype(np.float32)
    _write_features(folder, UIDS, features, label)
    _write_model(folder, "tsn", TSN(FEATURE_DIM, len(CLASSES)), features, label)
    scales = [TRN(scale, FEATURE_DIM, 16, len(CLASSES)) for scale in (1, 2, 3, 4)]
    for head in scales:
        # Random heads hardly tell anything apart.
        for weights in head.parameters():
            weights.data *= 4
    _write_model(folder, "trn", scales, features, label)
    _write_pictures(folder, rng)
    truth = root / "datasets" / DATASET / "ground_truth.csv"
    truth.parent.mkdir(parents=True)
    rows = [f"{uid},{first},{last}" for uid, spans in TRUTH.items() for first, last in spans]
    truth.write_text("\n".join(["uid,first_frame,last_frame", *rows]) + "\n")
    return folder


def write_other_run(root: Path, classes: Sequence[str], score: Score = "probability") -> Path:
    """Write a run of three clips without pictures; returns results/other.

    Its models are tsn, at 4 and 13 frames, and net, a network of whole clips at 2, 4 and 8
    elements, of which answers to all subsets are stored but for 8.
    """
    folder = root / "results" / "other"
    torch.manual_seed(1)
    save_checkpoint(folder / "checkpoints/small/backbone.pt", SmallCNN(FEATURE_DIM))
    uids, label = UIDS[:3], np.arange(3) % len(classes)
    features = np.random.default_rng(1).normal(size=(3, LENGTH, FEATURE_DIM)).astype(np.float32)
    _write_features(folder, uids, features, label)
    about = {"uids": uids, "classes": classes, "score": score}
    head = TSN(FEATURE_DIM, len(classes))
    _write_model(folder, "tsn", head, features, label, numbers=(4, 13), **about)
    _write_model(folder, "net", head, features, label, numbers=(2, 4, 8), **about)
    return folder


def _write_features(folder, uids, features, label):
    backbone = folder / "checkpoints/small/backbone.pt"
    with write_features(
        folder / "features/small/validation.h5",
        uids,
        label,
        [LENGTH] * len(uids),
        FEATURE_DIM,
        {
            "architecture": "small",
            "weights": "",
            "checkpoint": "checkpoints/small/backbone.pt",
            "checkpoint_hash": file_hash(backbone),
            "batch_size": 4,
            "decoding": json.dumps({"fps": FPS, "short_side": None}),
        },
    ) as writer:
        for video in features:
            writer.append(video)


def _write_model(
    folder,
    name,
    heads,
    features,
    label,
    uids=UIDS,
    numbers=N_FRAMES,
    classes=CLASSES,
    score="probability",
):
    files = [folder / f"checkpoints/{name}/head.pt"]
    attribution = {"method": "exact", "score": score}
    options = {"head": name, "backbone": "small", "attribution": attribution}
    if name == "net":
        options = {"head": "clip", "network": "small", "attribution": attribution}
    if name == "trn":
        files = [folder / f"checkpoints/{name}/head_{s}_frames.pt" for s in range(1, 5)]
        options |= {"hidden_dim": 16, "n_scales": 4}
    for path, head in zip(files, heads if name == "trn" else [heads], strict=True):
        save_checkpoint(path, head.eval())
    prior = np.linspace(1, 2, len(classes), dtype=np.float32)
    prior /= prior.sum()
    attributes = {
        "dataset": folder.name,
        "model": name,
        "method": "exact",
        "score": score,
        "model_options": json.dumps(options),
        "checkpoint": [str(path.relative_to(folder)) for path in files],
        "checkpoint_hash": [file_hash(path) for path in files],
        "backbone_checkpoint_hash": file_hash(folder / "checkpoints/small/backbone.pt"),
    }
    esvs = []
    for number in numbers:
        frame_idx = sample_frame_idx(LENGTH, number)
        stored = ["subset_scores"] if name == "net" and number < max(numbers) else []
        result = explain(
            features[:, frame_idx], heads, prior, score=score, subset_scores=bool(stored)
        )
        esvs.append(folder / f"esvs/{name}/{number}_frames.h5")
        videos = {
            "uid": uids,
            "label": label,
            "sequence_length": [LENGTH] * len(uids),
            "frame_idx": np.tile(frame_idx, (len(uids), 1)),
        }
        with write_esvs(esvs[-1], number, classes, result.prior, attributes, stored) as writer:
            writer.append(result, **videos)
        if name == "tsn" and uids is UIDS:
            found = explain(features[:, frame_idx], heads, prior, "leave_one_out")
            path = folder / f"attributions/{name}/leave_one_out/{number}_frames.h5"
            with write_attributions(path, number, attributes) as writer:
                writer.append(found, uid=UIDS, label=label, frame_idx=videos["frame_idx"])
    collate_esvs(esvs, folder / f"collated/{name}.h5")
    if uids is not UIDS:
        return
    sampled = explain(list(features), heads, prior, "regression", budget=256)
    kept = ("standard_error", "evaluations", "efficiency_gap")
    attributes = {**attributes, "method": "regression"}
    with write_esvs(
        folder / f"esvs/{name}/all_frames.h5", None, CLASSES, prior, attributes, kept
    ) as writer:
        every = [np.arange(LENGTH)] * len(UIDS)
        writer.append(
            sampled,
            uid=UIDS,
            label=label,
            sequence_length=[LENGTH] * len(UIDS),
            frame_idx=every,
        )


def _write_pictures(folder, rng):
    """Clips of a square that moves, gulped; of all but those that a file system may not hold."""
    ground = rng.integers(60, 200, (len(UIDS), 1, 1, 3))
    videos = []
    for number, uid in enumerate(UIDS):
        frames = np.broadcast_to(ground[number], (LENGTH, 36, 48, 3)).astype(np.uint8)
        for time in range(LENGTH):
            frames[time, 12:24, 2 * time : 2 * time + 12] = 255 - ground[number]
        path = folder / f"webm/{uid}.webm" if uid in _PLAIN else folder / f"of_{number}.webm"
        path.parent.mkdir(parents=True, exist_ok=True)
        encode_webm(frames, path, FPS, "realtime", 8)
        if uid != "no frames":
            videos.append(VideoFile(uid, path, {"class_index": 0}))
    failed = gulp_videos(videos, folder / "gulp/validation", fps=FPS, progress=False)
    assert not len(failed), failed
    (folder / "webm/no clip.webm").unlink()
