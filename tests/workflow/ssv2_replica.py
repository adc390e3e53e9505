"""A miniature of Something-Something v2 and of the released models, in the places of ssv2.yaml."""

import json
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
import yaml

from playfair.config import complete_config
from playfair.data.video.video_files import encode_webm
from playfair.models.backbones.architectures import build_backbone
from playfair.models.heads.tsn_trn import TRN, TSN

CLASS_NAMES = [f"Moving something {number} times away from something" for number in range(174)]
SECONDS = {"74225": 2.5, "116154": 2.2, "198186": 1.25, "137878": 2.1}
"""Length of every validation clip by uid; at 8 fps one has 10 frames, the others 16 and more."""
FEATURE_DIM, HIDDEN_DIM = 256, 256

Network = TypeVar("Network", bound=torch.nn.Module)


def write_labels(project: Path) -> None:
    """The three label files as they are distributed."""
    folder = project / "datasets/ssv2"
    folder.mkdir(parents=True)
    labels = {name: str(number) for number, name in enumerate(CLASS_NAMES)}
    train = [_entry(str(uid), uid % 150) for uid in range(300, 700)]
    validation = [_entry(uid, int(uid) % 150) for uid in SECONDS]
    for name, content in (("labels", labels), ("train", train), ("validation", validation)):
        path = folder / f"something-something-v2-{name}.json"
        path.write_text(json.dumps(content), encoding="utf-8")
    (folder / "20bn-something-something-v2").mkdir()


def _entry(uid: str, class_id: int) -> dict[str, object]:
    return {
        "id": uid,
        "label": CLASS_NAMES[class_id].replace("something", "a cup"),
        "template": CLASS_NAMES[class_id].replace("something", "[something]"),
        "placeholders": ["a cup", "a cup"],
    }


def write_videos(project: Path) -> None:
    """Validation clips of 12 frames per second, VP9: a square crosses a picture that changes."""
    random = np.random.default_rng(0)
    for uid, seconds in SECONDS.items():
        first, last = random.integers(0, 256, (2, 96, 128, 3))
        frames = []
        for time in np.linspace(0, 1, round(12 * seconds)):
            frame = ((1 - time) * first + time * last).astype(np.uint8)
            left = int(104 * time)
            frame[36:60, left : left + 24] = (250, 250 * time, 0)
            frames.append(frame)
        path = project / f"datasets/ssv2/20bn-something-something-v2/{uid}.webm"
        encode_webm(frames, path, fps=12, deadline="realtime", cpu_used=8)


def write_checkpoints(project: Path) -> None:
    """Weights of the released sizes, drawn with a seed, in the form of the released files."""
    torch.manual_seed(0)
    for architecture, name, scale in (("bninception", "trn", 1e-2), ("resnet50", "tsn", 1e-3)):
        backbone = _draw_weights(build_backbone(architecture, FEATURE_DIM))
        # Features of size 1, as trained ones have: larger ones leave nothing to attribute.
        backbone.last_linear.weight.data.mul_(scale)
        _save(project / f"checkpoints/ssv2/backbones/{name}.pth", backbone, "state_dict")
    for n_frames in range(1, 17):
        head = _draw_weights(TRN(n_frames, FEATURE_DIM, HIDDEN_DIM, len(CLASS_NAMES)))
        _save(project / f"checkpoints/ssv2/heads/trn_{n_frames}_frames.pth", head, "model")
    tsn = _draw_weights(TSN(FEATURE_DIM, len(CLASS_NAMES)))
    _save(project / "checkpoints/ssv2/heads/tsn.pth", tsn, "state_dict")


def _draw_weights(network: Network) -> Network:
    """Weights that carry the differences between frames through all layers."""
    for weight in network.parameters():
        if weight.ndim >= 2:
            torch.nn.init.kaiming_uniform_(weight)
    return network


def _save(path: Path, network: torch.nn.Module, key: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.save({key: network.state_dict(), "epoch": 1}, path)


def checkpoint_files(project: Path) -> set[str]:
    """The files that the models to explain of ssv2.yaml, and their backbones, need."""
    config = complete_config(yaml.safe_load((project / "configs/ssv2.yaml").read_text()))
    models = [config["definitions"]["models"][name] for name in config["models"]]
    backbones = [config["definitions"]["backbones"][model["backbone"]] for model in models]
    return {
        checkpoint["path"]
        for part in [*models, *backbones]
        for checkpoint in part.get("checkpoints") or [part["checkpoint"]]
    }
