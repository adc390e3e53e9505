"""Networks in folders in the layout of the Hugging Face hub, read with `transformers`.

A folder is data: its configuration names a class of transformers, whose weights are read as tensors
and nothing else. No code of the folder runs, and nothing is looked up anywhere but in it.
"""

import importlib
import importlib.util
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from torch import Tensor

from playfair.errors import InputError
from playfair.models.checkpoints import check_finite_weights, load_state_dict
from playfair.models.clip_networks.clip_network import ClipNetwork
from playfair.models.clip_networks.preparation import Preparation
from playfair.models.clip_networks.sources import (
    CONFIG,
    PREPARATIONS,
    read_json,
    weights_paths,
)

NOT_TAKEN = ("attn_implementation", "_attn_implementation", "quantization_config", "dtype")
"""What a configuration may ask for that says how to compute, not what."""
MOST_SHOWN = 3


class HubClipNetwork(ClipNetwork):
    """A network of transformers that takes (N, F, 3, H, W)."""

    def logits(self, clips: Tensor) -> Tensor:
        logits: Tensor = self.network(clips).logits
        return logits


class VideoMAEClipNetwork(HubClipNetwork):
    """VideoMAE, which can leave out the tokens of frames that are not to be seen."""

    can_drop = True

    def visible_logits(self, clips: Tensor, visible: Tensor) -> Tensor:
        """Logits (N, C) of the tokens of visible (N, F) frames alone.

        Patches get their embedding and place as always; those that are not visible are then left
        out. Pooling, norm and classifier are those of `VideoMAEForVideoClassification`.
        """
        config = self.network.config
        patches = (config.image_size // config.patch_size) ** 2
        tokens = visible[:, :: self.tubelet].repeat_interleave(patches, dim=1)
        hidden = self.network.videomae(clips, bool_masked_pos=~tokens).last_hidden_state
        norm = self.network.fc_norm
        pooled = hidden[:, 0] if norm is None else norm(hidden.mean(1))
        logits: Tensor = self.network.classifier(pooled)
        return logits


def load_hub_folder(
    folder: str | Path, weights: str | Path | None = None, clip_frames: int | None = None
) -> HubClipNetwork:
    """The video classification network in a folder of the hub's layout.

    Args:
        weights: a file of weights in place of the folder's. clip_frames: F, for networks that take
            any number of frames; None for the network's own.

    Raises:
        InputError: if transformers is not installed, or the folder is not of such a network.
    """
    if importlib.util.find_spec("transformers") is None:
        raise InputError(
            f"the network {folder} is read with transformers, which is not installed: pip install "
            "'playfair[transformers]'"
        )
    transformers = _transformers()
    folder = Path(folder)
    said = read_json(folder / CONFIG, folder)
    kind = _kind(folder, said)
    fields = {key: value for key, value in said.items() if key not in NOT_TAKEN}
    try:
        config = transformers.CONFIG_MAPPING[kind].from_dict(fields)
        own_frames = getattr(config, "num_frames", None) or getattr(config, "frames_per_clip", None)
        with torch.device("meta"):
            transformers.AutoModelForVideoClassification.from_config(config)
    except Exception as error:
        lines = str(error).strip().splitlines() or [""]
        raise InputError(
            f"{folder / CONFIG} is no configuration of a {kind} network ({type(error).__name__}: "
            f"{lines[0][:200]}): get the folder again"
        ) from error
    frames = clip_frames or own_frames
    if not isinstance(frames, int):
        raise InputError(
            f"{folder / CONFIG} does not say how many frames the network takes: give clip_frames"
        )
    if clip_frames and own_frames and clip_frames != own_frames and kind != "vjepa2":
        raise InputError(
            f"clip_frames is {clip_frames}, but the network {folder} takes {own_frames} frames: "
            "leave clip_frames out"
        )
    network = _with_weights(config, _read_weights(folder, weights), folder, said)
    names = config.id2label
    made = (VideoMAEClipNetwork if kind == "videomae" else HubClipNetwork)(
        f"the network {folder}",
        network,
        frames,
        _preparation(folder, config),
        [str(names[number]) for number in range(len(names))],
    )
    tubelet = getattr(config, "tubelet_size", 1)
    made.tubelet = int(tubelet if isinstance(tubelet, int) else tubelet[0])
    return made


def _transformers() -> Any:
    """The package, which is an optional extra and has few types."""
    return importlib.import_module("transformers")


def _kind(folder: Path, said: Mapping[str, Any]) -> str:
    """The kind of network, one that transformers classifies videos with."""
    known = _transformers().models.auto.modeling_auto.MODEL_FOR_VIDEO_CLASSIFICATION_MAPPING_NAMES
    if "auto_map" in said:
        raise InputError(
            f"the network {folder} asks for code of its own (auto_map in {CONFIG}), which is never "
            "run: write a function that makes the network, and give it as package.module:function"
        )
    kind = said.get("model_type")
    if kind not in known:
        raise InputError(
            f"{folder / CONFIG} is of a {str(kind)!r} network, which transformers does not "
            f"classify videos with: expected one of {', '.join(sorted(known))}"
        )
    architectures = said.get("architectures") or [known[kind]]
    if known[kind] not in architectures:
        raise InputError(
            f"{folder / CONFIG} is of {architectures[0]}, a network for another task: expected "
            f"{known[kind]}, fine-tuned to classify videos"
        )
    return str(kind)


def _read_weights(folder: Path, weights: str | Path | None) -> dict[str, Tensor]:
    found: dict[str, Tensor] = {}
    for path in weights_paths(folder, weights):
        if path.suffix != ".safetensors":
            found |= load_state_dict(path)
            continue
        from safetensors.torch import load_file

        try:
            found |= load_file(path)
        except Exception as error:
            reason = "there is no such file" if not path.is_file() else str(error)[:200]
            raise InputError(f"the weights {path} cannot be read ({reason}): get them again") from (
                error
            )
    return found


def _with_weights(
    config: Any, weights: dict[str, Tensor], folder: Path, said: Mapping[str, Any]
) -> Any:
    """The network with these weights, whose names may be those of earlier versions."""
    transformers = _transformers()
    kind = transformers.AutoModelForVideoClassification._model_mapping[type(config)]
    check_finite_weights(
        {key: value for key, value in weights.items() if value.is_floating_point()},
        f"the network {folder}",
    )
    verbosity = transformers.logging.get_verbosity()
    shows_bars = transformers.logging.is_progress_bar_enabled()
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    try:
        network, found = kind.from_pretrained(
            None, config=config, state_dict=weights, output_loading_info=True, dtype=torch.float32
        )
    except (RuntimeError, ValueError, OSError) as error:
        lines = str(error).strip().splitlines() or [""]
        raise InputError(
            f"the weights of the network {folder} do not fit its {CONFIG} ({lines[0][:200]}): get "
            "both from one place"
        ) from error
    finally:
        transformers.logging.set_verbosity(verbosity)
        if shows_bars:
            transformers.logging.enable_progress_bar()
    lacking = sorted(found["missing_keys"])
    if lacking:
        named = ", ".join(lacking[:MOST_SHOWN])
        raise InputError(
            f"the weights of the network {folder} lack {named} ({len(lacking)} in all): expected "
            "those of a network that was fine-tuned to classify videos"
        )
    return network.eval()


def _preparation(folder: Path, config: Any) -> Preparation:
    """How frames are prepared, as the folder's processor says.

    Raises:
        InputError: if it says so of none that is known.
    """
    path = next((folder / name for name in PREPARATIONS if (folder / name).is_file()), None)
    if path is None:
        raise InputError(
            f"the folder {folder} has no {PREPARATIONS[1]}, which says how frames are prepared: "
            "get it from where the weights come from"
        )
    said = read_json(path, folder)
    said = said.get("video_processor") or said.get("image_processor") or said
    try:
        return _of_processor(said, config)
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise InputError(
            f"{path} does not say how frames are prepared ({type(error).__name__}: {error}): "
            "expected size, crop_size, image_mean and image_std as the hub has them"
        ) from error


def _of_processor(said: Mapping[str, Any], config: Any) -> Preparation:
    own = getattr(config, "image_size", None) or getattr(config, "crop_size", None) or 224
    size = said.get("size", own)
    short = size if isinstance(size, int) else size.get("shortest_edge")
    resized = None if short is not None else (int(size["height"]), int(size["width"]))
    crop = said.get("crop_size", own) if said.get("do_center_crop", True) else None
    if crop is None:
        # The network takes one size only.
        cropped = resized or (own, own)
    else:
        cropped = (
            (crop, crop) if isinstance(crop, int) else (int(crop["height"]), int(crop["width"]))
        )
    if not said.get("do_resize", True):
        short, resized = None, None
    scale = float(said.get("rescale_factor", 1 / 255)) if said.get("do_rescale", True) else 1.0
    normal = said.get("do_normalize", True)
    mean = tuple(map(float, said["image_mean"])) if normal else (0.0,) * 3
    spread = tuple(map(float, said["image_std"])) if normal else (1.0,) * 3
    return Preparation(
        size=cropped,
        short_side=None if short is None else int(short),
        resized=resized,
        scale=scale,
        offset=1.0 if said.get("offset", "Vivit" in _processor_name(said)) else 0.0,
        mean=mean,
        spread=spread,
        resampling=Image.Resampling(int(said.get("resample", Image.Resampling.BILINEAR))),
    )


def _processor_name(said: Mapping[str, Any]) -> str:
    """The class of the processor; that of ViVit shifts values to begin at -1."""
    keys = ("video_processor_type", "image_processor_type", "feature_extractor_type")
    return " ".join(str(said.get(key)) for key in keys)
