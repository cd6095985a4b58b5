"""Version 1 introduces the file with the version of the workspace; nothing else changes."""

from collections.abc import Iterator
from pathlib import Path

from qcmfm.core.progress import Progress

CHANGES = False


def migrate(home: Path) -> Iterator[Progress]:
    """Do nothing: the version is written after every step anyway."""
    yield from ()
