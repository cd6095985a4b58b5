"""Imports: uploads, permission to read a source, previews and reports."""

import hashlib
import io
import json
import re
import shutil
import uuid
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from qcmfm.access import Permission, actor, require, requires
from qcmfm.core import settings
from qcmfm.core.errors import ImportingError, PermissionDenied, QcmfmError
from qcmfm.core.messages import msg
from qcmfm.core.progress import Work
from qcmfm.importers import Columns, Preview, Report, import_collection, preview, title
from qcmfm.records import named_folder

KIND = "import_collection"
"""The kind of the jobs that import."""


@requires(Permission.IMPORT, on=("name",), logged_as="keep_upload")
def save_upload(name: str, content: io.BufferedIOBase) -> Path:
    """Save an uploaded file, so that an interrupted import can continue; the same file only once.

    Args:
        name: Name of the file on the user's computer.
        content: Content, which is read from its start.

    Returns:
        Path of the saved file.
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


@requires(Permission.IMPORT, writes_own_entries=True)
def uploads_folder() -> Path:
    """Folder of the uploads of the current actor, which nobody else has."""
    return settings.home() / "uploads" / actor().session


@requires(Permission.IMPORT, writes_own_entries=True)
def check_source(source: str) -> None:
    """Refuse a path that the current actor may not read; web addresses are not checked here.

    People may import their own uploads. Only those with `Permission.MANAGE` may import other files
    of this computer. Nobody may import files of the workspace, which contains the uploads and
    decisions of others.

    Raises:
        PermissionDenied: The actor may not read the path.
    """
    if not source or source.lower().startswith(("http://", "https://")):
        return
    try:
        path = Path(source).expanduser().resolve()
    except (OSError, ValueError, RuntimeError):
        return  # The importer will report what is wrong with it.
    if path.is_relative_to(uploads_folder().resolve()):
        return
    if path.is_relative_to(settings.home()):
        raise PermissionDenied(
            "That file belongs to the workspace.", "Upload what you want to import."
        )
    require(Permission.MANAGE, "import from this computer", {"source": source[:200]})


@requires(Permission.LOOK)
def preview_import(address: str, photos: str = "", columns: Columns | None = None) -> Work[Preview]:
    """Preview the first records of an import.

    Args:
        address: Path or web address of the source.
        photos: ZIP file or folder with the photos that a table names.
        columns: Columns to use; by default those that fit best.

    Raises:
        PermissionDenied: The current actor may not read the source.
        ImportingError: The source cannot be imported.
    """
    check_source(address)
    check_source(photos)
    return preview(address, Path(photos) if photos else None, columns)


@requires(Permission.IMPORT, on=("source", "name"))
def import_source(
    source: str,
    name: str,
    importer: str = "",
    columns: Mapping[str, str | list[str]] | None = None,
    photos: Path | None = None,
) -> Work[Report]:
    """Import a source into a collection; the same call continues an interrupted import.

    Args:
        source: Path or web address.
        name: Name of the collection; an existing one is updated.
        importer: Name of the importer; by default the one that fits the source.
        columns: Columns to use for some fields of `Columns`; the others are detected.
        photos: Folder or ZIP file with the photos that a table names.

    Raises:
        PermissionDenied: The current actor may not read the source.
        ImportingError: It cannot be imported.
    """
    check_source(source)
    check_source(str(photos or ""))
    chosen = None
    if columns:
        found = yield from preview(source, photos, importer=importer)
        chosen = (found.chosen or Columns()).changed(columns)
    return (yield from import_collection(source, name, importer, chosen, photos))


@requires(Permission.LOOK)
def importer_title(name: str) -> str:
    """The title of an importer for people."""
    return title(name)


@requires(Permission.IMPORT, writes_own_entries=True)
def import_arguments(
    address: str, name: str, photos: str = "", columns: Columns | None = None
) -> dict[str, object]:
    """The arguments of an import job, of the kind `KIND`.

    Raises:
        RecordsError: The name of the collection is invalid.
        PermissionDenied: The current actor may not read the source.
    """
    check_source(address)
    check_source(photos)
    folder = named_folder(name)
    given: dict[str, object] = {"source": address, "name": folder.name, "photos": photos}
    return given | ({"columns": asdict(columns)} if columns else {})


@requires(Permission.LOOK)
def suggested_name(address: str) -> str:
    """A name for the collection, derived from the address of its source."""
    stem = re.split(r"[?#]", address.replace("\\", "/").rstrip("/"))[0].rsplit("/", 1)[-1]
    stem = re.sub(r"\.(csv|tsv|txt|tab|xlsx?|xlsm|xlsb|ods|zip|json)$", "", stem, flags=re.I)
    return re.sub(r"[^\w -]+", "-", stem).strip("-_ ")[:60].strip() or "collection"


@requires(Permission.LOOK)
def import_report(name: str) -> Report | None:
    """The report of the last import into a collection; None if there was none."""
    file = settings.collections_folder() / name / "import" / "report.json"
    try:
        return Report.from_json(json.loads(file.read_text("utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError):
        raise ImportingError(
            msg("The report on {name} is damaged.", name=name), "Import once more."
        ) from None


@requires(Permission.IMPORT, writes_own_entries=True)
def errors_file(report: Report) -> Path | None:
    """The imported file with a column that describes the errors; None if there were none."""
    try:
        folder = named_folder(report.name)
    except QcmfmError:
        return None
    file = folder / report.errors_file
    return file if report.errors_file and file.is_file() else None
