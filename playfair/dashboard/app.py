"""The web application: a read-only API over the results of a data set, and the page.

    /  /app.js  /app.css                            the page
    /api/index[?n=N]                                what there is; the outcomes at N frames
    /api/video/<uid>                                all values of one video
    /api/table/<model>/<n>/<uid>[?order=][&classes=]  the scores of all subsets of its frames
    /frame/<uid>/<k>.jpg  /clip/<uid>.webm          frame k, and the clip
    POST /api/explain                               a clip of the visitor's, where that is allowed

Nothing of an address reaches the file system: uids are looked up among those of the results, and
numbers read strictly. What is not known is a 404 with a sentence in JSON, {"error": ...}. A clip is
taken from the page itself only, not from those of others.
"""

import gzip
import re
from pathlib import Path
from typing import Any

from flask import Flask, Response, abort, request, send_file

from playfair.dashboard.limits import BusyError, UploadLimits
from playfair.dashboard.live_tables import LiveTables
from playfair.dashboard.packing import as_json
from playfair.dashboard.shown_model import ShownModel, UnknownError
from playfair.dashboard.shown_results import ShownResults
from playfair.dashboard.uploads import UploadError, Uploads
from playfair.dashboard.video_index import index_json, outcomes_json, video_json
from playfair.trust import Trust

STATIC = Path(__file__).parent / "static"
_PAGE = {
    "": ("index.html", "text/html"),
    "app.js": ("app.js", "text/javascript"),
    "app.css": ("app.css", "text/css"),
}
SECURITY = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data: blob:",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_SENTENCES = {
    400: "This cannot be read.",
    404: "There is nothing here.",
    405: "This can be read only.",
    411: "Its length has to be known before.",
    413: "This is too large.",
    500: "The server failed: start it with --debug to see how.",
}
_EFFORT = 4
"""Of compression, from 1 to 9: numbers gain little by more."""
_MOST_WANTED = 4
"""Classes that may be asked for in one table."""


def create_app(
    results: str | Path | ShownResults,
    *,
    ground_truth: str | Path | None = None,
    trust: Trust | None = None,
    uploads: UploadLimits | None = None,
) -> Flask:
    """The WSGI application that shows the results of a data set, such as results/synthetic.

    Args:
        ground_truth: see `ShownResults`. trust: which functions of the user's own may be called to
            make the networks of a run; by default none. uploads: for visitors to have clips of
            their own explained; by default they may not.

    Raises:
        InputError: if the directory holds no results.
    """
    shown = results if isinstance(results, ShownResults) else ShownResults(results, ground_truth)
    tables = LiveTables(shown, trust)
    clips = Uploads(shown.directory, trust or Trust(), uploads) if uploads else None
    app = Flask("playfair", static_folder=None)
    app.url_map.merge_slashes = False
    start: dict[str, str] = {}

    @app.get("/")
    @app.get("/<string:name>")
    def page(name: str = "") -> Response:
        if name not in _PAGE:
            abort(404)
        file, kind = _PAGE[name]
        return _fresh(send_file(STATIC / file, mimetype=kind, conditional=True))

    @app.get("/api/index")
    def index() -> Response:
        _no_more_than("n")
        if "n" in request.args:
            return _json(_outcomes(shown, _whole(request.args["n"], 1)))
        if not start:
            about = {"bytes": uploads.file_bytes} if uploads else None
            start["json"] = as_json({**index_json(shown), "uploads": about})
        return Response(start["json"], mimetype="application/json")

    @app.get("/api/video/<path:uid>")
    def video(uid: str) -> Response:
        return _json(video_json(shown, uid))

    @app.get("/api/table/<string:name>/<string:number>/<path:uid>")
    def table(name: str, number: str, uid: str) -> Response:
        _no_more_than("order", "classes")
        model, n_frames = shown.model(name), _whole(number, 1)
        shown.check_uid(uid)
        if n_frames not in model.n_frames or uid not in model.row:
            raise UnknownError(f"{model.title} has no values of this video at {n_frames} frames.")
        if why := model.why_no_table(n_frames):
            raise UnknownError(why)
        order = _order(request.args.get("order", ""), n_frames)
        wanted = _wanted(model, uid, n_frames, request.args.get("classes", ""))
        client = request.remote_addr or ""
        return _json(tables.table(client, name, n_frames, uid, order, wanted))

    @app.get("/frame/<path:uid>/<string:name>.jpg")
    def frame(uid: str, name: str) -> Response:
        jpeg = shown.jpeg(shown.check_uid(uid), _whole(name, 0))
        response = Response(jpeg, mimetype="image/jpeg")
        response.headers["Cache-Control"] = "private, max-age=3600"
        return response

    @app.get("/clip/<path:uid>.webm")
    def clip(uid: str) -> Response:
        return send_file(shown.clip(uid), mimetype="video/webm", conditional=True)

    @app.post("/api/explain")
    def explain() -> Response:
        _no_more_than()
        if clips is None:
            raise UnknownError("Clips can be uploaded if `playfair serve` has --allow-uploads.")
        if not _from_this_page():
            return _json({"error": "Clips are taken from this page only."}, 403)
        if request.content_length is None:
            abort(411)
        request.max_content_length = clips.limits.file_bytes
        return Response(clips.explain(request.stream), mimetype="application/json")

    @app.errorhandler(UnknownError)
    def unknown(error: UnknownError) -> Response:
        return _json({"error": str(error)}, 404)

    @app.errorhandler(BusyError)
    def busy(error: BusyError) -> Response:
        return _json({"error": str(error)}, 429)

    @app.errorhandler(UploadError)
    def refused(error: UploadError) -> Response:
        return _json({"error": str(error)}, 422)

    def failed(error: Any) -> Response:
        return _json({"error": _SENTENCES[error.code]}, error.code)

    for code in _SENTENCES:
        app.register_error_handler(code, failed)

    @app.after_request
    def compress(response: Response) -> Response:
        if response.is_json and request.accept_encodings["gzip"] and not response.is_streamed:
            response.set_data(gzip.compress(response.get_data(), _EFFORT))
            response.headers["Content-Encoding"] = "gzip"
            response.headers["Vary"] = "Accept-Encoding"
        return response

    @app.after_request
    def secure(response: Response) -> Response:
        response.headers.update(SECURITY)
        return response

    return app


