"""The command `playfair serve`: the dashboard of a finished run on this machine."""

import argparse
import logging
import math
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playfair.dashboard.limits import UploadLimits
from playfair.errors import InputError
from playfair.trust import add_trust_options, trust_of

if TYPE_CHECKING:
    from flask import Flask

_HERE = ("127.0.0.1", "::1", "localhost")
_THREADS = 8
_MOST_PORT = 65535
_MEGABYTE = 1_000_000


def add_serve(commands: Any) -> None:
    """Add the command to those of the program."""
    parser = commands.add_parser(
        "serve",
        help="show the results of a finished run in a browser",
        description="Serve a page that shows the results of a finished run of the workflow: which "
        "frames made the models say what they say, and what they say without them.",
        epilog="example: playfair serve results/synthetic",
    )
    parser.add_argument("run", type=Path, help="results/<dataset> of a finished run")
    parser.add_argument(
        "--host", default=_HERE[0], help="address to serve at (127.0.0.1: this machine only)"
    )
    parser.add_argument(
        "--port", type=_port, default=8050, help="port to serve at (8050; 0 takes a free one)"
    )
    parser.add_argument(
        "--ground-truth",
        type=Path,
        metavar="FILE",
        help="CSV of the frames that carry the evidence (default: that of the data set in "
        "datasets/, if there is one)",
    )
    parser.add_argument(
        "--debug", action="store_true", help="say what goes wrong in full, and print each request"
    )
    parser.add_argument(
        "--allow-uploads",
        action="store_true",
        help="let visitors drop a clip of their own on the page, to have it explained here (one "
        "at a time, in a process of its own; nothing is kept)",
    )
    limits = UploadLimits()
    parser.add_argument(
        "--upload-megabytes",
        type=_positive,
        default=limits.file_bytes / _MEGABYTE,
        metavar="MB",
        help="largest file that is taken (%(default)g)",
    )
    parser.add_argument(
        "--upload-seconds",
        type=_positive,
        default=limits.clip_seconds,
        metavar="S",
        help="longest clip that is taken (%(default)g)",
    )
    parser.add_argument(
        "--upload-time",
        type=_positive,
        default=limits.work_seconds,
        metavar="S",
        help="seconds after which the explanation of a clip is given up (%(default)g)",
    )
    add_trust_options(parser)
    parser.set_defaults(run_command=_serve)


def _positive(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 < number < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is not a positive number")
    return number


def _port(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or int(text) > _MOST_PORT:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: a whole number from 0 to 65535")
    return int(text)


def _serve(options: argparse.Namespace) -> int:
    # Here, because the program's other commands have no need of a web server.
    try:
        from waitress import create_server, wasyncore

        from playfair.dashboard.app import create_app
    except ImportError as error:
        raise InputError(
            f"the dashboard needs the package {error.name}, which is not installed: "
            "pip install 'playfair[dashboard]'"
        ) from error
    uploads = None
    if options.allow_uploads:
        most_bytes = round(options.upload_megabytes * _MEGABYTE)
        uploads = UploadLimits(most_bytes, options.upload_seconds, options.upload_time)
    app = create_app(
        options.run, ground_truth=options.ground_truth, trust=trust_of(options), uploads=uploads
    )
    # That a request waits for a moment is nothing to tell anybody.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    if options.debug:
        _print_requests(app)
    connections: dict[int, Any] = {}
    try:
        server = create_server(
            app,
            map=connections,
            host=options.host,
            port=options.port,
            threads=_THREADS,
            # The least that is refused: nothing of it is stored.
            max_request_body_size=uploads.file_bytes + 1 if uploads else 1,
        )
    except OSError as error:
        raise InputError(
            f"nothing can be served at {options.host}, port {options.port} ({error.strerror}): "
            "choose another with --port, or --port 0 for a free one"
        ) from error
    if options.host not in _HERE:
        print(
            f"warning: everybody who reaches {options.host} can see these results"
            + (" and have clips decoded on this machine" if uploads else ""),
            file=sys.stderr,
        )
    host = f"[{options.host}]" if ":" in options.host else options.host
    print(f"Serving {options.run} at http://{host}:{server.effective_port} (Ctrl+C ends it)")
    sys.stdout.flush()
    # So that what an upload has left is removed.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        server.run()
    except KeyboardInterrupt:
        pass
    finally:
        # Of the server, and of visitors who have not left yet.
        wasyncore.close_all(connections, ignore_all=True)
    return 0


def _print_requests(app: "Flask") -> None:
    """Print what is asked for and answered; what fails says so in full."""
    from flask import Response, request

    app.config["PROPAGATE_EXCEPTIONS"] = True

    @app.after_request
    def say(response: Response) -> Response:
        print(f"{response.status_code} {request.full_path.rstrip('?')}", file=sys.stderr)
        return response
