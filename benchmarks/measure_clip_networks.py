"""Masked clips per second of networks of whole clips, as the workflow explains them and bare.

The networks have their published shapes and random weights: what they say costs the same.
"""

import time
from pathlib import Path
from typing import Any

import torch
from torchvision.models.video import r3d_18
from transformers import VideoMAEConfig, VideoMAEForVideoClassification, VideoMAEImageProcessor

from playfair.attribution.clip_reading import clips_at_once, read_clips
from playfair.attribution.explained_clips import make_explained_clips
from playfair.data.video.gulp import GulpReader
from playfair.definitions.stages import AttributionSection

CLIP_FRAMES, ELEMENTS, BATCH_SIZE = 16, 8, 8
EXACT_PASSES = 2**ELEMENTS - 1
NETWORKS = ("torchvision/r3d_18", "VideoMAE of base shape")
"""On two cores a masked clip takes them 1 and some 4 seconds."""
OPTIONS: dict[str, Any] = {
    "arguments": {},
    "image_size": None,
    "time_axis": None,
    "outputs": "logits",
}


def masked_clip_rates(
    name: str,
    gulp: Path,
    folder: Path,
    clip_count: int,
    budget: int,
    *,
    batch_size: int = BATCH_SIZE,
    device: str = "cpu",
    precision: str | None = None,
) -> list[float]:
    """Masked clips per second: from gulp to ESVs, and of the network alone at the same batch size.

    budget: evaluations of each clip. precision: None is float32; others are for GPUs.
    """
    torch.manual_seed(0)
    source, weights = (_save_r3d if name == NETWORKS[0] else _save_videomae)(folder)
    options = {**OPTIONS, "network": source, "weights": weights, "clip_frames": CLIP_FRAMES}
    options |= {"fill": "nearest", "batch_size": batch_size, "precision": precision}
    passes: list[int] = []
    model = make_explained_clips(options, "uniform", None, None, device)
    model._on_pass = passes.append
    section = AttributionSection.model_validate(
        {"method": "regression", "budget": budget}
    ).model_dump()
    reader = GulpReader(gulp)
    count = clips_at_once(batch_size, ELEMENTS)
    size = model.network.preparation.size
    clips = torch.randn(batch_size, CLIP_FRAMES, 3, *size, device=device)
    _forward(model._placed, clips, 1)
    start = time.perf_counter()
    for batch in read_clips(reader, reader.uids[:clip_count], model.network, ELEMENTS, count):
        model.explain(batch.clips, ELEMENTS, section)
    rate = sum(passes) / (time.perf_counter() - start)
    start = time.perf_counter()
    _forward(model._placed, clips, sum(passes) // batch_size)
    return [rate, sum(passes) // batch_size * batch_size / (time.perf_counter() - start)]


@torch.inference_mode()
def _forward(network: torch.nn.Module, clips: torch.Tensor, times: int) -> None:
    for _ in range(times):
        logits = network(clips)
    logits.cpu()  # a GPU has answered only then


def _save_r3d(folder: Path) -> tuple[str, str]:
    path = folder / "r3d_18.pt"
    torch.save(r3d_18().state_dict(), path)
    return NETWORKS[0], str(path)


def _save_videomae(folder: Path) -> tuple[str, None]:
    path = folder / "videomae"
    VideoMAEForVideoClassification(VideoMAEConfig()).save_pretrained(path)
    VideoMAEImageProcessor().save_pretrained(path)
    return str(path), None
