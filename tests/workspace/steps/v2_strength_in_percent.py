import json
from collections.abc import Iterator
from pathlib import Path

from qcmfm.core import storage
from qcmfm.core.progress import Progress

CHANGES = True


def migrate(home: Path) -> Iterator[Progress]:
    files = sorted((home / "noise").glob("*.json"))
    for done, file in enumerate(files):
        yield Progress("Noise", done, len(files))
        content = json.loads(file.read_text())
        if "strength" in content:
            content["percent"] = 100 * content.pop("strength")
            storage.write_json(file, content)