def _json(value: Any, status: int = 200) -> Response:
    return Response(as_json(value), status, mimetype="application/json")


def _fresh(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-cache"
    return response


def _from_this_page() -> bool:
    """Whether the browser says that a page of this server sends the request; others may not make
    it work. Browsers name the origin of whatever is posted, and pages cannot change it."""
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    origin = request.headers.get("Origin", "")
    return site == "same-origin" and f"{origin}/" == request.host_url


def _no_more_than(*names: str) -> None:
    """Refuse arguments of other names, and those that are given twice."""
    for name, values in request.args.lists():
        if name not in names or len(values) > 1:
            raise UnknownError(f"The address has an argument that means nothing here: {name!r}.")


def _whole(text: str, least: int) -> int:
    """A whole number as it is written shortest, in ASCII digits."""
    if not re.fullmatch(r"0|[1-9][0-9]{0,8}", text, re.ASCII) or int(text) < least:
        raise UnknownError(f"Expected a whole number from {least}.")
    return int(text)


def _numbers(text: str, most: int) -> list[int]:
    parts = text.split(",", most) if text else []
    if len(parts) > most:
        raise UnknownError(f"Expected at most {most} numbers, with commas between them.")
    return [_whole(part, 0) for part in parts]


def _order(text: str, n_frames: int) -> list[int]:
    """A permutation of 0..n-1, or [] for the order of the clip."""
    order = _numbers(text, n_frames)
    if order and sorted(order) != list(range(n_frames)):
        raise UnknownError(f"Expected order to hold each of 0 to {n_frames - 1} once.")
    return [] if order == list(range(n_frames)) else order


def _wanted(model: ShownModel, uid: str, n_frames: int, text: str) -> list[int]:
    """The true, the predicted and the rival class of a video, and those that are asked for."""
    classes = _numbers(text, _MOST_WANTED)
    if any(idx >= len(model.class_name) for idx in classes):
        raise UnknownError(f"There are {len(model.class_name)} classes, from 0.")
    label = int(model.label[model.row[uid]])
    best = [int(idx) for idx in (-model.values(uid, n_frames)["scores"]).argsort()[:2]]
    return list(dict.fromkeys([*([label] if label >= 0 else []), *best, *classes]))


def _outcomes(shown: ShownResults, n_frames: int) -> dict[str, Any]:
    models = [model for model in shown.models.values() if n_frames in model.n_frames]
    if not models:
        raise UnknownError(f"No model here sees {n_frames} frames.")
    return {model.name: {str(n_frames): outcomes_json(shown, model, n_frames)} for model in models}
