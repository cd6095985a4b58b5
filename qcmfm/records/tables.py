"""A collection as pandas tables: its records, and what was wrong with its source."""

from dataclasses import asdict, fields
from typing import TYPE_CHECKING

from qcmfm.records._records import FIELDS, Collection, Problem

if TYPE_CHECKING:
    import pandas as pd


def records_table(collection: Collection) -> "pd.DataFrame":
    """The records that were not refused, with every column of the source.

    Every cell is text, so that an id such as 00123 stays what it is. The index is the record's row
    in the source, as in `problems_table`.

    Args:
        collection: As `read_collection` returns it.
    """
    import pandas as pd

    kept = {row.number: row.record for row in collection.rows if row.record is not None}
    cells = [
        {**record.cells, **{name: getattr(record, name) for name in FIELDS}}
        for record in kept.values()
    ]
    columns = list(dict.fromkeys((*FIELDS, *collection.columns)))
    table = pd.DataFrame(cells, pd.Index(list(kept), name="row", dtype="int64"), columns)
    return table.fillna("").astype(str)


def problems_table(collection: Collection) -> "pd.DataFrame":
    """Every error in the source: its row, its column, the reason and what was done about it.

    Args:
        collection: As `read_collection` returns it.
    """
    import pandas as pd

    columns = [field.name for field in fields(Problem)]
    return pd.DataFrame([asdict(problem) for problem in collection.problems], columns=columns)
