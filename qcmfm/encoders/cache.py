"""Feature cache on disk: computed once per content and encoder, shared by all models.

A store is a folder of shards. A shard is a safetensors file with the float16 features of one batch;
its header lists their keys. Shards are written atomically, so a killed process loses at most the
current batch, and memory-mapped when read.
"""

import functools
import json
import logging
import uuid
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from qcmfm.core.storage import atomic_file

log = logging.getLogger(__name__)

_LARGEST = float(np.finfo(np.float16).max)


class FeatureStore:
    """Arrays by content hash, for one encoder and one view.

    Args:
        folder: Folder of the shards; created with the first shard.
    """

    def __init__(self, folder: Path):
        self.folder = folder
        self._place: dict[str, tuple[Path, int]] = {}
        for shard in sorted(folder.rglob("*.safetensors")):
            try:
                keys = json.loads(_open(shard).metadata()["keys"])
            except (SafetensorError, OSError, KeyError, TypeError, ValueError):
                log.warning("The features in %s cannot be read; they are computed again", shard)
                continue
            self._place |= {key: (shard, row) for row, key in enumerate(keys)}

    def __contains__(self, key: str) -> bool:
        return key in self._place

    def missing(self, keys: Iterable[str]) -> list[str]:
        """The keys that are not stored, in order and without repetitions."""
        return [key for key in dict.fromkeys(keys) if key not in self._place]

    def add(self, keys: Sequence[str], arrays: Mapping[str, Sequence[np.ndarray]]) -> None:
        """Write one shard.

        Args:
            keys: Content hash of each item.
            arrays: For each name, one array per item; the first axis may differ in length. Floats
                are stored as float16, integers unchanged.
        """
        packed: dict[str, np.ndarray] = {}
        for name, items in arrays.items():
            ends = np.cumsum([len(item) for item in items])
            packed[name] = np.ascontiguousarray(np.concatenate([_half(item) for item in items]))
            packed[f"{name}.ends"] = ends.astype(np.int64)
        shard = self.folder / f"{uuid.uuid4().hex}.safetensors"
        with atomic_file(shard) as temporary:
            save_file(packed, temporary, metadata={"keys": json.dumps(list(keys))})
        self._place |= {key: (shard, row) for row, key in enumerate(keys)}

    def get(self, key: str, names: Sequence[str] = ()) -> dict[str, np.ndarray]:
        """The arrays of one item, by name.

        Args:
            key: Content hash of the item.
            names: Names of the arrays to read; by default all.

        Raises:
            KeyError: Nothing is stored under `key`.
        """
        shard, row = self._place[key]
        file = _open(shard)
        found: dict[str, np.ndarray] = {}
        for name in names or _names(shard):
            ends = _ends(shard, name)
            start, end = int(ends[row - 1]) if row else 0, int(ends[row])
            # safetensors refuses an empty slice at the end of an array
            found[name] = (
                file.get_slice(name)[start:end] if start < end else file.get_tensor(name)[:0]
            )
        return found


def _half(item: np.ndarray) -> np.ndarray:
    floating = np.issubdtype(item.dtype, np.floating)
    return item.clip(-_LARGEST, _LARGEST).astype(np.float16) if floating else item


# Pages read from a mapped shard count as memory of the process while it is mapped. With the
# built-in encoder, a shard of 32 photos has 4 MB.
@functools.lru_cache(maxsize=512)
def _open(shard: Path) -> Any:
    return safe_open(shard, framework="numpy")


@functools.lru_cache(maxsize=8192)
def _names(shard: Path) -> list[str]:
    return [name for name in _open(shard).keys() if not name.endswith(".ends")]  # noqa: SIM118


@functools.lru_cache(maxsize=65536)
def _ends(shard: Path, name: str) -> np.ndarray:
    return _open(shard).get_tensor(f"{name}.ends")
