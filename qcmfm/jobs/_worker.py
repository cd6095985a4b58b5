"""Runs a job in the process that was started for it."""

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
from qcmfm.core.registry import Registry
from qcmfm.jobs import event_log
from qcmfm.observability import logs

EVERY = 0.2
"""Minimum number of seconds between two progress events of one stage in the file."""
PATIENCE = 10.0
"""Seconds that a cancelled job has to reach its next progress event before its process ends."""

log = logging.getLogger(__name__)


def perform(folder: Path, kinds: Registry) -> None:
    """Run a job, unless another process runs it already.

    Args:
        folder: Folder of the job.
        kinds: Registry of the kinds of jobs.
    """
    held = event_log.lock(folder)
    try:
        held.acquire(timeout=5)  # `is_alive` holds the lock for a moment.
    except Timeout:
        return
    try:
        if event_log.last(folder)[0].get("event") in event_log.ENDS:
            return  # It was started twice, and the other process has finished it.
        event_log.append(folder, "started", process=os.getpid())
        done = threading.Event()
        threading.Thread(target=_end_if_cancelled, args=(folder, done), daemon=True).start()
        event, about = _outcome(folder, kinds)
        done.set()
        event_log.append(folder, event, **about)
    finally:
        held.release()


def _outcome(folder: Path, kinds: Registry) -> tuple[str, dict[str, Any]]:
    """Do the work; returns the event that ends the job, and its details."""
    request = json.loads((folder / "job.json").read_text("utf-8"))
    try:
        task = kinds.load(request["kind"])
        result = _follow(folder, task.work(**request["arguments"]))
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
    """The job was cancelled."""


def _follow(folder: Path, work: Work[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Run the work to its end, and write progress events at most every `EVERY` seconds."""
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
    """End the process of a cancelled job that does not reach its next progress event in time."""
    while not done.wait(0.5):
        if (folder / "cancel").exists():
            if not done.wait(PATIENCE):
                event_log.append(folder, "cancelled")
                os._exit(1)
            return
