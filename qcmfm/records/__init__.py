"""Museum records, each a photo and a caption, in a folder with a `records.csv`.

Reading is strict about ids and tolerant about everything else: an error in a row is reported as a
`Problem`, and the other rows are still read.
"""

from qcmfm.records._places import named_folder, write_collection
from qcmfm.records._reading import (
    MAX_CELL,
    open_rows,
    read_collection,
    read_columns,
    records_file,
)
from qcmfm.records._records import (
    FIELDS,
    SPLITS,
    Collection,
    Problem,
    Record,
    Row,
    crossing_groups,
    label_counts,
)

__all__ = [
    "FIELDS",
    "MAX_CELL",
    "SPLITS",
    "Collection",
    "Problem",
    "Record",
    "Row",
    "crossing_groups",
    "label_counts",
    "named_folder",
    "open_rows",
    "read_collection",
    "read_columns",
    "records_file",
    "write_collection",
]
