"""One clip explained by a network of whole clips, without a run of the workflow."""

import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tqdm import tqdm

from playfair.attribution.explained_clips import ExplainedClips, divisors, elements_frames
from playfair.attribution.games.fills import ClipPrior, Fill
from playfair.attribution.methods.registry import make_options, method_class, own_options
from playfair.data.clips.frame_sampling import in_elements, sample_clip_idx
from playfair.data.stores.esv_table import EsvTable
from playfair.data.video.video_files import decode_video
from playfair.errors import InputError
from playfair.models.clip_networks.clip_network import ClipNetwork
from playfair.models.clip_networks.loading import load_clip_network
from playfair.runs import ClipView

DEFAULT_ELEMENTS = 8
_UNLABELLED = -1


@dataclass(frozen=True)
class NetworkRequest:
    """What is asked of a network: the options of `playfair explain` that go with --network."""

    network: str
    weights: str | None = None
    clip_frames: int | None = None
    elements: int | None = None
    fill: Fill = "nearest"
    prior: ClipPrior = "uniform"
    batch_size: int = 16
    fps: float = 8.0
    method: Mapping[str, Any] = field(default_factory=lambda: {"method": "exact"})


def explain_with_network(
    clip: Path, asked: NetworkRequest, device: torch.device, progress: bool = True
) -> tuple[EsvTable, ClipView]:
    """The ESVs of one clip by a network, as a table of one video, and the clip's frames.

    Raises:
        InputError: if the clip does not decode, or the network cannot be had or asked this.
    """
    network = load_clip_network(asked.network, asked.weights, asked.clip_frames)
    n_elements = asked.elements or most_elements(network, asked.fill)
    elements_frames(network, n_elements, asked.fill)
    section = _section(asked.method, n_elements)
    frames = list(decode_video(clip, fps=asked.fps))
    clip_idx = sample_clip_idx(len(frames), network.clip_frames)
    if len(frames) < network.clip_frames:
        print(
            f"note: {clip} has {len(frames)} frames at {asked.fps:g} frames per second, fewer than "
            f"the {network.clip_frames} of the network: some are repeated (--fps reads more)",
            file=sys.stderr,
        )
    prepared = network.prepare([frames[number] for number in clip_idx])[None]
    passes = pass_count(section, n_elements)
    with _Passes(passes, network.clip_frames, progress) as bar:
        explained = ExplainedClips(
            network,
            fill=asked.fill,
            prior=asked.prior,
            batch_size=asked.batch_size,
            device=device,
            on_pass=bar.update,
        )
        result = explained.explain(prepared, n_elements, section)
    frame_idx, element_frame_idx = in_elements(clip_idx, n_elements)
    assert network.class_count is not None
    names = network.class_names or [f"class {number}" for number in range(network.class_count)]
    table = EsvTable.of_result(
        result,
        uid=[clip.stem],
        label=[_UNLABELLED],
        sequence_length=[len(frames)],
        frame_idx=frame_idx[None],
        class_name=np.array(names, dtype=object),
        attributes={
            "model": asked.network,
            "method": section["method"],
            "fill": asked.fill,
            "prior": asked.prior,
        },
        element_frame_idx=element_frame_idx[None],
    )
    return table, ClipView(frames, np.zeros((len(frames), 0), dtype=np.float32), asked.fps)


def most_elements(network: ClipNetwork, fill: Fill) -> int:
    """The most elements, up to 8, that a network's frames divide into."""
    whole = network.tubelet if fill == "drop" else 1
    return max(
        number
        for number in divisors(network.clip_frames)
        if number <= DEFAULT_ELEMENTS and network.clip_frames // number % whole == 0
    )


def pass_count(section: Mapping[str, Any], n_elements: int) -> int:
    """How many forward passes an explanation takes, but for a look or two at the network."""
    kind = method_class(section["method"])
    options: Any = make_options(section["method"], own_options(section))
    outputs = int(2**n_elements) - 1
    if section["method"] == "auto":
        kind = method_class("exact" if outputs <= options.budget else "regression")
    if kind.name == "exact":
        return outputs
    sampler: Any = kind(n_elements, None, options, section.get("seed", 0))
    evaluations = getattr(sampler, "evaluations", None)
    return n_elements + 1 if evaluations is None else int(evaluations[-1])


def _section(given: Mapping[str, Any], n_elements: int) -> dict[str, Any]:
    """The method and all of its options; raises `InputError` if it cannot do that many elements."""
    method = str(given.get("method", "exact"))
    options = {name: value for name, value in given.items() if name not in ("method", "seed")}
    made = make_options(method, options)
    most = method_class(method).most_frames
    if most is not None and n_elements > most:
        raise InputError(
            f"{method} values of {n_elements} elements are out of reach (at most {most}): choose "
            "a sampler with --method, or fewer --elements"
        )
    return {"seed": 0, **vars(made), **given, "method": method}


class _Passes:
    """A progress bar over forward passes, which says after the first full batch how long it takes.

    What is written goes to stderr.
    """

    def __init__(self, passes: int, clip_frames: int, progress: bool) -> None:
        print(f"{passes} forward passes of {clip_frames} frames", file=sys.stderr)
        self._passes = passes
        self._calls = 0
        self._bar = tqdm(total=passes, desc="explain", unit="pass", disable=not progress)
        self._begun = 0.0

    def __enter__(self) -> "_Passes":
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()

    def update(self, count: int) -> None:
        """Note a forward pass of so many clips."""
        self._calls += 1
        self._bar.update(min(count, self._passes - self._bar.n))
        # The first is a single clip, twice: it tells whether the network repeats itself.
        if self._calls == 2:
            self._begun = time.monotonic()
        elif self._calls == 3:
            seconds = (time.monotonic() - self._begun) / count * self._passes
            self._bar.write(f"about {seconds:.0f} s in all", file=sys.stderr)
