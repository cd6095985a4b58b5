"""The wheel is all that is needed: in an empty folder it labels a photo and serves the studio."""

import contextlib
import csv
import os
import shutil
import socket
import subprocess
import sys
import sysconfig
import time
import tomllib
import urllib.request
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from qcmfm import __version__
from tests.browser.studio import Visit, chromium
from tests.network import watch

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("qcmfm", "pages", "assets", ".streamlit")
FILES = ("app.py", "pyproject.toml", "requirements.txt", "README.md", "LICENSE")
CACHES = shutil.ignore_patterns("__pycache__", "*.pyc", ".*.tmp")
BROWSERS = ("xdg-open", "open")
"""What Streamlit opens a browser with, on Linux and macOS."""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy of the tree that holds secrets as well."""
    tree = tmp_path_factory.mktemp("tree")
    for part in PARTS:
        shutil.copytree(ROOT / part, tree / part, ignore=CACHES)
    for file in FILES:
        shutil.copy(ROOT / file, tree)
    (tree / ".streamlit" / "secrets.toml").write_text("[auth]\n")
    out = tmp_path_factory.mktemp("wheel")
    options = ["--no-deps", "--no-build-isolation", "--no-index", "--quiet", "-w", str(out)]
    subprocess.run([sys.executable, "-m", "pip", "wheel", *options, str(tree)], check=True)
    (built,) = out.iterdir()
    return built


@pytest.fixture(scope="module")
def bin_folder(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The commands of an environment with the wheel, and the libraries of this one.

    A `.pth` file adds the folder of the libraries without reading the `.pth` files in it, so an
    editable install of this checkout does not come along.
    """
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False)
    base = {"base": str(folder), "platbase": str(folder)}
    commands = Path(sysconfig.get_path("scripts", vars=base))
    ours = [sysconfig.get_path(name) for name in ("purelib", "platlib")]
    theirs = Path(sysconfig.get_path("purelib", vars=base))
    (theirs / "borrowed.pth").write_text("\n".join(dict.fromkeys(ours)))
    pip = [sys.executable, "-m", "pip", "--python", str(commands / "python"), "install"]
    options = ["--no-deps", "--no-index", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, *options, str(wheel)], check=True, env=bare(folder))
    return commands


def bare(home: Path) -> dict[str, str]:
    """An environment that knows nothing of the checkout or of what this user has set."""
    left_out = ("PYTHONPATH", "QCMFM_", "STREAMLIT_", "XDG_", "DISPLAY", "WAYLAND_DISPLAY")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
    return kept | {"HOME": str(home)}


@pytest.mark.slow
def test_the_wheel_holds_the_package_and_what_comes_with_it(wheel: Path):
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if name.startswith("qcmfm/")}
    assert wheel.name.startswith(f"qcmfm-{__version__}-")
    wanted = {"qcmfm/start/app.py", "qcmfm/start/.streamlit/config.toml"}
    for folder, place in (("qcmfm", ""), ("assets", "qcmfm/"), ("pages", "qcmfm/")):
        wanted |= {
            place + file.relative_to(ROOT).as_posix()
            for file in (ROOT / folder).rglob("*")
            if file.is_file() and "__pycache__" not in file.parts
            and not any(part.startswith(".") for part in file.relative_to(ROOT).parts)
        }  # fmt: skip
    assert packed == wanted


def test_every_package_is_named_for_the_wheel():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]
    folders = {file.parent.relative_to(ROOT) for file in (ROOT / "qcmfm").rglob("*.py")}
    names = {".".join(folder.parts) for folder in folders}
    assert set(settings["packages"]) == names | {"qcmfm.assets", "qcmfm.pages", "qcmfm.start"}


