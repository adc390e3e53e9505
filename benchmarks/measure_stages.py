"""Rates of the workflow's stages, and of bare loops that do only what cannot be left out.

A bare loop reads the same files and gives the same frames with as few steps as possible, in as
many processes; it keeps no books on what fails, writes no metadata and takes no options.
"""

import copy
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any, Literal

import av
import numpy as np
import simplejpeg
import torch
from torch import nn

from playfair.data.stores.gathering import gather_hdf5
from playfair.data.video.gulp import GulpReader, VideoFile, gulp_videos
from playfair.data.video.video_files import encode_webm
from playfair.data.video.webm import encode_clips
from playfair.models.backbones.architectures import build_backbone
from playfair.models.backbones.extraction import extract_features
from playfair.models.backbones.folding import folded
from playfair.processes import process_pool

FPS = 8
SOURCE_FPS = 12
HEIGHT, WIDTH, SOURCE_FRAMES = 240, 426, 48
"""A clip of the usual size of Something-Something v2: four seconds at 12 frames per second."""


def make_clip(path: Path, seed: int) -> None:
    """Write a clip of textured ground that moves under a textured object, with camera noise."""
    rng = np.random.default_rng(seed)
    ground = rng.integers(0, 256, (HEIGHT // 8 + 8, WIDTH // 8 + 16, 3), np.uint8)
    ground = ground.repeat(8, axis=0).repeat(8, axis=1)
    frames = []
    for number in range(SOURCE_FRAMES):
        frame = ground[number // 4 : number // 4 + HEIGHT, number : number + WIDTH].astype(np.int16)
        left = 4 * number
        frame[80:160, left : left + 80] = 255 - frame[80:160, left : left + 80]
        frame += rng.integers(-4, 5, frame.shape, np.int16)
        frames.append(np.clip(frame, 0, 255).astype(np.uint8))
    encode_webm(frames, path, SOURCE_FPS, deadline="realtime", cpu_used=8, crf=32)


def make_clips(folder: Path, count: int, workers: int) -> list[Path]:
    """Write `count` clips into a folder."""
    folder.mkdir()
    paths = [folder / f"{number:04}.webm" for number in range(count)]
    with process_pool(workers) as executor:
        list(executor.map(make_clip, paths, range(count)))
    return paths


def fastest(run: Callable[[], object], repeats: int) -> float:
    """Seconds of the fastest of some runs."""
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def gulp_rates(clips: Sequence[Path], folder: Path, workers: int, repeats: int) -> list[float]:
    """Clips per second: of gulping, and of bare decoding, colour conversion and JPEG encoding."""
    videos = [VideoFile(path.stem, path, {}) for path in clips]
    directory = folder / "gulp"
    gulp = partial(gulp_videos, videos, directory, fps=FPS, chunk_size=8, progress=False)
    seconds = fastest(lambda: gulp(workers=workers), repeats)
    frames_of = GulpReader(directory).lengths
    with process_pool(workers) as executor:
        lengths = [frames_of[path.stem] for path in clips]
        bare = fastest(lambda: list(executor.map(_bare_gulp, clips, lengths)), repeats)
    return [len(clips) / seconds, len(clips) / bare]


def _bare_gulp(path: Path, frame_count: int) -> int:
    wanted = np.minimum(np.arange(frame_count) * SOURCE_FPS // FPS, SOURCE_FRAMES - 1)
    times = np.bincount(wanted, minlength=SOURCE_FRAMES)
    size = 0
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.thread_count = 1
        for frame, count in zip(container.decode(stream), times, strict=True):
            if count:
                picture = frame.to_ndarray(format="rgb24")
                for _ in range(count):
                    size += len(simplejpeg.encode_jpeg(picture, quality=90, colorspace="RGB"))
    return size


def webm_rates(gulp: Path, folder: Path, workers: int, repeats: int) -> list[float]:
    """Clips per second: of encoding gulped clips, and of bare JPEG decoding and VP9 encoding."""
    reader = GulpReader(gulp)
    seconds = fastest(
        lambda: encode_clips(gulp, folder / "webm", workers=workers, progress=False), repeats
    )
    jpegs = [[simplejpeg.encode_jpeg(f, 90) for f in reader.frames(uid)] for uid in reader.uids]
    targets = [folder / f"bare_{uid}.webm" for uid in reader.uids]
    with process_pool(workers) as executor:
        bare = fastest(lambda: list(executor.map(_bare_webm, jpegs, targets)), repeats)
    return [len(jpegs) / seconds, len(jpegs) / bare]


def _bare_webm(jpegs: Sequence[bytes], target: Path) -> None:
    options = {"deadline": "good", "cpu-used": "4", "row-mt": "0", "crf": "24", "b": "0"}
    with av.open(str(target), "w", format="webm") as container:
        stream = container.add_stream("libvpx-vp9", rate=Fraction(FPS), options=options)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.thread_count = 1
        for jpeg in jpegs:
            frame = av.VideoFrame.from_ndarray(simplejpeg.decode_jpeg(jpeg), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def feature_rates(
    architecture: str,
    gulp: Path,
    frame_count: int,
    batch_size: int,
    repeats: int,
    *,
    feature_dim: int = 256,
    device: str = "cpu",
    decoders: int = 0,
    precision: Literal["float32", "bfloat16"] = "float32",
) -> list[float]:
    """Frames per second: from gulp to features, and of the network alone on frames in memory.

    The median of some turns. Alone the network runs as it is and with its normalisations folded;
    the faster counts. feature_dim as `build_backbone` takes it; device, decoders and precision as
    `extract_features` does.
    """
    torch.manual_seed(0)
    backbone = build_backbone(architecture, feature_dim).eval()
    reader = GulpReader(gulp)
    uids: list[str] = []
    for uid in reader.uids:
        if sum(reader.lengths[name] for name in uids) >= frame_count:
            break
        uids.append(uid)
    frames = sum(reader.lengths[uid] for uid in uids)
    batch = backbone.preprocess(reader.frames(uids[0])[:1]).repeat(batch_size, 1, 1, 1).to(device)
    batches = -(-frames // batch_size)
    options: dict[str, Any] = {"device": device, "decoders": decoders, "precision": precision}

    def extract() -> None:
        for _ in extract_features(
            backbone, reader, uids, batch_size=batch_size, progress=False, **options
        ):
            pass

    networks = (copy.deepcopy(backbone).to(device), folded(backbone).to(device))
    # They take turns, so that a change of the machine's speed meets all.
    turns = [
        (
            fastest(extract, 1),
            *(_forward_only(network, batch, batches, precision) for network in networks),
        )
        for _ in range(repeats)
    ]
    seconds, *alone = np.median(turns, axis=0)
    return [frames / seconds, batches * batch_size / min(alone)]


def crop_rate(gulp: Path, frame_count: int) -> float:
    """Frames per second that one process decodes and crops for the paper's backbones."""
    backbone = build_backbone("bninception", 256)
    reader = GulpReader(gulp)
    uids = reader.uids[: -(-frame_count // reader.lengths[reader.uids[0]])]
    frames = sum(reader.lengths[uid] for uid in uids)
    return frames / fastest(lambda: [backbone.crop(reader.frames(uid)) for uid in uids], 3)


@torch.inference_mode()
def _forward_only(network: nn.Module, batch: torch.Tensor, batches: int, precision: str) -> float:
    def run() -> None:
        with torch.autocast(batch.device.type, torch.bfloat16, precision == "bfloat16"):
            for _ in range(batches):
                features = network(batch)
        features.cpu()  # a GPU has answered only then

    return fastest(run, 1)


def gather_rates(shards: Sequence[Path], folder: Path, repeats: int) -> list[float]:
    """Megabytes per second: of joining HDF5 files, and of copying the same bytes."""
    megabytes = sum(shard.stat().st_size for shard in shards) / 1e6
    seconds = fastest(lambda: gather_hdf5(shards, folder / "joined.h5"), repeats)
    bare = fastest(lambda: _copy(shards, folder / "copy"), repeats)
    return [megabytes / seconds, megabytes / bare]


def _copy(paths: Sequence[Path], target: Path) -> None:
    with target.open("wb") as file:
        for path in paths:
            file.write(path.read_bytes())


def import_seconds(script: Path, repeats: int) -> float:
    """Seconds that a script's own imports take, in a process of its own."""
    lines = script.read_text(encoding="utf-8").split("log_to(snakemake")[0]
    code = f"import time; start = time.perf_counter()\n{lines}\nprint(time.perf_counter() - start)"
    command = [sys.executable, "-c", code]
    runs = [
        subprocess.run(command, capture_output=True, text=True, check=True) for _ in range(repeats)
    ]
    return min(float(run.stdout) for run in runs)


def light_scripts(scripts: Path) -> Iterator[Path]:
    """The scripts that load neither torch nor matplotlib."""
    for script in sorted(scripts.glob("*.py")):
        lines = script.read_text(encoding="utf-8").split("log_to(snakemake")[0]
        check = "import sys; sys.exit(any(name in sys.modules for name in ('torch', 'matplotlib')))"
        command = [sys.executable, "-c", f"{lines}\n{check}"]
        if subprocess.run(command, check=False).returncode == 0:
            yield script
