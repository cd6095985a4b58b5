"""`qcmfm app` hands its options on to Streamlit, and adds what the studio needs."""

import itertools
import runpy
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from qcmfm import __version__, cli
from qcmfm.core import settings

Started = Callable[..., list[str]]


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Started:
    """What Streamlit is started with, by the options that are given; without a display."""
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "STREAMLIT_SERVER_HEADLESS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.chdir(tmp_path)

    def start(*options: str) -> list[str]:
        found: list[list[str]] = []
        monkeypatch.setattr(runpy, "run_module", lambda *_, **__: found.append(sys.argv))
        monkeypatch.setattr(sys, "argv", ["qcmfm", "app", *options])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        assert not stop.value.code
        assert found[0][:3] == ["streamlit", "run", str(settings.app_script())]
        return found[0][3:]

    return start


def secrets(options: list[str]) -> list[str]:
    return [after for name, after in itertools.pairwise(options) if name == "--secrets.files"]


def test_secrets_are_looked_for_in_the_workspace_last(started: Started, home: Path, tmp_path: Path):
    found = secrets(started())
    assert found[-1] == str(home / "secrets.toml")
    assert str(tmp_path / ".streamlit" / "secrets.toml") in found
    assert str(settings.app_script().parent / ".streamlit" / "secrets.toml") in found


def test_secrets_that_somebody_names_take_their_place(
    started: Started, monkeypatch: pytest.MonkeyPatch
):
    assert secrets(started("--secrets.files", "a.toml", "--secrets.files=b.toml")) == [
        "a.toml",
        "b.toml",
    ]
    monkeypatch.setenv("STREAMLIT_SECRETS_FILES", "c.toml")
    assert secrets(started()) == []


def test_other_options_go_to_streamlit_as_they_are(started: Started):
    given = ["--server.port", "8600", "--theme.base=dark", "--client.toolbarMode", "minimal"]
    assert started(*given)[-len(given) :] == given


@pytest.mark.parametrize("said", ["false", "true"])
def test_whether_there_is_a_browser_is_what_the_user_says(
    started: Started, monkeypatch: pytest.MonkeyPatch, said: str
):
    monkeypatch.setenv("DISPLAY", ":0" if said == "true" else "")
    options = started("--server.headless", said)
    assert options[:2] == ["--server.headless", said]
    assert (settings.OPEN_BROWSER in options) == (said == "false")


@pytest.mark.parametrize(
    ("system", "variables", "opened"),
    [
        ("linux", {}, False),
        ("linux", {"DISPLAY": ":0"}, True),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, True),
        ("linux", {"DISPLAY": ":0", "STREAMLIT_SERVER_HEADLESS": "true"}, False),
        ("darwin", {}, True),
    ],
)
def test_a_browser_is_opened_where_there_is_a_display(
    started: Started,
    monkeypatch: pytest.MonkeyPatch,
    system: str,
    variables: dict[str, str],
    opened: bool,
):
    monkeypatch.setattr(sys, "platform", system)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    options = started()
    assert (options[-2:] == ["--", settings.OPEN_BROWSER]) == opened
    assert (settings.OPEN_BROWSER in options) == opened


def test_the_version_is_that_of_the_package(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(sys, "argv", ["qcmfm", "--version"])
    with pytest.raises(SystemExit):
        cli.main()
    assert capsys.readouterr().out == f"qcmfm {__version__}\n"
