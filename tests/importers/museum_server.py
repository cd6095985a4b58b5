"""A web server on this machine that behaves like the worst that a museum's table points to."""

import contextlib
import io
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
from PIL import Image


def photo(seed: int = 0, side: int = 96, kind: str = "JPEG") -> bytes:
    """A photo of a few blobs, another one for each seed."""
    chance = np.random.default_rng(seed)
    small = chance.integers(0, 255, (6, 6, 3), dtype=np.uint8)
    out = io.BytesIO()
    Image.fromarray(small).resize((side, side), Image.Resampling.BICUBIC).save(out, kind)
    return out.getvalue()


@dataclass
class Museum:
    """What the server has and what it was asked.

    `pages` maps a path to its bytes, or to a function that answers with the handler.
    """

    address: str = ""
    pages: dict[str, bytes | Callable[["Handler"], None]] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    headers: list[dict[str, str]] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    under_way: int = 0
    most_at_once: int = 0


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    museum: Museum

    def do_GET(self) -> None:
        museum = self.museum
        museum.asked[self.path] += 1
        museum.headers.append(dict(self.headers))
        museum.times.append(time.monotonic())
        museum.under_way += 1
        museum.most_at_once = max(museum.most_at_once, museum.under_way)
        try:
            found = museum.pages.get(self.path)
            if callable(found):
                found(self)
            elif found is None:
                self.answer(404, b"gone", "text/plain")
            else:
                self.answer(200, found, "image/jpeg")
        except (BrokenPipeError, ConnectionResetError):
            pass  # the one who asked has lost patience
        finally:
            museum.under_way -= 1

    def answer(self, status: int, body: bytes = b"", kind: str = "image/jpeg", **headers: str):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextlib.contextmanager
def museum_server() -> Iterator[Museum]:
    museum = Museum()
    kind = type("OfThisMuseum", (Handler,), {"museum": museum})
    server = ThreadingHTTPServer(("127.0.0.1", 0), kind)
    server.daemon_threads = True
    museum.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield museum
    finally:
        server.shutdown()
        server.server_close()
