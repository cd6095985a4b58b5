"""Bringing in what a museum has: what was uploaded, what would come of it, what came of it."""

import hashlib
import io
import json
import re
import shutil
import uuid
from dataclasses import asdict
from pathlib import Path

from qcmfm.access import Permission, actor, require, requires
from qcmfm.core import settings
from qcmfm.core.errors import ImportingError, PermissionDenied, QcmfmError
from qcmfm.core.messages import msg
from qcmfm.core.progress import Work
from qcmfm.importers import Columns, Preview, Report, preview, title
from qcmfm.records import named_folder

KIND = "import_collection"
"""The kind of the jobs that import."""


@requires(Permission.IMPORT, on=("name",))
def save_upload(name: str, content: io.BufferedIOBase) -> Path:
    """Keep an uploaded file, so that its import can be taken up again; the same file once.

    Args:
        name: As the visitor's computer calls it.
        content: Read from its start.
    """
    folder = uploads_folder()
    folder.mkdir(parents=True, exist_ok=True)
    content.seek(0)
    key = hashlib.file_digest(content, "sha256").hexdigest()[:16]
    safe = re.sub(r"[^\w. -]+", "_", name.replace("\\", "/").rsplit("/", 1)[-1]).strip(". ")[-100:]
    target = folder / key / (safe or "file")
    if not target.is_file():
        target.parent.mkdir(exist_ok=True)
        part = target.with_name(f".{uuid.uuid4().hex[:8]}.part")
        content.seek(0)
        with part.open("wb") as out:
            shutil.copyfileobj(content, out)
        part.replace(target)
    return target


@requires(Permission.IMPORT, tells=True)
def uploads_folder() -> Path:
    """Where the uploads lie of whoever acts; nobody else's are there."""
    return settings.home() / "uploads" / actor().session


@requires(Permission.IMPORT, tells=True)
def check_source(source: str) -> None:
    """Refuse a path that whoever acts may not read; an address of the web is not looked at here.

    One's own uploads may be imported; other files of this computer by those alone who look after
    it, and those of the workspace by nobody, since others' uploads and decisions lie there.

    Raises:
        PermissionDenied: They may not.
    """
    if not source or source.lower().startswith(("http://", "https://")):
        return
    try:
        path = Path(source).expanduser().resolve()
    except (OSError, ValueError, RuntimeError):
        return  # the importer says what is wrong with it
    if path.is_relative_to(uploads_folder().resolve()):
        return
    if path.is_relative_to(settings.home()):
        raise PermissionDenied(
            "That file belongs to the workspace.", "Upload what you want to import."
        )
    require(Permission.MANAGE, "import from this computer", {"source": source[:200]})


@requires(Permission.LOOK)
def preview_import(address: str, photos: str = "", columns: Columns | None = None) -> Work[Preview]:
    """The first records that an import would give.

    Args:
        address: A path or a web address.
        photos: A ZIP or folder of photos that a table names.
        columns: What to use for what; by default what fits best.

    Raises:
        PermissionDenied: It is not theirs to read.
        ImportingError: It cannot be imported.
    """
    check_source(address)
    check_source(photos)
    return preview(address, Path(photos) if photos else None, columns)


@requires(Permission.LOOK)
def importer_title(name: str) -> str:
    """What an importer is called on a page."""
    return title(name)


@requires(Permission.IMPORT, tells=True)
def import_arguments(
    address: str, name: str, photos: str = "", columns: Columns | None = None
) -> dict[str, object]:
    """What a job of the kind `KIND` is started with.

    Raises:
        RecordsError: The name cannot be a collection's.
        PermissionDenied: The source is not theirs to read.
    """
    check_source(address)
    check_source(photos)
    folder = named_folder(name)
    given: dict[str, object] = {"source": address, "name": folder.name, "photos": photos}
    return given | ({"columns": asdict(columns)} if columns else {})


@requires(Permission.LOOK)
def suggested_name(address: str) -> str:
    """A name for the collection that comes from a source."""
    stem = re.split(r"[?#]", address.replace("\\", "/").rstrip("/"))[0].rsplit("/", 1)[-1]
    stem = re.sub(r"\.(csv|tsv|txt|tab|xlsx?|xlsm|xlsb|ods|zip|json)$", "", stem, flags=re.I)
    return re.sub(r"[^\w -]+", "-", stem).strip("-_ ")[:60].strip() or "collection"


@requires(Permission.LOOK)
def import_report(name: str) -> Report | None:
    """What came of the last import into a collection; None where there was none."""
    file = settings.collections_folder() / name / "import" / "report.json"
    try:
        return Report.from_json(json.loads(file.read_text("utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError):
        raise ImportingError(
            msg("The report on {name} is damaged.", name=name), "Import once more."
        ) from None


@requires(Permission.IMPORT, tells=True)
def errors_file(report: Report) -> Path | None:
    """The original file with a column that says what was wrong; None where nothing was."""
    try:
        folder = named_folder(report.name)
    except QcmfmError:
        return None
    file = folder / report.errors_file
    return file if report.errors_file and file.is_file() else None
