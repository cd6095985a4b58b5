"""Doing a job in the process that was started for it."""

import importlib
import json
import logging
import os
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from filelock import Timeout

from qcmfm.core.errors import QcmfmError
from qcmfm.core.progress import Work
from qcmfm.jobs import event_log
from qcmfm.observability import logs

EVERY = 0.2
"""Seconds between two progress events that are written."""
PATIENCE = 10.0
"""Seconds that a cancelled job has to come to its next progress event; then its process ends."""

log = logging.getLogger(__name__)


def perform(folder: Path) -> None:
    """Do a job, unless another process does."""
    held = event_log.lock(folder)
    try:
        held.acquire(timeout=5)  # who looks whether the job runs holds it for a moment
    except Timeout:
        return
    try:
        if event_log.last(folder)[0].get("event") in event_log.ENDS:
            return  # it was started twice, and the other one has done it meanwhile
        event_log.append(folder, "started", process=os.getpid())
        done = threading.Event()
        threading.Thread(target=_end_if_cancelled, args=(folder, done), daemon=True).start()
        event, about = _outcome(folder)
        done.set()
        event_log.append(folder, event, **about)
    finally:
        held.release()


def _outcome(folder: Path) -> tuple[str, dict[str, Any]]:
    """Do the work, and how it ended."""
    asked = json.loads((folder / "job.json").read_text("utf-8"))
    try:
        verb = importlib.import_module(f"{asked['verbs']}.{asked['kind']}")
        result = _follow(folder, verb.work(**asked["arguments"]))
    except _Cancelled:
        return "cancelled", {}
    except QcmfmError as error:
        return "failed", {"message": error.message, "hint": error.hint}
    except OSError as error:
        log.exception("The job could not read or write a file")
        reason = f"{error.filename or 'A file'}: {error.strerror or error}."
        return "failed", {"message": reason, "hint": "Check the disk and the network."}
    except Exception:
        number = logs.unexpected(log, "The job failed")
        where = f"Its log says what (error {number}): {folder / 'log.txt'}."
        message = "Something went wrong in the program."
        return "failed", {"message": message, "hint": where}
    return "done", {"result": result}


class _Cancelled(Exception):
    """Somebody wants the job to stop."""


def _follow(folder: Path, work: Work[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Run the work to its end and write down how far it is, not more often than is looked at."""
    written, stage = 0.0, ""
    while True:
        try:
            step = next(work)
        except StopIteration as stop:
            return stop.value
        if (folder / "cancel").exists():
            work.close()
            raise _Cancelled
        now = time.monotonic()
        if now - written >= EVERY or step.stage != stage or step.done >= step.total:
            event_log.append(
                folder, "progress",
                stage=step.stage, done=step.done, total=step.total, note=step.note,
            )  # fmt: skip
            written, stage = now, step.stage


def _end_if_cancelled(folder: Path, done: threading.Event) -> None:
    """End the process of a cancelled job that does not come to its next progress event."""
    while not done.wait(0.5):
        if (folder / "cancel").exists():
            if not done.wait(PATIENCE):
                event_log.append(folder, "cancelled")
                os._exit(1)
            return
