"""The server around the pages: its start, its health and its metrics."""

import asyncio
import contextlib
import hmac
import ipaddress
import logging
import sys
from collections.abc import AsyncIterator
from urllib.parse import quote, urlsplit

import streamlit as st
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit import cli_util, config
from streamlit.web.server import server_util

from qcmfm.core import settings
from qcmfm.core.errors import QcmfmError
from qcmfm.core.progress import finish
from qcmfm.observability import logs, metrics
from qcmfm.ui.shared.errors import show_bug
from qcmfm.ui.shell.gauges import Gauges
from qcmfm.ui.shell.memory import limit_heaps
from qcmfm.ui.shell.server_logs import take_over_logs
from qcmfm.ui.shell.sign_in import FORWARDED
from qcmfm.workspace import open_workspace, readiness

ROUTER = settings.PACKAGE / "ui" / "shell" / "router.py"
TOKEN = "QCMFM_METRICS_TOKEN"
SHORTEST = 16
"""Characters that a token must have; a shorter one could be guessed, and opens nothing."""

log = logging.getLogger(__name__)


def set_up() -> None:
    """What must be so before the server says anything or begins a thread: its log, its heaps."""
    settings.spare_other_processes()
    limit_heaps()
    logs.set_up(logging.INFO)
    take_over_logs()


@contextlib.asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Open the workspace, and bring it up to date, before anybody is served.

    Where it cannot be opened, the pages and `/healthz` say so.
    """
    metrics.begin().registry.register(Gauges())
    if 0 < len(settings.value(TOKEN)) < SHORTEST:
        log.warning("%s is shorter than %d characters, and opens nothing", TOKEN, SHORTEST)
    try:
        opened = await asyncio.to_thread(finish, open_workspace(create=True))
        log.info("The workspace is %s, version %d", opened.home, opened.now)
    except QcmfmError as error:
        log.error("The workspace cannot be opened: %s", error)
    except OSError:
        log.exception("The workspace cannot be opened")
    if settings.OPEN_BROWSER in sys.argv:
        asyncio.get_running_loop().run_in_executor(None, open_browser)
    yield


def open_browser() -> None:
    """Open the studio in a browser, as Streamlit does for a script but not for an `st.App`.

    The server's socket is bound before its lifespan begins, so a quick browser waits.
    """
    named = config.is_manually_set("browser.serverAddress")
    host = st.get_option("browser.serverAddress" if named else "server.address") or "localhost"
    cli_util.open_browser(server_util.get_url(server_util.get_display_address(host)))


async def health_endpoint(request: Request) -> Response:
    """Whether the program can do its work: 200 or 503; why not is told to this computer alone."""
    found = await run_in_threadpool(readiness)
    public = (
        found if may_read_figures(request) else {part: bool(why) for part, why in found.items()}
    )
    parts = {part: "ok" if not why else why if isinstance(why, str) else "failed"
             for part, why in public.items()}  # fmt: skip
    ready = not any(found.values())
    return _fresh(JSONResponse({"ready": ready} | parts, 200 if ready else 503))


async def metrics_endpoint(request: Request) -> Response:
    """What the server counted, for Prometheus."""
    text = await run_in_threadpool(generate_latest, metrics.begin().registry)
    return _fresh(Response(text, media_type=CONTENT_TYPE_LATEST))


class FiguresGuard:
    """Hides from strangers how much the server is used, Streamlit's own metrics too."""

    def __init__(self, app: ASGIApp):
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        app = self._app
        if scope["type"] == "http":
            figures = scope["path"].rstrip("/").endswith("/metrics")
            app = _REFUSED if figures and not may_read_figures(Request(scope)) else app
        await app(scope, receive, send)


class SubpathRedirect:
    """Leads an address below a page to that page.

    Streamlit answers it with a page whose scripts are searched beside it, so it would stay blank.
    """

    def __init__(self, app: ASGIApp):
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        app = self._app
        if scope["type"] == "http" and scope["method"] == "GET":
            request = Request(scope)
            to = _page_above(scope["path"])
            if to and "text/html" in request.headers.get("Accept", ""):
                query = f"?{request.url.query}" if request.url.query else ""
                app = RedirectResponse(to + query)
        await app(scope, receive, send)


def _page_above(path: str) -> str:
    """The page that an address is below of; empty where it is a page's own, or no page's."""
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    below = path.strip("/").removeprefix(base).strip("/").split("/")
    if len(below) < 2 or below[0] in _NO_PAGES:
        return ""
    return "/".join(["", *filter(None, [base, quote(below[0], safe="")])])


def may_read_figures(request: Request) -> bool:
    """Whether a request comes from this computer and through no proxy, or bears the token."""
    token, given = settings.value(TOKEN), request.headers.get("Authorization", "")
    if len(token) >= SHORTEST and hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        return True
    here = request.client is not None and _is_loopback(request.client.host)
    # A page from elsewhere may have its own name mean this computer, but it asks by that name.
    host = urlsplit(f"//{request.headers.get('Host', '')}").hostname or ""
    direct = not any(name in request.headers for name in FORWARDED)
    return here and direct and (host == "localhost" or _is_loopback(host))


def show_page_failure(error: Exception) -> bool:
    """Log what a page could not handle under a number, and show the number to the user."""
    show_bug(logs.unexpected(log, "A page failed", error))
    return True


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _fresh(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


_REFUSED = PlainTextResponse(
    f"These figures are for the server's own computer, and for whoever bears {TOKEN}.\n", 403
)
ROUTES = (Route("/healthz", health_endpoint), Route("/metrics", metrics_endpoint))
_NO_PAGES = ("_stcore", "app", "auth", "component", "media", "static")
MIDDLEWARE = (Middleware(FiguresGuard), Middleware(SubpathRedirect))
