"""Open a source: fetch it if it is remote and unpack it if it is an archive."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from qcmfm.core.errors import ImportingError
from qcmfm.core.messages import msg
from qcmfm.core.progress import Progress, Work
from qcmfm.importers.reading import archives, tables
from qcmfm.importers.reading.columns import PHOTOS
from qcmfm.records import Problem

Fetch = Callable[[str], Path]
"""Fetches an address and returns the file with its content."""


def is_web(address: str) -> bool:
    """Whether a text is a web address and not a path."""
    return address.lower().startswith(("http://", "https://"))


@dataclass(frozen=True)
class Source:
    """An opened source, ready for an importer.

    Args:
        address: Path or web address as the user entered it.
        path: Local file or folder.
        folder: Folder in which photos are looked up; None if there is none.
        base: Base of relative web addresses; empty for a local source.
        problems: Files that were left out of an archive.
    """

    address: str
    path: Path
    folder: Path | None = None
    base: str = ""
    problems: Sequence[Problem] = field(default=())

    @property
    def name(self) -> str:
        """Name to display: the last part of the address."""
        return _name_of(self.address)

    @cached_property
    def start(self) -> bytes:
        """The first 4096 bytes of the file; empty for a folder."""
        if not self.path.is_file():
            return b""
        with self.path.open("rb") as handle:
            return handle.read(4096)

    @cached_property
    def table(self) -> tables.Table:
        """The source as a table.

        Raises:
            ImportingError: It is not a table.
        """
        return tables.read_table(self.path)

    def photo(self, text: str) -> tuple[str, str]:
        """Address or path of the photo that a cell names, and why there is none.

        A path is first tried as written and then by its file name alone, because collection
        systems export paths of their own machine.

        Returns:
            The address or absolute path, and the reason for an error; one of them is empty.
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
    """The photos below a folder in alphabetical order, without links and hidden files."""
    for path in sorted(path for path in folder.rglob("*") if path.suffix.lower() in PHOTOS):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if not hidden and path.is_file() and not path.is_symlink():
            yield path


def open_source(
    address: str, scratch: Path, fetch: Fetch, photos: Path | None = None
) -> Work[Source]:
    """Fetch a source if it is remote, and unpack it if it is an archive.

    Args:
        address: A path or a web address.
        scratch: Folder in which archives are unpacked.
        fetch: Fetches a web address.
        photos: A folder or ZIP in which photos are looked up.

    Raises:
        ImportingError: The address does not exist, or the archive cannot be unpacked.
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
        problems += yield from archives.unpack(photos, unpacked)
        photos = unpacked
    if path.is_file() and is_archive(path):
        unpacked = scratch / _key(path)
        problems += yield from archives.unpack(path, unpacked)
        path, base = unpacked, ""
    if path.is_dir():
        path = _heart(path)
    folder = photos or (path if path.is_dir() else None if base else path.parent)
    return Source(address, path, folder, base, tuple(problems))


def _path_of(address: str) -> Path:
    """The existing file or folder that a path names.

    Raises:
        ImportingError: It does not exist, or the text is not a path.
    """
    try:
        path = Path(address).expanduser().resolve()
        if path.exists():
            return path
    except (OSError, ValueError, RuntimeError):  # RuntimeError: ~name of an unknown user
        pass
    raise ImportingError(
        msg("There is nothing at {address}.", address=address[:200]), "Check the path."
    )


def is_archive(path: Path) -> bool:
    """Whether a file is a ZIP archive; spreadsheets, which are ZIP files too, are not."""
    with path.open("rb") as handle:
        zipped = handle.read(4) in (b"PK\x03\x04", b"PK\x05\x06")
    return zipped and path.suffix.lower() not in tables.SHEETS


def _heart(folder: Path) -> Path:
    """What to import from a folder: its `records.csv`, else its only table, else all its photos.

    Only the tables closest to the top of the folder count.
    """
    endings = set(tables.SUFFIXES) - {".txt"}
    candidates = [
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in endings
        and path.is_file()
        and not path.name.startswith((".", "~"))
    ]
    shallow = min((len(path.parts) for path in candidates), default=0)
    candidates = [path for path in candidates if len(path.parts) == shallow]
    named = [path for path in candidates if path.name == "records.csv"]
    return next((found[0] for found in (named, candidates) if len(found) == 1), folder)


def _key(path: Path) -> str:
    """Folder name for an unpacked archive; it changes whenever the archive does."""
    found = path.stat()
    identity = f"{path} {found.st_size} {found.st_mtime_ns}"
    return hashlib.sha256(identity.encode("utf-8", "surrogateescape")).hexdigest()[:16]


def _name_of(address: str) -> str:
    """The last part of a path or of a web address."""
    path = unquote(urlsplit(address).path) if is_web(address) else address
    return path.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1][:100] or address[:100]
