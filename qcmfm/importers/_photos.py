"""Check the photos of an import, copy them into the collection's folder and record them."""

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
    """A photo in the collection's folder.

    Args:
        record_id: The record that it belongs to.
        source: Address or path that it came from.
        stamp: Size and modification time of the file that it was copied from.
        image: Path inside the collection.
        hash: Perceptual hash in hexadecimal, used to find near-duplicates.
    """

    record_id: str
    source: str
    stamp: str
    image: str
    hash: str


class PhotoBook:
    """Register of the stored photos: a JSON Lines file that grows by one line per photo.

    Args:
        folder: Folder of the collection.
    """

    def __init__(self, folder: Path):
        self.folder = folder
        self.file = folder / "import" / "photos.jsonl"
        self._writing = threading.Lock()
        self.placed: dict[str, StoredPhoto] = {}
        self._names: dict[str, str] = {}  # case-folded path without extension -> record id
        for row in json_lines.read(self.file):
            try:
                found = StoredPhoto(**(row or {}))
            except TypeError:
                continue  # a kill left half a line
            self.placed[found.record_id] = found
            self._names[found.image.rsplit(".", 1)[0].casefold()] = found.record_id

    def place(self, record_id: str, source: str, path: Path) -> StoredPhoto:
        """Check a photo and copy it into the collection, unless that was done before.

        Args:
            record_id: The record that it belongs to.
            source: Address or path that it came from.
            path: File with the photo.

        Raises:
            PhotoError: The file is not a photo, or is damaged.
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
        """Path of a record's photo without its extension, unique to the record."""
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
    """Copy a file atomically."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{uuid.uuid4().hex[:8]}.part")
    try:
        shutil.copyfile(path, part)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
