"""Progress bars, text and JSON of the commands."""

import json
import sys
from typing import Any, NoReturn

import typer

from qcmfm.core.errors import QcmfmError
from qcmfm.core.progress import Progress, Result, Work, finish
from qcmfm.core.text import visible


def finish_work(work: Work[Result], as_json: bool) -> Result:
    """Run long work to its end, with a progress bar if standard error is a terminal."""
    try:
        return _finish_in_view(work) if sys.stderr.isatty() and not as_json else finish(work)
    except KeyboardInterrupt:
        typer.echo("Stopped. The same command goes on from here.", err=True)
        raise


def _finish_in_view(work: Work[Result]) -> Result:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
        TimeRemainingColumn(), TextColumn("{task.fields[note]}", markup=False),
    )  # fmt: skip
    with Bars(*columns, console=Console(stderr=True)) as bars:
        stages: dict[str, Any] = {}

        def show(event: Progress) -> None:
            if event.stage not in stages:
                stages[event.stage] = bars.add_task(event.stage, note="")
            bars.update(
                stages[event.stage], completed=event.done, total=event.total, note=event.note
            )

        return finish(work, show)


def echo(content: dict[str, Any], text: str, as_json: bool) -> None:
    """Print the result of a command.

    Args:
        content: The result for `--json`.
        text: The same for people.
        as_json: Whether to print the JSON.
    """
    typer.echo(json.dumps(content, ensure_ascii=False) if as_json else visible(text))


def echo_result(problems: list[str], most: int = 20) -> None:
    """Print the first `most` problems on standard error, and how many more there are."""
    for problem in problems[:most]:
        typer.echo(visible(problem), err=True)
    if len(problems) > most:
        typer.echo(f"... and {len(problems) - most} more problems", err=True)


def figure(found: dict[str, float]) -> str:
    """Format a measured value with its interval: `value`, `low` and `high`."""
    return f"{found['value']:.3f}  ({found['low']:.3f} to {found['high']:.3f})"


def fail(error: QcmfmError) -> NoReturn:
    """Print an error and its hint on standard error, and exit with 2, the code of a user error."""
    typer.echo(visible(f"Error: {error.message}\n{error.hint}"), err=True)
    raise SystemExit(2)
