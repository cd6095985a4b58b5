"""What is imported, brought to this machine: a file, or a folder of unpacked ones."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from qcmfm.core.errors import ImportingError
from qcmfm.core.messages import msg
from qcmfm.core.progress import Progress, Work
from qcmfm.importers import _archives, _tables
from qcmfm.importers._columns import PHOTOS
from qcmfm.records import Problem

Fetch = Callable[[str], Path]
"""Gives the file that holds what an address gives."""


def is_web(address: str) -> bool:
    """Whether something is an address of the web and no path."""
    return address.lower().startswith(("http://", "https://"))


@dataclass(frozen=True)
class Source:
    """What an importer reads.

    Args:
        address: As it was given: a path or a web address.
        path: The file, or the folder, on this machine.
        folder: Where photos are looked for; None where there is no such place.
        base: The address that relative ones start from; empty for what lies on this machine.
        problems: What was left out of an archive.
    """

    address: str
    path: Path
    folder: Path | None = None
    base: str = ""
    problems: Sequence[Problem] = field(default=())

    @property
    def name(self) -> str:
        """Its name for a person."""
        return _name_of(self.address)

    @cached_property
    def start(self) -> bytes:
        """The first bytes of the file; empty for a folder."""
        if not self.path.is_file():
            return b""
        with self.path.open("rb") as handle:
            return handle.read(4096)

    @cached_property
    def table(self) -> _tables.Table:
        """The source as a table.

        Raises:
            ImportingError: It is none.
        """
        return _tables.read_table(self.path)

    def photo(self, text: str) -> tuple[str, str]:
        """The address or path of the photo that a cell names, and why there is none.

        A path is looked for as it is written and then, since collection systems write paths of
        their own machine, by its last part.
        """
        text = text.strip()
        if not text or is_web(text):
            return text, ""
        if self.base:
            return urljoin(self.base, text), ""
        if "://" in text:
            return "", f"“{text[:200]}” is no address of the web"
        if self.folder is None:
            return "", f"there is no file “{text[:200]}”"
        slashed = text.replace("\\", "/")
        try:
            path = (self.folder / slashed).resolve()
            if path.is_relative_to(self.folder.resolve()) and path.is_file():
                return str(path), ""
        except (OSError, RuntimeError, ValueError):  # RuntimeError: a loop of links
            return "", f"“{text[:200]}” is not a path"
        found = self._by_name.get(slashed.rsplit("/", 1)[-1].casefold(), [])
        if len(found) == 1:
            return str(found[0]), ""
        if found:
            return "", f"{len(found)} files are called “{slashed.rsplit('/', 1)[-1][:200]}”"
        return "", f"there is no file “{text[:200]}”"

    @cached_property
    def _by_name(self) -> dict[str, list[Path]]:
        found: dict[str, list[Path]] = {}
        for path in photos_below(self.folder) if self.folder else ():
            found.setdefault(path.name.casefold(), []).append(path)
        return found


def photos_below(folder: Path) -> Iterator[Path]:
    """The photo files of a folder and of those in it, in order; links and hidden ones left out."""
    for path in sorted(path for path in folder.rglob("*") if path.suffix.lower() in PHOTOS):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if not hidden and path.is_file() and not path.is_symlink():
            yield path


def open_source(
    address: str, scratch: Path, fetch: Fetch, photos: Path | None = None
) -> Work[Source]:
    """Bring a source to this machine and unpack it.

    Args:
        address: A path or a web address.
        scratch: Where archives are unpacked.
        fetch: Gets what lies in the web.
        photos: A folder, or a ZIP, in which photos are looked for.

    Raises:
        ImportingError: There is nothing at that address, or it cannot be unpacked.
    """
    problems: list[Problem] = []
    base = address if is_web(address) else ""
    if base:
        yield Progress("Fetching", 0, 1, _name_of(address))
        path = fetch(address)
        yield Progress("Fetching", 1, 1, _name_of(address))
    else:
        path = _path_of(address)
    if photos is not None and photos.is_file():
        unpacked = scratch / _key(photos)
        problems += yield from _archives.unpack(photos, unpacked)
        photos = unpacked
    if path.is_file() and is_archive(path):
        unpacked = scratch / _key(path)
        problems += yield from _archives.unpack(path, unpacked)
        path, base = unpacked, ""
    if path.is_dir():
        path = _heart(path)
    folder = photos or (path if path.is_dir() else None if base else path.parent)
    return Source(address, path, folder, base, tuple(problems))


def _path_of(address: str) -> Path:
    """The file or folder that a path names.

    Raises:
        ImportingError: There is none, or it is no path.
    """
    try:
        path = Path(address).expanduser().resolve()
        if path.exists():
            return path
    except (OSError, ValueError, RuntimeError):  # RuntimeError: there is nobody called ~name
        pass
    raise ImportingError(
        msg("There is nothing at {address}.", address=address[:200]), "Check the path."
    )


def is_archive(path: Path) -> bool:
    """Whether a file is a ZIP of files, and not a spreadsheet, which is a ZIP too."""
    with path.open("rb") as handle:
        zipped = handle.read(4) in (b"PK\x03\x04", b"PK\x05\x06")
    return zipped and path.suffix.lower() not in _tables.SHEETS


def _heart(folder: Path) -> Path:
    """What is to be read in a folder: its one table, or its `records.csv`, else all its photos."""
    endings = set(_tables.SUFFIXES) - {".txt"}
    tables = [
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in endings
        and path.is_file()
        and not path.name.startswith((".", "~"))
    ]
    shallow = min((len(path.parts) for path in tables), default=0)
    tables = [path for path in tables if len(path.parts) == shallow]
    named = [path for path in tables if path.name == "records.csv"]
    return next((found[0] for found in (named, tables) if len(found) == 1), folder)


def _key(path: Path) -> str:
    """A name for the unpacked files of an archive, the same as long as it does not change."""
    found = path.stat()
    told = f"{path} {found.st_size} {found.st_mtime_ns}"
    return hashlib.sha256(told.encode("utf-8", "surrogateescape")).hexdigest()[:16]


def _name_of(address: str) -> str:
    """The last part of a path or of a web address."""
    path = unquote(urlsplit(address).path) if is_web(address) else address
    return path.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1][:100] or address[:100]
