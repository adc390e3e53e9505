"""Options of `playfair explain`: of networks of whole clips, and of attribution methods."""

import argparse
from pathlib import Path
from typing import Any, get_args

from playfair.attribution.games.fills import Fill
from playfair.attribution.methods.options import kind_of, words_of
from playfair.attribution.methods.registry import METHODS, all_options, make_options, method_class
from playfair.errors import InputError

NETWORK_OPTIONS = (
    "weights",
    "clip_frames",
    "elements",
    "fill",
    "prior",
    "batch_size",
    "fps",
)


def add_network_options(parser: argparse.ArgumentParser) -> None:
    """Options that go with --network."""
    group = parser.add_argument_group("networks of whole clips", "with --network")
    group.add_argument("--weights", metavar="FILE", help="weights in place of the network's own")
    group.add_argument(
        "--clip-frames",
        type=positive,
        metavar="F",
        help="frames that the network takes (default: its own)",
    )
    group.add_argument(
        "--elements",
        type=positive,
        metavar="N",
        help="how many runs of consecutive frames to explain, a divisor of F (default: at most 8)",
    )
    group.add_argument(
        "--fill",
        choices=get_args(Fill),
        help="what stands in for an element that is missing (default: nearest)",
    )
    group.add_argument(
        "--prior",
        choices=["uniform", "empty"],
        help="the score of no elements: uniform (default), or what the network says of a clip of "
        "nothing but stand-ins (mean, black, blur)",
    )
    group.add_argument(
        "--batch-size", type=positive, metavar="N", help="masked clips per forward pass (16)"
    )
    group.add_argument(
        "--fps", type=rate, metavar="X", help="frames per second at which the clip is read (8)"
    )


def add_method_options(parser: argparse.ArgumentParser) -> None:
    """Options `--method` and one for each option of a method that changes the values shown."""
    group = parser.add_argument_group("methods", "by default all is as in the run")
    methods = [name for name in METHODS if method_class(name).gives_esvs]
    ideas = "; ".join(f"{name}: {method_class(name).summary}" for name in methods)
    group.add_argument("--method", choices=methods, help=ideas.replace("%", "%%"))
    for name, (declared, owners) in all_options().items():
        if declared.metadata["adds"]:
            continue
        kind, words = kind_of(declared), words_of(declared)
        flags: dict[str, Any] = {"type": kind, "metavar": "N" if kind is int else "X"}
        if words:
            flags = {"choices": words}
        if kind is bool:
            flags = {"action": argparse.BooleanOptionalAction}
        help_text = f"{declared.metadata['description']} ({', '.join(owners)})"
        group.add_argument(f"--{name.replace('_', '-')}", dest=name, help=help_text, **flags)


def positive(text: str) -> int:
    """A whole number of 1 or more."""
    number = int(text) if text.isdecimal() else 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of 1 or more")
    return number


def rate(text: str) -> float:
    """A number of frames per second."""
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number <= 240:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0, and at most 240")
    return number


def is_features(clip: Path) -> bool:
    """Whether a clip is given as an array of features."""
    return clip.suffix.lower() in (".npy", ".npz") and clip.is_file()


def check_belong(options: argparse.Namespace) -> None:
    """Raise `InputError` for options that go with --network beside --run, or the other way.

    The same for features beside --network, and a video of features beside a clip that is one.
    """
    if options.video and not is_features(options.clip):
        raise InputError("--video goes with features (.npy, .npz) in place of a clip: leave it out")
    if options.network and is_features(options.clip):
        raise InputError(
            f"{options.clip} holds features, but --network sees frames: give a video, or --run"
        )
    if options.network:
        names: tuple[str, ...] = ("model", "n_frames", "configfile", "trust_factory")
        other = "--run"
    else:
        names, other = NETWORK_OPTIONS, "--network"
    for name in names:
        if getattr(options, name):
            flag = f"--{name.replace('_', '-')}"
            hint = "; did you mean --elements?" if name == "n_frames" else ""
            raise InputError(f"{flag} goes with {other}: leave it out{hint}")


def method_options(options: argparse.Namespace) -> dict[str, Any]:
    """The method and its options, of what was given; raises `InputError` if they do not agree."""
    given = {name: getattr(options, name, None) for name in all_options()}
    chosen = {name: value for name, value in given.items() if value is not None}
    if options.method is None:
        return chosen
    make_options(options.method, chosen)
    return {"method": options.method, **chosen}
