"""The command that starts the studio."""

import os
import runpy
import sys
from pathlib import Path
from typing import Annotated

import typer

from qcmfm.core import settings

_YES = ("1", "true", "t", "yes", "y", "on")


def app(
    given: Annotated[
        list[str] | None,
        typer.Argument(metavar="STREAMLIT_OPTIONS", help="Such as --server.port 8600."),
    ] = None,
    headless: Annotated[
        str,
        typer.Option(
            "--server.headless",
            envvar="STREAMLIT_SERVER_HEADLESS",
            metavar="BOOLEAN",
            help="true: open no browser. By default one is opened where there is a display.",
        ),
    ] = "",
    secrets: Annotated[
        list[str] | None,
        typer.Option(
            "--secrets.files",
            metavar="FILE",
            help="Instead of Streamlit's own places and secrets.toml in the workspace.",
        ),
    ] = None,
) -> None:
    """Start the studio. Options that are not listed here go to Streamlit.

    The studio's own settings (this computer only, no usage statistics, its theme) hold in every
    folder. A .streamlit/config.toml of the current folder adds to them; options and STREAMLIT_
    variables change them.
    """
    options = ["--server.headless", headless] if headless else []
    if secrets or "STREAMLIT_SECRETS_FILES" not in os.environ:
        for file in secrets or _secrets_files():
            options += ["--secrets.files", file]
    opened = headless.lower() not in _YES if headless else _has_display()
    sys.argv = ["streamlit", "run", str(settings.app_script()), *options, *(given or [])]
    sys.argv += ["--", settings.OPEN_BROWSER] if opened else []
    runpy.run_module("streamlit", run_name="__main__", alter_sys=True)


def _secrets_files() -> list[str]:
    """Streamlit's own places for secrets, and the workspace; later files take precedence."""
    folders = [Path.home(), Path.cwd(), settings.app_script().parent]
    files = [folder / ".streamlit" / settings.SECRETS for folder in folders]
    return list(dict.fromkeys(map(str, [*files, settings.home() / settings.SECRETS])))


def _has_display() -> bool:
    """Whether a browser can be shown; what Streamlit goes by."""
    if sys.platform in ("darwin", "win32"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
