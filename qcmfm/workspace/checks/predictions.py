"""Checks that cached predictions can be read; missing ones are computed again."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from qcmfm.workspace._findings import FAULT, Finding


def examine(home: Path) -> Iterator[Finding]:
    """Report each unreadable table of predictions or out-of-fold probabilities."""
    files = [*(home / "predictions").glob("*/*.parquet"), *(home / "out_of_fold").glob("*.parquet")]
    for file in sorted(file for file in files if not file.name.startswith(".")):
        try:
            pq.read_table(file)
        except (OSError, pa.ArrowException) as error:
            path, act = file.relative_to(home).as_posix(), partial(file.unlink, True)
            what = f"It cannot be read ({type(error).__name__})."
            remedy = "Mending deletes it; the models are asked again."
            yield Finding(FAULT, path, what, remedy, act)
