"""Drive the real app in a real Chromium: start a server, open a page, act, wait until idle."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Response, expect, sync_playwright

from tests.processes import Forked

ROOT = Path(__file__).resolve().parents[2]
SCREENSHOTS = ROOT / ".screenshots"
"""Where those of the last run lie, for whoever wants to look at them."""
LOCAL = {"127.0.0.1", "localhost", None}
PATIENCE = 60_000
"""Milliseconds that a busy machine has to show what is waited for."""
expect.set_options(timeout=PATIENCE)
DESKTOP, TABLET, PHONE = (1440, 900), (820, 1180), (600, 960)
Screen = tuple[tuple[int, int], bool]
"""Width and height in pixels, and whether its owner likes it dark."""

# Whether the script has ended, nothing is being redrawn and every picture has arrived, and that has
# been so for some time. It is asked in the page itself, which costs nothing; each call begins anew.
IDLE = """([call, settle]) => {
  const app = document.querySelector('[data-testid=stApp]');
  const idle = app && app.dataset.testScriptState === 'notRunning'
    && app.dataset.testConnectionState === 'CONNECTED'
    && !document.querySelector('[data-testid=stAppSkeleton], [data-testid=stSkeleton]')
    && !document.querySelector('[data-testid=stSpinner], [data-stale=true]')
    && [...document.querySelectorAll('[data-testid=stImage] img')].every(image => image.complete);
  const now = performance.now();
  if (!idle || window.quiet?.call !== call) window.quiet = { call, since: now };
  return idle && now - window.quiet.since >= settle;
}"""


def chromium_path() -> str:
    """Where Chromium is: `CHROMIUM`, or the first one on the path."""
    names = (os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if name and (path := shutil.which(name))), None)
    assert found, "no Chromium: install it (Debian: apt-get install chromium) or set CHROMIUM"
    return found


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium_path(),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield browser
        browser.close()


def _started(command: Sequence[str], env: Mapping[str, str], out: Path) -> subprocess.Popen[bytes]:
    with out.open("wb") as file:
        return subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=ROOT,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
        )


@contextlib.contextmanager
def server(
    home: Path, script: str = "app.py", more: Sequence[str] = (), forked: bool = False
) -> Iterator[str]:
    """A Streamlit server on a workspace of its own; yields its address.

    Args:
        home: The workspace.
        script: What it runs.
        more: Options of the server.
        forked: Whether it may start with what is slow to import.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = ["streamlit", "run", str(ROOT / script)]
    command += ["--server.port", str(port), "--server.fileWatcherType", "none", *more]
    log, environment = home / "server.log", os.environ | {"QCMFM_HOME": str(home)}
    process = (Forked if forked else _started)(command, environment, log)
    try:
        address = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + 60
        while True:
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{address}/_stcore/health"):
                break
            assert process.poll() is None and time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        yield address
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


class Visit:
    """One person's browser window on the app."""

    def __init__(self, browser: Browser, address: str, size: tuple[int, int] = DESKTOP, dark=False):
        self.address = address
        scheme = "dark" if dark else "light"
        self.context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, color_scheme=scheme
        )
        self.page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.outside: list[str] = []
        self.faults: list[str] = []
        self.context.on("request", self._note)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.heard = self.calls = 0
        self.page.on("websocket", lambda socket: socket.on("framereceived", self._hear))

    def _note(self, request) -> None:
        address = urlsplit(request.url)
        if address.scheme in ("http", "https", "ws", "wss") and address.hostname not in LOCAL:
            self.outside.append(request.url)

    def _hear(self, _frame) -> None:
        self.heard += 1

    def leave(self) -> None:
        """Close the window; what must never have happened in it did not."""
        assert not self.outside, "the page asked for something outside this machine"
        assert not self.faults
        self.context.close()

    def open(self, path: str = "/") -> "Visit":
        self.page.goto(self.address + path, wait_until="commit")
        return self.idle()

    def idle(self, settle: float = 0.3) -> "Visit":
        """Wait until the page has been idle for `settle` seconds on end."""
        self.calls += 1
        self.page.wait_for_function(
            IDLE, arg=[self.calls, 1000 * settle], polling=50, timeout=150_000
        )
        return self

    def ready(self, key: str) -> "Visit":
        """Wait for a button with this shortcut: on a busy machine it comes after the text."""
        label = self.page.get_by_label(f"Shortcut {key.upper()}", exact=True)
        self.page.locator("button:enabled").filter(has=label).first.wait_for()
        return self

    def press(self, key: str) -> "Visit":
        """Press a shortcut and see what becomes of it.

        A short run of the script never shows as one, so its answer is waited for.
        """
        before = self.ready(key).heard
        self.page.keyboard.press(key)
        return self._answered(lambda: self.heard > before, key)

    def _answered(self, heard: Callable[[], bool], what: str) -> "Visit":
        """Wait for the app's answer to something, and until it is drawn."""
        deadline = time.monotonic() + PATIENCE / 1000
        while not heard():
            assert time.monotonic() < deadline, f"the app did not answer to {what}"
            self.page.wait_for_timeout(50)
        return self.idle(0.6)

    def go(self, title: str) -> "Visit":
        """Click an entry of the menu."""
        side = self.page.get_by_test_id("stSidebar")
        if side.count() == 0 or side.get_attribute("aria-expanded") == "false":
            self.page.get_by_test_id("stExpandSidebarButton").click()
        self.page.get_by_test_id("stSidebarNav").get_by_role("link", name=title).click()
        return self.idle()

    def upload(self, *files: Path) -> "Visit":
        """Give files to the page and see what it makes of them: it runs once all have arrived."""
        arrived: list[int] = []

        def note(response: Response) -> None:
            if response.request.method == "PUT" and "/upload_file/" in response.url:
                arrived.append(self.heard)

        self.page.on("response", note)
        box = self.page.get_by_test_id("stFileUploaderDropzoneInput")
        box.set_input_files([str(file) for file in files])
        self._answered(lambda: len(arrived) == len(files) and self.heard > arrived[-1], "the files")
        self.page.remove_listener("response", note)
        return self

    def type(self, label: str, text: str) -> "Visit":
        box = self.page.get_by_label(label, exact=True)
        box.fill(text)
        box.press("Control+Enter")
        return self.idle()

    def click(self, label: str) -> "Visit":
        self.page.get_by_role("button", name=label, exact=True).click()
        return self.idle()

    def fits(self) -> "Visit":
        """The page need not be scrolled sideways; Streamlit would scroll in stMain."""
        assert not self.too_wide(), f"{self.page.url} is {self.too_wide()} pixels too wide"
        return self

    def too_wide(self) -> int:
        """By how many pixels the page is wider than the window leaves it."""
        main = self.page.get_by_test_id("stMain")
        return main.evaluate("main => Math.max(0, main.scrollWidth - main.clientWidth - 1)")

    def text(self) -> str:
        return self.page.get_by_test_id("stMain").inner_text()

    def screenshot(self, name: str) -> Path:
        SCREENSHOTS.mkdir(exist_ok=True)
        size = self.page.viewport_size or {"width": 0, "height": 0}
        tall = self.page.evaluate(
            "document.querySelector('[data-testid=stMain]').scrollHeight"
        )  # Streamlit scrolls inside stMain, which a full-page screenshot does not see
        self.page.set_viewport_size({**size, "height": max(size["height"], tall)})
        self.idle()
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png")
        self.page.set_viewport_size(size)
        return SCREENSHOTS / f"{name}.png"
