"""Counts up in a file and goes on from what the file says."""

import time
from pathlib import Path

from qcmfm.core.errors import RecordsError
from qcmfm.core.progress import Progress, Work


def work(file: str, to: int, pause: float = 0.01, trouble: str = "") -> Work[dict[str, int]]:
    path = Path(file)
    first = int(path.read_text()) if path.exists() else 0
    for number in range(first + 1, to + 1):
        path.write_text(str(number))
        yield Progress("Counting", number, to, "ünïcode")
        time.sleep(pause)
        if trouble and number == to // 2:
            raise RecordsError("No.", "Yes.") if trouble == "user" else ValueError("a bug")
    return {"counted": to - first}
