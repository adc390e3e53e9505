"""The command-line program `playfair`: explain one clip, or serve the dashboard of a run."""

import argparse
import difflib
import json
import os
import sys
from collections.abc import Mapping, Sequence
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
from playfair.trust import add_trust_options, trust_of

if TYPE_CHECKING:
    from playfair.data.stores.esv_table import EsvTable
    from playfair.runs import ClipView, Run, RunModel

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
        help="a video in any format that FFmpeg reads, or a folder of numbered pictures",
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
    from playfair.models.devices import resolve_device

    output = options.output or Path(f"{options.clip.stem}_esv.png")
    if output.suffix.lower() not in PICTURE_FORMATS:
        raise InputError(
            f"--output is {output}: choose a name that ends in {', '.join(PICTURE_FORMATS)}"
        )
    if not options.clip.exists():
        raise InputError(f"the clip {options.clip} does not exist")
    check_belong(options)
    device = resolve_device(options.device)
    tables, view, known = (_of_network if options.network else _of_run)(options, device)
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


def _of_run(
    options: argparse.Namespace, device: Any
) -> tuple[dict[str, "EsvTable"], "ClipView", list[str]]:
    """The explained clip by model, as all their backbones saw it, and how far from what they know.

    Raises:
        InputError: if two backbones of the run saw the clip at different rates.
    """
    from playfair.runs import Run, explain_view

    run = Run(options.run, trust_of(options))
    chosen = method_options(options)
    models = _models(run, options.model)
    views = {
        backbone: run.view(options.clip, backbone, device)
        for backbone in dict.fromkeys(model.options["backbone"] for model in models)
    }
    tables = {}
    for model in models:
        view = views[model.options["backbone"]]
        uid = options.clip.stem
        tables[model.name] = explain_view(view, uid, model, device, options.n_frames, **chosen)
    first = views[models[0].options["backbone"]]
    for model in models:
        view = views[model.options["backbone"]]
        if (view.fps, len(view.frames)) != (first.fps, len(first.frames)):
            raise InputError(
                f"{run.directory} explains {model.name} at {view.fps:g} frames per second and "
                f"{models[0].name} at {first.fps:g}: explain one of them with --model, or run the "
                "workflow again"
            )
    for name, table in tables.items():
        if table.attributes.get("advice"):
            print(f"note: {name}: {table.attributes['advice']}", file=sys.stderr)
    return tables, first, _familiarity(run, models, views)


def _familiarity(
    run: "Run", models: "Sequence[RunModel]", views: "Mapping[str, ClipView]"
) -> list[str]:
    """A line for each backbone on how far the clip is from what it knows: any clip gets a class."""
    from playfair.evaluation.familiarity import unfamiliarity, words

    lines = []
    for name, view in views.items():
        model = next(model for model in models if model.options["backbone"] == name)
        stores, known = run.known_features(model)
        found = unfamiliarity(view.features, stores)
        for store in stores:
            store.close()
        if found is not None:
            lines.append(f"{name}: {words(found, known)}")
    return lines


def _models(run: "Run", names: Sequence[str] | None) -> "list[RunModel]":
    """The named models; by default all whose networks are still those of the run."""
    if names:
        return [run.model(name) for name in dict.fromkeys(names)]
    models, left_out = run.usable_models()
    if left_out:
        print(
            f"note: left out {', '.join(left_out)}, whose networks are not those of their "
            f"results, or not trusted (--model {left_out[0]} says why)",
            file=sys.stderr,
        )
    return models


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

    print(f"{options.clip}: {len(view.frames)} frames at {view.fps:g} frames per second")
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
    from playfair.figures.drawing.style import save_picture
    from playfair.figures.filmstrips import Example, filmstrips_table, plot_filmstrips

    examples = [Example(model, uid, class_idx) for model, class_idx in explained.items()]
    figure = plot_filmstrips(
        filmstrips_table(examples, tables),
        lambda _, frame_idx: [view.frames[frame] for frame in frame_idx],
    )
    save_picture(figure, output)


if __name__ == "__main__":
    sys.exit(main())
