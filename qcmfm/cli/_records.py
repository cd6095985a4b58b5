"""Opens records, alone or together with a run, for the commands."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from qcmfm.cli._output import echo_result
from qcmfm.core.errors import RecordsError

if TYPE_CHECKING:
    from qcmfm.records import Collection
    from qcmfm.service import Labeller


def open_records(records: Path, caption_column: str, label_column: str = "label") -> "Collection":
    """Read the records, and print their problems on standard error."""
    from qcmfm.records import read_collection

    collection = read_collection(records, caption_column, label_column)
    echo_result([str(problem) for problem in collection.problems])
    if not collection.rows:
        raise RecordsError(f"{records} holds no record.", "Give a file with at least one row.")
    return collection


def open_with_run(
    run: str, records: Path, caption_column: str, device: str, label_column: str = "label"
) -> "tuple[Labeller, Collection]":
    """Open a run and records; without a caption column, the one the run was trained on is used."""
    from qcmfm import service

    labeller = service.open_labeller(run, device)
    column = caption_column or trained_column(labeller.run.config, records)
    return labeller, open_records(records, column, label_column)


def need_labels(collection: "Collection", label_column: str) -> None:
    """Raise an error if no record has a label."""
    if not any(record.label for record in collection.records):
        columns = ", ".join(collection.columns[:20])
        raise RecordsError(
            f"No record has a label in the column {label_column!r}.",
            f"Name the column with --label-column; there are: {columns[:500]}.",
        )


def trained_column(config: dict[str, Any], records: Path) -> str:
    """The caption column that the run was trained on."""
    from qcmfm.records import read_columns

    column = config.get("caption_column", "caption")
    if column != "caption" and column not in map(str.strip, read_columns(records)):
        raise RecordsError(
            f"The run was trained on captions of the column {column!r}, which {records} lacks.",
            "Name the column to use with --caption-column.",
        )
    return column
