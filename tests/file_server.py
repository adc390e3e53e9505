"""A web server on localhost that serves files well or badly, to download from."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class FileServer:
    """What is served and how, and what was asked for.

    Attributes:
        files: bodies by path ("/name").
        ranges: whether Range is obeyed.
        if_range: whether If-Range is obeyed.
        etag: version of all files, None for no ETag.
        drops: how many bytes each of the next answers sends before it breaks off; then none does.
        drops_always: the same for every answer.
        statuses: the next answers' status codes, before it serves as usual.
        redirects: other paths by path.
        content_type: of every file.
        requests: (path, Range header or None) of every request.
    """

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    ranges: bool = True
    if_range: bool = True
    etag: str | None = '"1"'
    drops: list[int] = field(default_factory=list)
    drops_always: int | None = None
    statuses: list[int] = field(default_factory=list)
    redirects: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/octet-stream"
    requests: list[tuple[str, str | None]] = field(default_factory=list)


@contextmanager
def file_server() -> Iterator[FileServer]:
    """A server in a thread of its own."""
    served = FileServer()
    handler = type("Handler", (_Handler,), {"served": served})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    served.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    served: FileServer

    def do_GET(self) -> None:
        served, path = self.served, self.path.partition("?")[0]
        served.requests.append((path, self.headers["Range"]))
        if served.statuses:
            self.send_error(served.statuses.pop(0))
        elif path in served.redirects:
            self.send_response(302)
            self.send_header("Location", served.redirects[path])
            self.end_headers()
        elif path not in served.files:
            self.send_error(404)
        else:
            self._send(served.files[path])

    def _send(self, body: bytes) -> None:
        served, first = self.served, self._first_byte()
        if first and first >= len(body):
            self.send_error(416)
            return
        self.send_response(206 if first else 200)
        self.send_header("Content-Type", served.content_type)
        self.send_header("Content-Length", str(len(body) - first))
        if first:
            self.send_header("Content-Range", f"bytes {first}-{len(body) - 1}/{len(body)}")
        if served.etag:
            self.send_header("ETag", served.etag)
        self.end_headers()
        drop = served.drops.pop(0) if served.drops else served.drops_always
        self.wfile.write(body[first:] if drop is None else body[first : first + drop])

    def _first_byte(self) -> int:
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers["Range"] or "")
        same = not self.served.if_range or self.headers["If-Range"] in (None, self.served.etag)
        return int(asked[1]) if asked and same and self.served.ranges else 0

    def log_message(self, *_: object) -> None:
        """Say nothing."""
