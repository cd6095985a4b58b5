"""Checks that runs are complete and unchanged, and that adopted runs exist."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from qcmfm.core import settings
from qcmfm.core.errors import QcmfmError
from qcmfm.runs import adoption
from qcmfm.runs.calibration import read_calibration
from qcmfm.runs.folder import WEIGHTS, list_runs, read_config, read_metrics
from qcmfm.workspace._findings import FAULT, NOTE, Finding


def examine(home: Path) -> Iterator[Finding]:
    """Report problems of each run in the workspace, and of the adoptions."""
    for folder in sorted(path for path in (home / "runs").glob("*") if path.is_dir()):
        path = folder.relative_to(home).as_posix()
        if folder.name.startswith("."):
            what = "A training that was stopped, or goes on now."
            yield Finding(NOTE, path, what, "Its job, or the same command, goes on from there.")
            continue
        try:
            config = read_config(folder)
            read_metrics(folder)
            for name, sha256 in config["sha256"].items():
                if hashlib.sha256((folder / name).read_bytes()).hexdigest() != sha256:
                    what = f"{name} is not the file that was written."
                    yield Finding(FAULT, path, what, "Put back a backup, or train again.")
            read_calibration(folder, config["sha256"][WEIGHTS])
        except QcmfmError as error:
            yield Finding(FAULT, path, error.message, error.hint)
        except (OSError, KeyError, TypeError, AttributeError) as error:
            what = f"It is incomplete ({type(error).__name__})."
            yield Finding(FAULT, path, what, "Put back a backup, or train again.")
    yield from _adopted(home)


def _adopted(home: Path) -> Iterator[Finding]:
    try:
        adopted = adoption.every_adoption()
    except QcmfmError as error:
        yield Finding(FAULT, "adopted.json", error.message, error.hint)
        return
    known = list_runs([home / "runs", settings.SHIPPED_RUNS])
    for collection, found in adopted.items():
        if found and found[-1].run not in known:
            what = f"{collection} adopted the run {found[-1].run}, which is gone."
            yield Finding(NOTE, "adopted.json", what, "Another run proposes; adopt one on Learn.")
