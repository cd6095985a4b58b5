"""Version 1: a workspace says which version it is. Before, it did not; nothing else differs."""

from collections.abc import Iterator
from pathlib import Path

from qcmfm.core.progress import Progress

CHANGES = False


def migrate(home: Path) -> Iterator[Progress]:
    """Nothing: the version is written down after every step."""
    yield from ()
