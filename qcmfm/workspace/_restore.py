"""Restores a backup completely or not at all, even if the program is killed meanwhile.

The backup is unpacked into a folder inside the workspace, and every hash is checked. Only then a
marker file declares it ready, and its parts replace the old ones, by one rename each. If the
program is killed before that, the workspace is unchanged; if after, `finish_restore` does the
remaining renames.
"""

import hashlib
import json
import re
import shutil
import stat
import uuid
import zipfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from qcmfm import jobs
from qcmfm.access import audit_file
from qcmfm.core import settings, storage
from qcmfm.core.errors import WorkspaceError
from qcmfm.core.messages import msg
from qcmfm.core.progress import Progress, Work
from qcmfm.workspace._backup import BEFORE, FORMAT, MANIFEST
from qcmfm.workspace._migration import newest, open_workspace
from qcmfm.workspace._version import FILE, refuse_later, version_of, write_version

STAGED = ".restore-"
"""Prefix of the folders into which backups are unpacked."""
READY = "READY"
STALE = ("catalog", "jobs", "uploads", "predictions", "out_of_fold")
"""Folders with data derived from the old workspace, which are replaced by empty ones."""

_MOST = 1_000_000
"""Maximum number of files in a backup."""
_BLOCK = 2**20
_MANIFEST_MOST = 512 * 2**20
_NAME = re.compile(r"[^\x00-\x1f\\:*?\"<>|]+")


def restore(file: Path, replace: bool = False) -> Work[dict[str, Any]]:
    """Restore a backup; the previous content of the workspace is moved to a folder `before-…`.

    Args:
        file: ZIP file that `back_up` wrote.
        replace: Whether to replace the content of a workspace that is not empty.

    Returns:
        Number of `files`, and as `before` the folder with the previous content, empty for none.

    Raises:
        WorkspaceError: The backup is damaged, something is in its way, or the disk is too full.
    """
    home = settings.home()
    if home.is_file():
        raise WorkspaceError(
            msg("The workspace {home} is a file, not a folder.", home=home), "Check QCMFM_HOME."
        )
    home.mkdir(parents=True, exist_ok=True)
    if unfinished(home):
        raise WorkspaceError(
            "Another backup is half put back.", "Finish it with: python -m qcmfm doctor --repair"
        )
    if not replace and _used(home):
        raise WorkspaceError(
            msg("There is a workspace at {home} already.", home=home),
            "Add --replace to put the backup in its place; what is there is kept beside it.",
        )
    if any(job.state == "running" for job in jobs.list_jobs()):
        raise WorkspaceError("A job is running in the workspace.", "Cancel it first, or wait.")
    staged = home / f"{STAGED}{uuid.uuid4().hex[:8]}"
    try:
        files = yield from _unpack(file, staged / "new", home)
        version = version_of(staged / "new")
        refuse_later(version, newest())
        if not version:  # The present version file would otherwise stay, and be wrong.
            write_version(staged / "new", 0)
        for name in STALE:
            (staged / "new" / name).mkdir(exist_ok=True)
        storage.write_text(staged / READY, "")
    except (OSError, WorkspaceError):
        storage.discard_folder(staged)
        raise
    before = finish_restore(home)
    yield from open_workspace()
    return {"files": files, "before": before.name if before else ""}


def unfinished(home: Path) -> list[Path]:
    """Folders of unpacked backups that are ready but not completely moved into place."""
    return sorted(file.parent for file in home.glob(f"{STAGED}*/{READY}"))


def finish_restore(home: Path) -> Path | None:
    """Move ready backups into place; can be repeated if the program is killed at any moment.

    Returns:
        Folder with the previous content; None if there was none.
    """
    previous: Path | None = None
    for staged in unfinished(home):
        before = home / f"{BEFORE}{staged.name.removeprefix(STAGED)}"
        for new in sorted((staged / "new").iterdir()):
            here = home / new.name
            if here.exists():
                before.mkdir(exist_ok=True)
                here.rename(_free(before / new.name))
            new.rename(here)
        storage.discard_folder(staged)
        previous = before if before.is_dir() else previous
    return previous


def _used(home: Path) -> bool:
    own = {audit_file(), home / FILE}  # The program creates these by itself.
    return any(path.name[0] != "." and path not in own for path in home.iterdir())


