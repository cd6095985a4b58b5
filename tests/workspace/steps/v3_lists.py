from collections.abc import Iterator
from pathlib import Path

from qcmfm.core import storage
from qcmfm.core.progress import Progress

CHANGES = True


def migrate(home: Path) -> Iterator[Progress]:
    yield Progress("Lists", 0, 1)
    for file in sorted((home / "lists").glob("*.txt")):
        storage.write_text(file.with_suffix(".md"), file.read_text().replace("* ", "- "))
        file.unlink()
