"""What models said and was kept: it is asked again where it is missing."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from qcmfm.workspace._findings import FAULT, Finding


def examine(home: Path) -> Iterator[Finding]:
    """Each table of predictions, and of out-of-fold answers."""
    files = [*(home / "predictions").glob("*/*.parquet"), *(home / "out_of_fold").glob("*.parquet")]
    for file in sorted(file for file in files if not file.name.startswith(".")):
        try:
            pq.read_table(file)
        except (OSError, pa.ArrowException) as error:
            path, act = file.relative_to(home).as_posix(), partial(file.unlink, True)
            what = f"It cannot be read ({type(error).__name__})."
            remedy = "Mending deletes it; the models are asked again."
            yield Finding(FAULT, path, what, remedy, act)
