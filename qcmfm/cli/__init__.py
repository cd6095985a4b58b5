"""The command line, with one module for each kind of work.

Heavy libraries are imported inside the commands, so that `--help` answers at once.
"""

import logging
from typing import Annotated

import typer

from qcmfm import __version__
from qcmfm.cli._app import app as start_app
from qcmfm.cli._arguments import Command
from qcmfm.cli._collections import catalog, demo, import_source, search
from qcmfm.cli._in_workspace import in_workspace
from qcmfm.cli._lab import circuit, noise, playground
from qcmfm.cli._labelling import evaluate, explain, predict
from qcmfm.cli._output import fail
from qcmfm.cli._training import NamesModels, calibrate, retrain, study, train
from qcmfm.cli._workspace import backup, doctor, job, restore
from qcmfm.core import settings
from qcmfm.core.errors import QcmfmError
from qcmfm.observability import logs

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

app.command("app", context_settings={"ignore_unknown_options": True})(start_app)
app.command(cls=NamesModels)(in_workspace(train))
for _command in (
    predict, evaluate, calibrate, explain, study, retrain,
    demo, noise, circuit, playground, catalog, search,
):  # fmt: skip
    app.command(cls=Command)(in_workspace(_command))
for _command in (doctor, backup, restore):  # These work on a workspace of any version.
    app.command(cls=Command)(_command)
app.command("import", cls=Command)(in_workspace(import_source))
app.command(hidden=True)(in_workspace(job))


def _show_version(wanted: bool) -> bool:
    if wanted:
        typer.echo(f"qcmfm {__version__}")
        raise typer.Exit
    return wanted


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
) -> None:
    """Label, check and search museum collections. Quantum parts are simulated."""


def main() -> None:
    """Run the command line; an error becomes a sentence with a hint, and exit code 2."""
    settings.spare_other_processes()
    logs.set_up(logging.WARNING)
    try:
        app()
    except QcmfmError as error:
        fail(error)
    except OSError as error:
        reason = error.strerror or str(error)
        fail(QcmfmError(f"{error.filename or 'A file'}: {reason}.", "Check the path and the disk."))
    except Exception:
        number = logs.unexpected(logging.getLogger(__name__), "A command failed")
        raise SystemExit(f"Error: this is a bug. The log above has it, error {number}.") from None
