"""Photos of an import: checked, put into the collection's folder, and remembered."""

import hashlib
import re
import shutil
import threading
import uuid
from dataclasses import asdict, dataclass
from pathlib import Path

from qcmfm.core import json_lines
from qcmfm.core.errors import PhotoError
from qcmfm.core.messages import msg
from qcmfm.encoders.photo import photo_extension, read_photo
from qcmfm.importers._duplicates import photo_hash

_WEB_PAGE = re.compile(rb"\s*(<!doctype html|<html|<head|<\?xml|\{)", re.IGNORECASE)


@dataclass(frozen=True)
class StoredPhoto:
    """A photo that lies in the collection's folder.

    Args:
        record_id: Whose it is.
        source: Where it came from.
        stamp: Of the file that it was copied from: size and time.
        image: Its path inside the collection.
        hash: What near-duplicates are found by, in hexadecimal.
    """

    record_id: str
    source: str
    stamp: str
    image: str
    hash: str


class PhotoBook:
    """What was placed already: a file beside the collection that grows by one line per photo.

    Args:
        folder: Of the collection.
    """

    def __init__(self, folder: Path):
        self.folder = folder
        self.file = folder / "import" / "photos.jsonl"
        self._writing = threading.Lock()
        self.placed: dict[str, StoredPhoto] = {}
        self._names: dict[str, str] = {}  # a file's name in small letters: whose it is
        for row in json_lines.read(self.file):
            try:
                found = StoredPhoto(**(row or {}))
            except TypeError:
                continue  # a kill left half a line
            self.placed[found.record_id] = found
            self._names[found.image.rsplit(".", 1)[0].casefold()] = found.record_id

    def place(self, record_id: str, source: str, path: Path) -> StoredPhoto:
        """Check a photo and copy it into the collection; quick where that was done before.

        Args:
            record_id: Whose it is.
            source: Its address, or path.
            path: The file that holds it.

        Raises:
            PhotoError: The file is no photo, or a broken one.
        """
        found = path.stat()
        stamp = f"{found.st_size} {found.st_mtime_ns}"
        old = self.placed.get(record_id)
        if (
            old
            and (old.source, old.stamp) == (source, stamp)
            and (self.folder / old.image).is_file()
        ):
            return old
        name = source.rsplit("/", 1)[-1][:100]
        with path.open("rb") as handle:
            start = handle.read(512)
        if _WEB_PAGE.match(start):
            raise PhotoError(
                msg("{name}: there is a web page in the place of the photo.", name=name), ""
            )
        photo = read_photo(path, name, at_least=256)
        ending = photo_extension(path.read_bytes())
        with self._writing:
            image = f"{self._stem(record_id)}{ending}"
        placed = StoredPhoto(record_id, source, stamp, image, f"{photo_hash(photo):016x}")
        _copy(path, self.folder / image)
        if old and old.image != image:
            (self.folder / old.image).unlink(missing_ok=True)
        self._note(placed)
        return placed

    def _stem(self, record_id: str) -> str:
        """Path of a record's photo without its ending; no two records share one."""
        safe = re.sub(r"[^\w.-]+", "_", record_id, flags=re.ASCII).strip("._")[:80] or "photo"
        key = hashlib.sha256(record_id.encode("utf-8", "replace")).hexdigest()[:8]
        stem = f"images/{safe}" if safe == record_id else f"images/{safe}-{key}"
        if self._names.setdefault(stem.casefold(), record_id) != record_id:
            stem = f"images/{safe}-{key}"
            self._names[stem.casefold()] = record_id
        return stem

    def _note(self, placed: StoredPhoto) -> None:
        with self._writing:
            self.placed[placed.record_id] = placed
            self.file.parent.mkdir(parents=True, exist_ok=True)
            json_lines.append(
                self.file, asdict(placed), durable=False, surrogates="backslashreplace"
            )


def _copy(path: Path, target: Path) -> None:
    """Copy a file, whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{uuid.uuid4().hex[:8]}.part")
    try:
        shutil.copyfile(path, part)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
