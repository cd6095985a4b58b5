"""On-disk cache of fetched files, so that a resumed import requests nothing twice."""

import hashlib
import json
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class CachedResponse:
    """A cached response body.

    Args:
        path: File with the body.
        etag: The server's `ETag`; may be empty.
        modified: The server's `Last-Modified`; may be empty.
        address: Final address after redirects.
        age: Seconds since it was fetched or revalidated.
    """

    path: Path
    etag: str
    modified: str
    address: str
    age: float


class Cache:
    """Response bodies by address.

    Args:
        folder: Folder of the cache; created on demand.
    """

    def __init__(self, folder: Path):
        self.folder = folder

    def find(self, address: str) -> CachedResponse | None:
        """The cached response of an address; None if it is missing or damaged."""
        path, note = self._places(address)
        try:
            about = json.loads(note.read_text("utf-8"))
            if path.stat().st_size != about["size"]:
                return None
            age = time.time() - about["at"]
            return CachedResponse(path, about["etag"], about["modified"], about["address"], age)
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def part(self, address: str) -> Path:
        """A new temporary path for a body that is being downloaded."""
        path, _ = self._places(address)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.part")

    def store(self, address: str, part: Path, about: dict[str, Any]) -> Path:
        """Store a completely downloaded body.

        Args:
            address: The requested address.
            part: The file from `part`, which is moved into the cache.
            about: `etag`, `modified` and `address` of the response.
        """
        path, note = self._places(address)
        size = part.stat().st_size
        note.unlink(missing_ok=True)  # a kill before the last line leaves a body that is ignored
        part.replace(path)
        self._write(note, {**about, "size": size, "at": time.time(), "asked": address})
        return path

    def confirm(self, address: str) -> None:
        """Mark a cached response as revalidated: the server still has the same version."""
        _, note = self._places(address)
        about = json.loads(note.read_text("utf-8"))
        self._write(note, {**about, "at": time.time()})

    def drop(self, address: str) -> None:
        """Remove the cached response of an address."""
        for file in self._places(address):
            file.unlink(missing_ok=True)

    def _places(self, address: str) -> tuple[Path, Path]:
        key = hashlib.sha256(address.encode("utf-8", "surrogatepass")).hexdigest()
        path = self.folder / key[:2] / key
        return path, path.with_name(f"{key}.json")

    @staticmethod
    def _write(note: Path, about: dict[str, Any]) -> None:
        part = note.with_name(f".{note.name}.{uuid.uuid4().hex[:8]}.part")
        part.write_text(json.dumps(about), "utf-8")
        part.replace(note)
