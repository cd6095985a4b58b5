"""The command line: what a person types after `python -m qcmfm`, one module for each kind of work.

Heavy imports stand inside the commands, so that `--help` answers at once.
"""

import logging

import typer

from qcmfm.cli._collections import catalog, demo, import_source, search
from qcmfm.cli._in_workspace import in_workspace
from qcmfm.cli._lab import circuit, noise, playground
from qcmfm.cli._labelling import evaluate, explain, predict
from qcmfm.cli._output import fail
from qcmfm.cli._training import calibrate, retrain, study, train
from qcmfm.cli._workspace import backup, doctor, job, restore
from qcmfm.core.errors import QcmfmError
from qcmfm.observability import logs

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Label, check and search museum collections. Quantum parts are simulated.",
)

for _command in (
    train, predict, evaluate, calibrate, explain, study, retrain,
    demo, noise, circuit, playground, catalog, search,
):  # fmt: skip
    app.command()(in_workspace(_command))
for _command in (doctor, backup, restore):  # which take the workspace as it is
    app.command()(_command)
app.command("import")(in_workspace(import_source))
app.command(hidden=True)(in_workspace(job))


def main() -> None:
    """Entry point."""
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