def _free(path: Path) -> Path:
    """The path, or a numbered one if the file was created again between a kill and finishing."""
    number, free = 2, path
    while free.exists():
        free, number = path.with_name(f"{path.name}-{number}"), number + 1
    return free


def _unpack(file: Path, into: Path, home: Path) -> Work[int]:
    """Unpack a backup, checking every file against its manifest; returns the number of files."""
    try:
        with zipfile.ZipFile(file) as archive:
            listed = _listed(archive)
            need = sum(int(about["size"]) for about in listed.values())
            free = shutil.disk_usage(home).free
            if need > free:
                raise WorkspaceError(
                    msg(
                        "The backup needs {need:,} MB, and {free:,} MB are free.",
                        need=need // 2**20,
                        free=free // 2**20,
                    ),
                    "Make room on the disk.",
                )
            into.mkdir(parents=True)
            for done, (name, about) in enumerate(listed.items()):
                yield Progress("Unpacking the backup", done, len(listed))
                _unpack_one(archive, name, about, into)
            yield Progress("Unpacking the backup", len(listed), len(listed))
            return len(listed)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, NotImplementedError) as error:
        raise _broken(f"{file.name} is no whole ZIP ({error})") from error
    except FileNotFoundError as error:
        raise WorkspaceError(
            msg("There is no file {file}.", file=file), "Check the name."
        ) from error


def _listed(archive: zipfile.ZipFile) -> Mapping[str, Any]:
    """The files in the manifest of a backup, checked against the names in the archive."""
    try:
        if archive.getinfo(MANIFEST).file_size > _MANIFEST_MOST:
            raise _broken("its list is too long")
        manifest = json.loads(archive.read(MANIFEST))
        listed = dict(manifest["files"])
        form = int(manifest["format"])
        sane = all(
            isinstance(about["sha256"], str) and isinstance(about["size"], int)
            and about["size"] >= 0
            for about in listed.values()
        )  # fmt: skip
    except KeyError as error:
        raise _broken("it has no list of its files") from error
    except (ValueError, TypeError, AttributeError) as error:
        raise _broken("its list cannot be read") from error
    if form > FORMAT:
        raise WorkspaceError("A later version of the program made it.", "Update the program.")
    if not sane or len(listed) > _MOST:
        raise _broken("its list cannot be right")
    archived = [info for info in archive.infolist() if info.filename != MANIFEST]
    if sorted(info.filename for info in archived) != sorted(listed):
        raise _broken("its list and its files differ")
    for info in archived:
        _check_name(info)
        if info.file_size != listed[info.filename]["size"]:
            raise _broken(f"{info.filename[:80]} has another size than its list says")
    folded = {name.casefold() for name in listed}
    if len(folded) != len(listed):
        raise _broken("two of its names are one on some disks")
    return listed


def _check_name(info: zipfile.ZipInfo) -> None:
    """Refuse links, and names outside the workspace or reserved by the program."""
    name, kind = info.filename, stat.S_IFMT(info.external_attr >> 16)
    parts = PurePosixPath(name).parts
    fine = (
        _NAME.fullmatch(name)
        and not name.startswith("/")
        and "/".join(parts) == name  # No folder, and no `.` or double slash.
        and all(part[0] != "." for part in parts)
        and not parts[0].startswith(BEFORE)
        and kind in (0, stat.S_IFREG)
    )
    if not fine:
        raise _broken(f"the name {name[:80]!r} is none of a workspace's files")


def _unpack_one(archive: zipfile.ZipFile, name: str, about: Mapping[str, Any], into: Path) -> None:
    digest, left = hashlib.sha256(), int(about["size"])
    target = into / name
    target.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(name) as source, target.open("xb") as out:
        while block := source.read(_BLOCK):
            left -= len(block)
            if left < 0:
                raise _broken(f"{name[:80]} is longer than its list says")
            digest.update(block)
            out.write(block)
        storage.flush(out)
    if left or digest.hexdigest() != about["sha256"]:
        raise _broken(f"{name[:80]} is not what was copied")


def _broken(why: str) -> WorkspaceError:
    return WorkspaceError(
        msg("The backup cannot be put back: {why}.", why=why),
        "Nothing was changed. Take another copy of it.",
    )
