from collections.abc import Iterator
from pathlib import Path

from qcmfm.progress import Progress

CHANGES = False


def migrate(home: Path) -> Iterator[Progress]:
    yield from ()
