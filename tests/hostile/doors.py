"""The doors through which hostile things come, and what is seen of each passage."""

import contextlib
import io
import os
import shutil
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from qcmfm import service
from qcmfm.core import settings
from qcmfm.core.errors import QcmfmError
from qcmfm.core.progress import finish
from qcmfm.encoders.photo import DECODERS
from qcmfm.importers import import_collection
from qcmfm.importers.fetching.fetcher import Limits
from qcmfm.records import named_folder, read_collection
from qcmfm.records.regions import read_regions
from qcmfm.review.choice import Choice
from qcmfm.review.review import open_review
from qcmfm.runs.run import read_run
from qcmfm.service.imports import import_report, preview_import, save_upload, suggested_name
from tests.hostile.case import Case
from tests.hostile.runs import Change

SECONDS = 10.0
"""That nothing may take longer than."""
QUICK = Limits(tries=1, first_wait=0.01, read_timeout=1.0, request_timeout=2.0)


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
def watched(around: Path, *allowed: Path) -> Iterator[None]:
    """Check that nothing is written outside the workspace.

    Args:
        around: A folder that the workspace lies in.
        allowed: The workspace, and what else may be written to.
    """

    def seen() -> dict[str, tuple[int, int]]:
        found: dict[str, tuple[int, int]] = {}
        for folder, names, files in os.walk(around):
            names[:] = [name for name in names if Path(folder, name) not in allowed]
            for name in (*names, *files):
                about = Path(folder, name).lstat()
                found[str(Path(folder, name))] = (about.st_size, about.st_mtime_ns)
        above = {parent for path in allowed for parent in path.parents}
        return {name: value for name, value in found.items() if Path(name) not in above}

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
        kept = save_upload(case.file, io.BytesIO(case.make()))
        source = kept
        if not kept.name.endswith(
            (".csv", ".zip", ".json", ".xlsx", ".xls", ".ods", ".xlsm", ".xlsb")
        ):
            source = kept.parent  # a photo comes in a folder of photos
        finish(preview_import(str(source)))
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


def through_command(home: Path, *given: str) -> Passage:
    """`python -m qcmfm …`: its entry point in a process of its own, forked from this one.

    A fork has the modules loaded already, which would take most of the time.
    """
    began = time.monotonic()
    with tempfile.TemporaryFile(dir=home) as out:
        process = os.fork()
        if not process:
            os.environ["QCMFM_HOME"] = str(home)
            os.dup2(out.fileno(), 2)
            sys.stderr, sys.argv = os.fdopen(2, "w", errors="backslashreplace"), ["qcmfm", *given]
            sys.stdout = io.StringIO()
            _end(_status())
        status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        out.seek(0)
        said = out.read().decode("utf-8", "replace")
    assert status in (0, 2), f"{status}: {said[-500:]}"
    assert "Traceback" not in said and not set(said) & set("\0\x1b\u202e"), said[-500:]
    lines = tuple(line for line in said.splitlines() if line)
    return Passage(status == 0, (said,) if status == 2 else lines, time.monotonic() - began)


def _status() -> int:
    """Run the command line, and tell how it ended."""
    from qcmfm.cli import main

    try:
        main()
    except SystemExit as end:
        return int(end.code or 0)
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


def _end(status: int) -> NoReturn:
    """End this process; its decoders first, so that their work counts as its own."""
    DECODERS.close()
    sys.stderr.flush()
    os._exit(status)


def through_fields(text: str) -> Passage:
    """A text as a caption, as a label with a reason and a name, and as names of things."""
    began, said = time.monotonic(), []
    for act in (_as_caption, _as_decision, _as_collection, _as_file):
        try:
            act(text)
        except QcmfmError as error:
            said.append(str(error))
    return Passage(len(said) < 4, tuple(said), time.monotonic() - began)


def _as_caption(text: str) -> None:
    record_id = service.save_submission("captions", service.Submission(b"", text, text[:300]))
    (record,) = service.open_collection("captions").records
    assert record.record_id == record_id
    assert record.caption.split() == text.replace("\ud800", "?").split()


def _as_decision(text: str) -> None:
    review = open_review("captions")
    choice = Choice("r1", "correct", text, new_label=True, reason=text)
    (row,) = review.decide([choice], text)
    again = open_review("captions").refresh().of("r1")
    assert (again.label, again.reviewer) == (row.reviewed_label, row.reviewer)
    assert row.reviewer == " ".join(row.reviewer.split())
    assert not set(row.reviewer) & set("\u200b\u2060\u202e\ufeff\0\x1b")


def _as_collection(text: str) -> None:
    assert suggested_name(text)
    folder = named_folder(text)
    assert folder.parent == settings.collections_folder()


def _as_file(text: str) -> None:
    kept = save_upload(text, io.BytesIO(text.encode("utf-8", "replace")))
    assert kept.is_relative_to(settings.home() / "uploads") and kept.is_file()
    assert len(kept.name) <= 100 and not set(kept.name) & set('<>/\\:*?"|\0\n\r')


def through_run(change: Change, folder: Path) -> Passage:
    """A tampered copy of the shipped run, opened."""
    began, run = time.monotonic(), folder / "home" / "runs" / "tampered"
    shutil.copytree(settings.SHIPPED_RUNS / settings.DEFAULT_RUN, run)
    change(run)
    try:
        read_run(run)
    except QcmfmError as error:
        return Passage(False, (str(error),), time.monotonic() - began)
    return Passage(True, (), time.monotonic() - began)


def through_regions(content: bytes, folder: Path) -> Passage:
    """A hostile file of true regions, read."""
    began, file = time.monotonic(), folder / "home" / "regions.json"
    file.write_bytes(content)
    try:
        read_regions(file)
    except QcmfmError as error:
        return Passage(False, (str(error),), time.monotonic() - began)
    return Passage(True, (), time.monotonic() - began)


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
