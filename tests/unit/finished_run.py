"""A small finished run as the workflow leaves it: random networks, one clip, what was explained."""

import json

import numpy as np
import torch

from playfair.data.stores.collation import collate_esvs
from playfair.data.stores.esv_store import write_esvs
from playfair.data.stores.feature_store import write_features
from playfair.files import file_hash
from playfair.models.backbones.small_cnn import SmallCNN
from playfair.models.checkpoints import save_checkpoint
from playfair.models.heads.tsn_trn import TSN
from tests.unit.results import result_of

FEATURE_DIM = 4
CLASSES = ["a", "b"]


def write_run(folder, models=("tsn",), n_frames=(1, 2)):
    """A run of these models on the backbone `small`, explained at these numbers of frames."""
    torch.manual_seed(0)
    checkpoint = folder / "checkpoints/small/backbone.pt"
    save_checkpoint(checkpoint, SmallCNN(FEATURE_DIM))
    write_run_features(folder / "features/small/validation.h5", checkpoint)
    for model in models:
        write_model(folder, model, n_frames)
    return folder


def write_run_features(path, checkpoint):
    attributes = {
        "architecture": "small",
        "weights": "",
        "checkpoint": "checkpoints/small/backbone.pt",
        "checkpoint_hash": file_hash(checkpoint),
        "batch_size": 4,
        "decoding": json.dumps({"fps": 8.0, "short_side": None}),
    }
    with write_features(path, ["clip"], [0], [3], FEATURE_DIM, attributes) as writer:
        writer.append(np.zeros((3, FEATURE_DIM), np.float32))


def write_imported_run(folder, fps=8.0):
    """A run on features that another program computed, at this rate."""
    write_run(folder)
    (folder / "features/small/validation.h5").unlink()
    attributes = {"architecture": "precomputed", "checkpoint_hash": "", "fps": fps}
    path = folder / "features/small/validation.h5"
    with write_features(path, ["clip"], [0], [3], FEATURE_DIM, attributes) as writer:
        writer.append(np.zeros((3, FEATURE_DIM), np.float32))
    (folder / "checkpoints/small/backbone.pt").unlink()
    write_model(folder, "tsn", [1, 2])
    return folder


def write_model(
    folder, model, n_frames, prior=(0.5, 0.5), score="probability", sampling="integers", **options
):
    """The head of a model, its ESV files and the collated file."""
    head = folder / f"checkpoints/{model}/head.pt"
    save_checkpoint(head, TSN(FEATURE_DIM, len(CLASSES)))
    backbone = folder / "checkpoints/small/backbone.pt"
    attribution = {"method": "exact"}
    options = {"head": "tsn", "backbone": "small", "attribution": attribution, **options}
    attributes = {
        "dataset": folder.name,
        "model": model,
        "score": score,
        "frame_sampling": sampling,
        "model_options": json.dumps(options),
        "checkpoint": [str(head.relative_to(folder))],
        "checkpoint_hash": [file_hash(head)],
        "backbone_checkpoint_hash": file_hash(backbone) if backbone.is_file() else "",
    }
    files = []
    for number in n_frames:
        files.append(folder / f"esvs/{model}/{number}_frames.h5")
        with write_esvs(files[-1], number, CLASSES, np.array(prior), attributes) as writer:
            writer.append(
                result_of(np.array([prior]), np.zeros((1, number, 2))),
                uid=["clip"],
                label=[0],
                sequence_length=[3],
                frame_idx=np.arange(number)[None],
            )
    collate_esvs(files, folder / f"collated/{model}.h5")
