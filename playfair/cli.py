"""The command-line program `playfair`: explain one clip, or serve the dashboard of a run."""

import argparse
import difflib
import json
import math
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import playfair
from playfair.commands.options import (
    NETWORK_OPTIONS,
    add_method_options,
    add_network_options,
    check_belong,
    method_options,
    positive,
)
from playfair.dashboard.command import add_serve
from playfair.errors import InputError, printable
from playfair.trust import add_trust_options

if TYPE_CHECKING:
    from playfair.data.stores.esv_table import EsvTable
    from playfair.runs import ClipView

PICTURE_FORMATS = (".png", ".pdf", ".svg")
BAD_INPUT = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; returns its exit code: 0, or 2 for input that it cannot use."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run_command(options))
    except InputError as error:
        print(f"error: {printable(str(error))}", file=sys.stderr)
        return BAD_INPUT
    except BrokenPipeError:
        # Whoever reads, such as `head`, has read enough; nothing may complain of it at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="playfair", description="Which frames made a video model say this?"
    )
    parser.add_argument("--version", action="version", version=f"playfair {playfair.__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add_explain(commands)
    add_serve(commands)
    return parser


def _add_explain(commands: Any) -> None:
    parser = commands.add_parser(
        "explain",
        help="explain one clip by the models of a finished run, or by any video network",
        description="Classify a clip with a video network, or with the models of a finished run "
        "(which decodes it as the run did), and print the Element Shapley Value of each frame: how "
        "far it moved the score towards the class (+) or away from it (-). Draws a filmstrip as "
        "well.",
        epilog="examples: playfair explain clip.mp4 --run results/synthetic --model trn; "
        "playfair explain clip.mp4 --network torchvision/r3d_18 --elements 8",
    )
    parser.add_argument(
        "clip",
        type=Path,
        help="a video in any format that FFmpeg reads, a folder of numbered pictures, or, with "
        "--run, the features (frames, D) of a clip: an array, .npy or .npz",
    )
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument(
        "--run",
        type=Path,
        metavar="DIRECTORY",
        help="results/<dataset> of a finished run of the workflow",
    )
    source.add_argument(
        "--network",
        metavar="NETWORK",
        help="instead: a network of whole clips: torchvision/<name>, a folder in the layout of the "
        "Hugging Face hub, package.module:function or a TorchScript file (.pt)",
    )
    parser.add_argument(
        "--video",
        type=Path,
        metavar="FILE",
        help="the video that given features are of, for the filmstrip's pictures",
    )
    add_network_options(parser)
    parser.add_argument(
        "--model",
        action="append",
        metavar="NAME",
        help="a model of the run (may be given several times; default: all whose networks are "
        "those of its results)",
    )
    parser.add_argument(
        "--class",
        dest="class_name",
        metavar="CLASS",
        help="the class to explain (default: the one with the highest score)",
    )
    parser.add_argument(
        "--n-frames",
        type=positive,
        metavar="N",
        help="how many frames the model sees (default: the most in the run that the clip has)",
    )
    add_method_options(parser)
    parser.add_argument(
        "--top", type=positive, default=5, metavar="N", help="how many classes to list (5)"
    )
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object with everything, for programs"
    )
    parser.add_argument(
        "--output",
        type=Path,
        metavar="FILE",
        help="where to write the filmstrip: .png, .pdf or .svg (default: <clip>_esv.png here)",
    )
    parser.add_argument(
        "--device", default="auto", help="auto (a GPU if there is one), cpu, cuda or cuda:<number>"
    )
    add_trust_options(parser)
    parser.set_defaults(run_command=_explain)


