"""What was fetched, kept on disk: an import that is taken up again asks for nothing twice."""

import hashlib
import json
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class CachedResponse:
    """What an address gave.

    Args:
        path: The bytes.
        etag: What the server calls this version; may be empty.
        modified: When it says that it was changed; may be empty.
        address: Where it really came from, after redirects.
        age: Seconds since it was fetched or confirmed.
    """

    path: Path
    etag: str
    modified: str
    address: str
    age: float


class Cache:
    """Bodies by address.

    Args:
        folder: Where they lie; made when it is needed.
    """

    def __init__(self, folder: Path):
        self.folder = folder

    def find(self, address: str) -> CachedResponse | None:
        """What is kept of an address; None where nothing is, or it is damaged."""
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
        """Where to write a body while it comes in."""
        path, _ = self._places(address)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.part")

    def store(self, address: str, part: Path, about: dict[str, Any]) -> Path:
        """Keep a body that came in whole.

        Args:
            address: What was asked.
            part: What `part` gave, filled; it is moved.
            about: `etag`, `modified` and `address`.
        """
        path, note = self._places(address)
        size = part.stat().st_size
        note.unlink(missing_ok=True)  # a kill in between leaves a body without a note: not kept
        part.replace(path)
        self._write(note, {**about, "size": size, "at": time.time(), "asked": address})
        return path

    def confirm(self, address: str) -> None:
        """Note that what is kept is still what the address gives."""
        _, note = self._places(address)
        about = json.loads(note.read_text("utf-8"))
        self._write(note, {**about, "at": time.time()})

    def drop(self, address: str) -> None:
        """Forget what an address gave."""
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