@pytest.mark.slow
def test_it_labels_a_photo_from_an_empty_folder(bin_folder: Path, tmp_path: Path):
    empty = tmp_path / "empty"
    (empty / "images").mkdir(parents=True)
    shipped = ROOT / "assets" / "collections" / "artifacts"
    with (shipped / "records.csv").open(encoding="utf-8", newline="") as handle:
        drawn = next(csv.DictReader(handle))
    photo = f"images/{Path(drawn['image']).name}"
    shutil.copy(shipped / drawn["image"], empty / photo)
    with (empty / "records.csv").open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows(
            [["record_id", "image", "caption_masked"], ["one", photo, drawn["caption"]]]
        )
    environment = watch.environment(tmp_path / "watch", bare(tmp_path / "anna"))

    def run(*command: str) -> str:
        done = subprocess.run(
            [str(bin_folder / command[0]), *command[1:]], cwd=empty, env=environment, text=True,
            capture_output=True, timeout=300,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    assert run("qcmfm", "--version") == f"qcmfm {__version__}"
    files = run("python", "-c", "import sys, qcmfm; print(qcmfm.__file__, *sys.path, sep='\\n')")
    where, *path = files.splitlines()
    assert Path(where).is_relative_to(bin_folder.parent) and str(ROOT) not in path
    said = run(
        "qcmfm", "predict", "--run", "museum_materials", "--records", ".", "--out", "out.csv"
    )
    assert "1 of 1 rows labelled" in said
    with (empty / "out.csv").open(encoding="utf-8", newline="") as handle:
        (row,) = csv.DictReader(handle)
    assert row["record_id"] == "one" and row["label_1"] and not row["error"]
    assert watch.seen(tmp_path / "watch") and watch.outside(tmp_path / "watch") == []


@contextlib.contextmanager
def studio(bin_folder: Path, folder: Path, *options: str, **variables: str) -> Iterator[str]:
    """`qcmfm app` in an empty folder; yields its address. Sockets are watched in `watch`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (folder / "empty").mkdir()
    environment = watch.environment(folder / "watch", bare(folder / "anna")) | variables
    command = [str(bin_folder / "qcmfm"), "app", "--server.port", str(port), *options]
    with (folder / "log.txt").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=folder / "empty", env=environment, stdin=subprocess.DEVNULL, stdout=log,
            stderr=subprocess.STDOUT,
        )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 120
        while True:
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{address}/_stcore/health"):
                break
            said = (folder / "log.txt").read_text()
            assert process.poll() is None and time.monotonic() < deadline, said
            time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.mark.browser
@pytest.mark.slow
def test_it_serves_the_studio_from_an_empty_folder(
    bin_folder: Path, tmp_path: Path, home: Path, browser: Browser
):
    opened, programs = tmp_path / "opened.txt", tmp_path / "programs"
    programs.mkdir()
    for name in BROWSERS:
        (programs / name).write_text(f'#!/bin/sh\nprintf %s "$1" > "{opened}"\n')
        (programs / name).chmod(0o755)
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    more = {"QCMFM_HOME": str(home), "PATH": path, "DISPLAY": ":0"}
    with studio(bin_folder, tmp_path, **more) as address:
        visit = Visit(browser, address).open()
        text = visit.text().casefold()
        assert "museum materials" in text and "artifacts" in text and "textiles" in text  # models
        assert visit.page.get_by_test_id("stDataFrame").count() == 1  # the collections
        assert visit.page.get_by_test_id("stImage").locator("img").count() >= 4  # their photos
        title = visit.page.get_by_role("heading", level=1).first
        assert title.evaluate("title => getComputedStyle(title).fontSize") == "40px"  # our theme's
        visit.leave()
        port = int(address.rpartition(":")[2])
        with pytest.raises(OSError):  # it listens on 127.0.0.1 alone
            socket.create_connection(("127.0.0.2", port), timeout=5).close()
    assert opened.read_text() == address
    assert (home / "workspace.json").is_file() and list((tmp_path / "empty").iterdir()) == []
    assert not (tmp_path / "anna").exists()
    assert watch.seen(tmp_path / "watch") and watch.outside(tmp_path / "watch") == []


SIGN_IN = """
[auth]
redirect_uri = "http://127.0.0.1/oauth2callback"
cookie_secret = "no secret at all, but long enough for a test"
client_id = "studio"
client_secret = "none"
server_metadata_url = "http://127.0.0.1:9/.well-known/openid-configuration"
"""


@pytest.mark.browser
@pytest.mark.slow
def test_it_reads_secrets_from_the_workspace_and_opens_no_browser_without_a_display(
    bin_folder: Path, tmp_path: Path, home: Path, browser: Browser
):
    (home / "secrets.toml").write_text(SIGN_IN)
    with studio(
        bin_folder, tmp_path, "--client.toolbarMode", "minimal", QCMFM_HOME=str(home)
    ) as at:
        visit = Visit(browser, at).open()
        assert visit.page.get_by_role("button", name="Sign in").count() == 1
        visit.leave()
    assert watch.outside(tmp_path / "watch") == []