def _explain(options: argparse.Namespace) -> int:
    # Here, because torch takes seconds to load, which --help should not.
    from playfair.commands.run_clip import explain_with_run
    from playfair.models.devices import resolve_device

    output = options.output or Path(f"{options.clip.stem}_esv.png")
    if output.suffix.lower() not in PICTURE_FORMATS:
        raise InputError(
            f"--output is {output}: choose a name that ends in {', '.join(PICTURE_FORMATS)}"
        )
    for path in filter(None, [options.clip, options.video]):
        if not path.exists():
            raise InputError(f"the clip {path} does not exist")
    check_belong(options)
    device = resolve_device(options.device)
    tables, view, known = (_of_network if options.network else explain_with_run)(options, device)
    if hasattr(sys.stdout, "reconfigure"):
        # A class name that the terminal cannot show must not stop the program.
        sys.stdout.reconfigure(errors="replace")
    explained = {model: _class_idx(table, options.class_name) for model, table in tables.items()}
    _draw(tables, view, explained, options.clip.stem, output)
    if options.json:
        from playfair.commands.explained_json import explained_json

        for line in known:
            print(f"note: {line}", file=sys.stderr)
        print(json.dumps(explained_json(options.clip, tables, view.fps, options.top)))
        return 0
    _print(tables, view, known, explained, options)
    print(f"Filmstrip: {output}")
    return 0


def _of_network(
    options: argparse.Namespace, device: Any
) -> tuple[dict[str, "EsvTable"], "ClipView", list[str]]:
    """The clip explained by the network, its frames, and nothing of what the network knows."""
    from playfair.commands.network_clip import NetworkRequest, explain_with_network

    given = {name: getattr(options, name) for name in NETWORK_OPTIONS}
    given = {name: value for name, value in given.items() if value is not None}
    asked = NetworkRequest(options.network, **given, method=method_options(options))
    progress = sys.stderr.isatty()
    table, view = explain_with_network(options.clip, asked, device, progress)
    return {options.network: table}, view, []


def _class_idx(table: "EsvTable", class_name: str | None) -> int:
    """The class to explain: the named one, at least but for letter case, or the predicted one."""
    if class_name is None:
        return int(table.predicted[0])
    if class_name in table.class_name:
        return list(table.class_name).index(class_name)
    names = [name.casefold() for name in table.class_name]
    if class_name.casefold() in names:
        return names.index(class_name.casefold())
    close = difflib.get_close_matches(class_name.casefold(), names, n=3, cutoff=0.4)
    known = [f'"{table.class_name[names.index(name)]}"' for name in close]
    hint = f"did you mean {' or '.join(known)}?" if known else "--top lists more of them"
    source = "run" if table.element_frame_idx is None else "network"
    raise InputError(f"the {source} has no class {class_name!r} among its {len(names)}: {hint}")


def _print(
    tables: dict[str, "EsvTable"],
    view: "ClipView",
    known: Sequence[str],
    explained: dict[str, int],
    options: argparse.Namespace,
) -> None:
    from playfair.clip_text import frames_text, top_classes_text
    from playfair.figures.drawing.names import model_title

    print(f"{options.clip}: {len(view.features)} frames at {view.fps:g} frames per second")
    print("\n".join([*known, ""]))
    for model, table in tables.items():
        print(f"Top classes of {model_title(model)}:")
        print(top_classes_text(table, options.top) + "\n")
        print(frames_text(table, explained[model], view.fps) + "\n")


def _draw(
    tables: dict[str, "EsvTable"],
    view: "ClipView",
    explained: dict[str, int],
    uid: str,
    output: Path,
) -> None:
    """Draw one filmstrip per model, of the class that is explained."""
    from playfair.figures.drawing.paper import Paper, drawn_on
    from playfair.figures.drawing.style import save_picture
    from playfair.figures.filmstrips import Example, filmstrips_table, plot_filmstrips

    examples = [Example(model, uid, class_idx) for model, class_idx in explained.items()]
    table = filmstrips_table(examples, tables, fps=view.fps)
    # A strip for every model, however long the picture.
    with drawn_on(Paper(height_mm=math.inf)):
        figure = plot_filmstrips(
            table,
            lambda _, frame_idx: (
                [view.frames[frame] for frame in frame_idx] if view.frames else None
            ),
        )
    save_picture(figure, output)


if __name__ == "__main__":
    sys.exit(main())
