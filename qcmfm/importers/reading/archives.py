"""Unpack untrusted ZIP files, guarding against path traversal and decompression bombs."""

import lzma
import stat
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from qcmfm.core.errors import ImportingError
from qcmfm.core.messages import msg
from qcmfm.core.progress import Progress, Work
from qcmfm.records import Problem

MOST_FILES = 500_000
MOST_BYTES = 200 * 1024**3
"""Largest total unpacked size of an archive."""
MOST_OF_ONE = 1024**3
MOST_RATIO = 200
"""Largest ratio of unpacked to packed size, beyond the first `FREE` bytes."""
FREE = 16 * 1024**2
_BROKEN = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, OSError, RuntimeError, NotImplementedError,
    EOFError, ValueError,
)  # fmt: skip
_HINT = "Pack the photos once more with an ordinary ZIP program."
_NOISE = ("__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini")


def check_size(path: Path) -> None:
    """Refuse a decompression bomb.

    Raises:
        ImportingError: The file is not an archive, or is far larger unpacked than packed.
    """
    with _opened(path) as archive:
        _check_members(path, archive.infolist())


def _check_members(path: Path, members: Sequence[zipfile.ZipInfo]) -> None:
    total, packed = sum(m.file_size for m in members), sum(m.compress_size for m in members)
    if len(members) > MOST_FILES or total > MOST_BYTES or total > FREE + MOST_RATIO * packed:
        raise ImportingError(
            msg(
                "{name} would unpack to {whole:,.1f} GB in {n:,} files.",
                name=path.name,
                whole=total / 1e9,
                n=len(members),
            ),
            _HINT,
        )


def unpack(path: Path, folder: Path) -> Work[list[Problem]]:
    """Unpack an archive; files that were already unpacked are not written again.

    Args:
        path: The archive.
        folder: Destination folder; created if missing.

    Returns:
        The files that were left out, with reasons; their row is the position in the archive.

    Raises:
        ImportingError: The file is not an archive, or is far too large.
    """
    problems: list[Problem] = []
    taken: set[str] = set()
    left = MOST_BYTES
    with _opened(path) as archive:
        members = archive.infolist()
        _check_members(path, members)
        for number, member in enumerate(members, start=1):
            name = PurePosixPath(member.filename.replace("\\", "/"))
            if member.is_dir() or any(part in _NOISE or part[:2] == "._" for part in name.parts):
                continue
            reason = _refusal(member, name, taken)
            target = folder / name
            if not reason and _size(target) != member.file_size:
                try:
                    left -= _unpack_one(archive, member, target, left)
                except _BROKEN as error:
                    reason = f"cannot be unpacked: {(str(error).splitlines() or [''])[0][:120]}"
            if reason:
                problems.append(Problem(number, "", reason, member.filename[:200], refused=True))
            else:
                taken.add(str(name).casefold())
            yield Progress("Unpacking", number, len(members))
    return problems


def _opened(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise ImportingError(
            msg("{name} cannot be unpacked: {error}.", name=path.name, error=error), _HINT
        ) from None


def _refusal(member: zipfile.ZipInfo, name: PurePosixPath, taken: set[str]) -> str:
    """Why a file of an archive is left out; empty if it is accepted."""
    mode = member.external_attr >> 16
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        return "is a link or a device, not a file"
    drive = any(":" in part for part in name.parts)
    if name.is_absolute() or drive or ".." in name.parts or not name.parts:
        return "its path leaves the archive"
    text = str(name)
    if min(text) < " " or len(text) > 1000:
        return "its name cannot be a file's"
    if member.flag_bits & 1:
        return "is locked with a password"
    if member.file_size > MOST_OF_ONE:
        return f"is larger than {MOST_OF_ONE // 1024**2:,} MB"
    if member.file_size > FREE + MOST_RATIO * member.compress_size:
        return f"is {member.file_size // max(1, member.compress_size):,} times as large as packed"
    if text.casefold() in taken:
        return "another file of the archive has the same name"
    return ""


def _size(path: Path) -> int:
    """Size of a file in bytes; -1 if there is no such file."""
    try:
        found = path.stat()
    except OSError:
        return -1
    return found.st_size if stat.S_ISREG(found.st_mode) else -1


def _unpack_one(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, left: int) -> int:
    """Unpack one file atomically, never beyond its declared size; returns its size in bytes."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name[:200]}.part")
    try:
        with archive.open(member) as packed, part.open("wb") as out:
            most = min(member.file_size, left)
            written = 0
            while chunk := packed.read(1 << 20):
                written += len(chunk)
                if written > most:
                    raise ValueError("it is larger than the archive says")
                out.write(chunk)
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return written
