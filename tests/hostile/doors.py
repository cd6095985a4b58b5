"""The doors through which hostile things come, and what is seen of each passage."""

import contextlib
import io
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from qcmfm import service
from qcmfm.errors import QcmfmError
from qcmfm.importers import import_collection
from qcmfm.importers._fetching import Limits
from qcmfm.progress import finish
from qcmfm.records import read_collection
from qcmfm.service.importing import import_report, keep_upload, look_at
from tests.hostile.case import Case

SECONDS = 10.0
"""That nothing may take longer than."""
QUICK = Limits(tries=1, first_wait=0.01, silent=1.0, whole=2.0)


@dataclass(frozen=True)
class Passage:
    """How a hostile thing passed a door.

    Args:
        taken: Whether anything of it was taken.
        sentences: What was said of what was not taken.
        seconds: How long it took.
    """

    taken: bool
    sentences: tuple[str, ...]
    seconds: float


@contextlib.contextmanager
def watched(around: Path, workspace: Path) -> Iterator[None]:
    """Check that nothing is written outside the workspace.

    Args:
        around: A folder that the workspace lies in.
        workspace: The one place where something may be written.
    """

    def seen() -> dict[str, tuple[int, int]]:
        found: dict[str, tuple[int, int]] = {}
        for folder, names, files in os.walk(around):
            names[:] = [name for name in names if Path(folder, name) != workspace]
            for name in (*names, *files):
                about = Path(folder, name).lstat()
                found[str(Path(folder, name))] = (about.st_size, about.st_mtime_ns)
        return {name: value for name, value in found.items() if Path(name) not in workspace.parents}

    before = seen()
    yield
    assert seen() == before, "something was written outside the workspace"


def through_upload(case: Case) -> Passage:
    """A photo that a visitor gives on Classify and saves."""
    began, content = time.monotonic(), case.make()
    try:
        submission = service.Submission(content, "A cup", case.file)
        record_id = service.save_submission("uploads", submission)
        collection = service.open_collection("uploads")
        record = next(r for r in collection.records if r.record_id == record_id)
        path = collection.image_path(record)
        if path is not None:  # what is kept can be shown
            assert service.thumbnail(path)[:2] == b"\xff\xd8"
    except QcmfmError as error:
        return Passage(False, (str(error),), time.monotonic() - began)
    return Passage(True, (), time.monotonic() - began)


def through_import(case: Case, folder: Path, name: str) -> Passage:
    """A file that a visitor gives on Import: kept, looked at, imported, and read again."""
    began = time.monotonic()
    try:
        kept = keep_upload(case.file, io.BytesIO(case.make()))
        source = kept
        if not kept.name.endswith(
            (".csv", ".zip", ".json", ".xlsx", ".xls", ".ods", ".xlsm", ".xlsb")
        ):
            source = kept.parent  # a photo comes in a folder of photos
        finish(look_at(str(source)))
        report = finish(import_collection(str(source), name, limits=QUICK))
    except QcmfmError as error:
        return Passage(False, (str(error),), time.monotonic() - began)
    if report.taken:
        folder = service.collection_folders()[name]
        assert len(read_collection(folder).records) == report.taken
        again = import_report(name)  # what the page shows when it is opened again
        assert again is not None and again.summary["refused"] == len(report.refused)
    problems = (*report.refused, *report.notes)
    return Passage(bool(report.taken), tuple(map(str, problems)), time.monotonic() - began)


def assert_sentence(text: str) -> None:
    """A refusal that a person can read: not empty, not endless, not a traceback."""
    assert 8 < len(text) < 1_500, text[:300]
    assert "Traceback" not in text and "object at 0x" not in text, text[:300]


def peak_memory() -> float:
    """The most memory that this process ever held, in MB; 0 where the system does not say."""
    try:
        import resource
    except ImportError:
        return 0.0
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1024 * 1024 if sys.platform == "darwin" else 1024)
