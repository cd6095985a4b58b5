"""What an import would do: the first records as they would become."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from qcmfm.core.progress import Work
from qcmfm.importers import _registry
from qcmfm.importers._background import Background
from qcmfm.importers._fetching import Limits
from qcmfm.importers._importing import Reach, cache_folder, scratch_folder
from qcmfm.importers._item import Columns, Item
from qcmfm.importers._source import open_source
from qcmfm.records import Problem


@dataclass(frozen=True)
class Preview:
    """The start of a source.

    Args:
        importer: Name of the importer that it is for.
        columns: Of the table; empty where it is none.
        chosen: The columns that are used; None where there is nothing to choose.
        items: The first records.
        problems: What is wrong among the first rows.
        encoding: Of a text table.
        delimiter: Of a text table.
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
    """Look at the start of a source.

    Args:
        address: A path or a web address.
        photos: A folder or ZIP of photos that a table names.
        chosen: Columns to use; by default those that fit best.
        importer: Its name; by default the one that fits.
        rows: How many records.
        limits: How patient to be with servers.

    Raises:
        ImportingError: It cannot be imported.
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
