"""Backs up a workspace into one ZIP file with a manifest of hashes.

What can be computed again (features, catalog, cache) and what belongs to work in progress (jobs,
uploads) is left out. Copies are consistent, since files are either written atomically or only
appended to; of a growing file, the part that existed when the copy began is taken.
"""

import hashlib
import json
import os
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import qcmfm
from qcmfm.core import settings
from qcmfm.core.clock import utc_now
from qcmfm.core.errors import WorkspaceError
from qcmfm.core.messages import msg
from qcmfm.core.progress import Progress, Work
from qcmfm.core.storage import atomic_file

FORMAT = 1
MANIFEST = "backup.json"
LEFT_OUT = ("backups", "cache", "catalog", "features", "jobs", "uploads")
"""Folders that are not copied."""

BEFORE = "before-"
"""Prefix of the folders with what a restored backup replaced."""

_STORED = {".jpg", ".jpeg", ".png", ".webp", ".gif", ".parquet", ".safetensors", ".zip"}
"""Suffixes of files that do not compress."""
_BLOCK = 2**20


@dataclass(frozen=True)
class Backup:
    """Summary of a backup.

    Args:
        file: Path of the ZIP file.
        files: Number of files in it.
        size: Total size of these files in bytes, uncompressed.
        left_out: Folders of the workspace that are not in it.
    """

    file: Path
    files: int
    size: int
    left_out: list[str]


def back_up(file: Path) -> Work[Backup]:
    """Copy the workspace into one file, completely or not at all.

    Args:
        file: ZIP file to write; must not exist, nor be in the workspace outside its `backups/`.

    Raises:
        WorkspaceError: There is nothing to copy, or the file exists or cannot be written.
    """
    home, file = settings.home(), settings.expanded(file).resolve()
    if file.exists():
        raise WorkspaceError(msg("{file} is there already.", file=file), "Give another name.")
    if file.is_relative_to(home) and not file.is_relative_to(home / "backups"):
        raise WorkspaceError(
            msg("{file} would lie in the workspace itself, among what is copied.", file=file),
            msg("Put it elsewhere, best on another disk, or in {folder}.", folder=home / "backups"),
        )
    found = list(files_of(home))
    if not found:
        raise WorkspaceError(
            msg("There is nothing in the workspace {home}.", home=home), "Check QCMFM_HOME."
        )
    try:
        copied = yield from _copy(file, home, found)
    except OSError as error:
        source = Path(str(error.filename or file))
        what = f"{source} cannot be read" if source in found else f"{file} cannot be written"
        raise WorkspaceError(
            f"{what}: {error.strerror or error}.", "Check the folder and the room on its disk."
        ) from error
    yield Progress("Copying the workspace", len(found), len(found))
    size = sum(int(str(about["size"])) for about in copied.values())
    left_out = [name for name in LEFT_OUT if (home / name).is_dir()]
    return Backup(file, len(copied), size, left_out)


def _copy(file: Path, home: Path, found: Sequence[Path]) -> Work[dict[str, dict[str, object]]]:
    """Write the ZIP file with its manifest; returns size and hash of every file by name."""
    copied: dict[str, dict[str, object]] = {}
    with atomic_file(file) as temporary, zipfile.ZipFile(temporary, "w") as out:
        for done, path in enumerate(found):
            yield Progress("Copying the workspace", done, len(found))
            if path in (file, temporary):
                continue
            name = path.relative_to(home).as_posix()
            about = _add(out, path, name)
            copied |= {name: about} if about else {}
        manifest = {
            "format": FORMAT, "program": qcmfm.__version__,
            "made_at": utc_now(), "left_out": list(LEFT_OUT), "files": copied,
        }  # fmt: skip
        listed = json.dumps(manifest, indent=1, ensure_ascii=False)
        out.writestr(MANIFEST, listed, zipfile.ZIP_DEFLATED)
    return copied


def files_of(home: Path) -> Iterator[Path]:
    """Files to copy, without secrets, and without locks and unfinished files, named with a dot."""
    for parent, folders, files in os.walk(home):
        top = Path(parent) == home
        folders[:] = sorted(
            name
            for name in folders
            if name[0] != "." and not (top and (name in LEFT_OUT or name.startswith(BEFORE)))
        )
        for name in sorted(files):
            path = Path(parent) / name
            secret = top and name == settings.SECRETS
            if name[0] != "." and not secret and path.is_file() and not path.is_symlink():
                yield path


def _add(out: zipfile.ZipFile, path: Path, name: str) -> dict[str, object]:
    """Copy a file at its present length; returns `size` and `sha256`, or nothing if it is gone."""
    digest, size = hashlib.sha256(), 0
    try:
        with path.open("rb") as source:
            rest = os.fstat(source.fileno()).st_size
            about = zipfile.ZipInfo.from_file(path, name)
            about.compress_type = (
                zipfile.ZIP_STORED if path.suffix.lower() in _STORED else zipfile.ZIP_DEFLATED
            )
            about.file_size = rest
            with out.open(about, "w") as copy:
                while rest and (block := source.read(min(rest, _BLOCK))):
                    copy.write(block)
                    digest.update(block)
                    rest, size = rest - len(block), size + len(block)
    except FileNotFoundError:  # It was deleted meanwhile.
        return {}
    return {"size": size, "sha256": digest.hexdigest()}
