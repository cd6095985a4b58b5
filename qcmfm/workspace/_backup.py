"""A copy of a workspace in one file: a ZIP with the hash of everything in it.

What can be made again (features, catalog, cache) and what belongs to work in progress (jobs,
uploads) is left out. Each file is taken whole, since every file is written whole or only appended
to; of a file that grows, as much is taken as there was.
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
"""How the folders begin that hold what a backup took the place of."""

_STORED = {".jpg", ".jpeg", ".png", ".webp", ".gif", ".parquet", ".safetensors", ".zip"}
"""Endings of what does not get smaller."""
_BLOCK = 2**20


@dataclass(frozen=True)
class Backup:
    """What a backup holds.

    Args:
        file: Where it lies.
        files: Number of files.
        size: Of what they hold, in bytes.
        left_out: Folders of the workspace that are not in it.
    """

    file: Path
    files: int
    size: int
    left_out: list[str]


def back_up(file: Path) -> Work[Backup]:
    """Copy the workspace into one file, whole or not at all.

    Args:
        file: The ZIP; must not exist, nor lie in the workspace, but for its `backups/`.

    Raises:
        WorkspaceError: There is nothing to copy, or the file is there already or cannot be.
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
        kept = yield from _copy(file, home, found)
    except OSError as error:
        source = Path(str(error.filename or file))
        what = f"{source} cannot be read" if source in found else f"{file} cannot be written"
        raise WorkspaceError(
            f"{what}: {error.strerror or error}.", "Check the folder and the room on its disk."
        ) from error
    yield Progress("Copying the workspace", len(found), len(found))
    size = sum(int(str(about["size"])) for about in kept.values())
    there = [name for name in LEFT_OUT if (home / name).is_dir()]
    return Backup(file, len(kept), size, there)


def _copy(file: Path, home: Path, found: Sequence[Path]) -> Work[dict[str, dict[str, object]]]:
    """Write the ZIP and its list; size and hash of every file by its name."""
    kept: dict[str, dict[str, object]] = {}
    with atomic_file(file) as temporary, zipfile.ZipFile(temporary, "w") as out:
        for done, path in enumerate(found):
            yield Progress("Copying the workspace", done, len(found))
            if path in (file, temporary):
                continue
            name = path.relative_to(home).as_posix()
            about = _add(out, path, name)
            kept |= {name: about} if about else {}
        manifest = {
            "format": FORMAT, "program": qcmfm.__version__,
            "made_at": utc_now(), "left_out": list(LEFT_OUT), "files": kept,
        }  # fmt: skip
        listed = json.dumps(manifest, indent=1, ensure_ascii=False)
        out.writestr(MANIFEST, listed, zipfile.ZIP_DEFLATED)
    return kept


def files_of(home: Path) -> Iterator[Path]:
    """What is copied; neither locks nor halves of files, whose names begin with a point."""
    for parent, folders, files in os.walk(home):
        top = Path(parent) == home
        folders[:] = sorted(
            name
            for name in folders
            if name[0] != "." and not (top and (name in LEFT_OUT or name.startswith(BEFORE)))
        )
        for name in sorted(files):
            path = Path(parent) / name
            if name[0] != "." and path.is_file() and not path.is_symlink():
                yield path


def _add(out: zipfile.ZipFile, path: Path, name: str) -> dict[str, object]:
    """Copy a file as long as it is now; says how long and its hash. Empty where it went away."""
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
    except FileNotFoundError:  # replaced or deleted meanwhile
        return {}
    return {"size": size, "sha256": digest.hexdigest()}
