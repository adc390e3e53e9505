"""Miniature networks of transformers, saved in the layout of the Hugging Face hub."""

import json
from pathlib import Path

import torch
import transformers

SIZE = 32
MEAN, SPREAD = [0.4, 0.45, 0.5], [0.2, 0.25, 0.3]
_SMALL = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2}


def configuration(kind: str, class_names: list[str], n_frames: int = 4):
    """A configuration of a few layers and 32 pixels."""
    names = dict(enumerate(class_names))
    common = {**_SMALL, "id2label": names, "label2id": {name: n for n, name in names.items()}}
    pictures = {"image_size": SIZE, "num_frames": n_frames, "intermediate_size": 64}
    if kind == "videomae":
        return transformers.VideoMAEConfig(patch_size=16, tubelet_size=2, **pictures, **common)
    if kind == "timesformer":
        return transformers.TimesformerConfig(patch_size=16, **pictures, **common)
    if kind == "vivit":
        return transformers.VivitConfig(tubelet_size=[2, 16, 16], **pictures, **common)
    return transformers.VJEPA2Config(
        patch_size=16, crop_size=SIZE, frames_per_clip=n_frames, tubelet_size=2, mlp_ratio=2,
        pred_hidden_size=24, pred_num_attention_heads=2, pred_num_hidden_layers=1,
        num_pooler_layers=1, **common,
    )  # fmt: skip


def save_network(
    folder: Path, kind: str, class_names: list[str], n_frames: int = 4, pickled: bool = False
):
    """Save a random network of that kind and how frames are prepared; returns the network."""
    torch.manual_seed(0)
    config = configuration(kind, class_names, n_frames)
    network = transformers.AutoModelForVideoClassification.from_config(config).eval()
    with torch.no_grad():
        for parameter in network.parameters():
            # The usual random weights are so small that all classes come out alike.
            parameter.mul_(3.0)
    network.save_pretrained(folder)
    if pickled:
        torch.save(network.state_dict(), folder / "pytorch_model.bin")
        (folder / "model.safetensors").unlink()
    said = {
        "size": {"shortest_edge": 36},
        "crop_size": {"height": SIZE, "width": SIZE},
        "do_center_crop": True,
        "do_normalize": True,
        "do_rescale": True,
        "do_resize": True,
        "image_mean": MEAN,
        "image_std": SPREAD,
        "rescale_factor": 1 / 255,
        "resample": 2,
        "image_processor_type": "VideoMAEImageProcessor",
    }
    if kind == "vivit":
        said |= {"image_processor_type": "VivitImageProcessor", "rescale_factor": 1 / 127.5}
        said |= {"do_normalize": False, "offset": True}
    name = "video_preprocessor_config.json" if kind == "vjepa2" else "preprocessor_config.json"
    (folder / name).write_text(json.dumps(said))
    return network
