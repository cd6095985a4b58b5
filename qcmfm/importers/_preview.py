"""Preview of an import: the first records that it would produce."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from qcmfm.core.progress import Work
from qcmfm.importers import _registry
from qcmfm.importers._importing import Reach, cache_folder, scratch_folder
from qcmfm.importers.fetching.background import Background
from qcmfm.importers.fetching.fetcher import Limits
from qcmfm.importers.reading.item import Columns, Item
from qcmfm.importers.reading.source import open_source
from qcmfm.records import Problem


@dataclass(frozen=True)
class Preview:
    """The first records of a source.

    Args:
        importer: Name of the importer.
        columns: Column names of the table; empty if the source is not a table.
        chosen: Columns in use; None if there is nothing to choose.
        items: First records.
        problems: Errors in the first rows.
        encoding: Encoding of a text table.
        delimiter: Delimiter of a text table.
    """

    importer: str
    columns: tuple[str, ...] = ()
    chosen: Columns | None = None
    items: Sequence[Item] = ()
    problems: Sequence[Problem] = field(default=())
    encoding: str = ""
    delimiter: str = ""


def preview(
    address: str,
    photos: Path | None = None,
    chosen: Columns | None = None,
    importer: str = "",
    rows: int = 8,
    limits: Limits | None = None,
) -> Work[Preview]:
    """Read the first records of a source.

    Args:
        address: A path or a web address.
        photos: A folder or ZIP with the photos that a table names.
        chosen: Columns to use; by default they are guessed.
        importer: Name of the importer; by default the one that fits best.
        rows: Largest number of records and problems to read.
        limits: Limits of fetching.

    Raises:
        ImportingError: The source cannot be imported.
    """
    with Background() as background, Reach(background, cache_folder(), limits) as reach:
        source = yield from open_source(address, scratch_folder(), reach.fetch, photos)
        name = importer or _registry.best_importer(source)
        reader = _registry.named(name)
        guessed = chosen or reader.columns(source)
        found = list(islice(reader.read(source, guessed, reach.documents), rows))
        table = source.table if guessed is not None and source.path.is_file() else None
    return Preview(
        name,
        table.columns if table else (),
        guessed,
        [item for item in found if isinstance(item, Item)],
        [*source.problems, *(item for item in found if isinstance(item, Problem))],
        table.encoding if table else "",
        table.delimiter if table else "",
    )
