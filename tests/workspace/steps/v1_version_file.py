from collections.abc import Iterator
from pathlib import Path

from qcmfm.core.progress import Progress

CHANGES = False


def migrate(home: Path) -> Iterator[Progress]:
    yield from ()
