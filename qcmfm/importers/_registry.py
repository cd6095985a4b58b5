"""The importers that there are: the files beside this one."""

import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol, cast

from qcmfm.errors import ImportingError
from qcmfm.importers._documents import Documents
from qcmfm.importers._item import Columns, Item
from qcmfm.importers._source import Source
from qcmfm.records import Problem

_HERE = Path(__file__).parent


class Importer(Protocol):
    """What the file of an importer offers; `complete` only where items have a `lookup`."""

    TITLE: str

    def recognises(self, source: Source) -> int:
        """How surely the source is of its kind; 0 where it is not."""
        ...

    def columns(self, source: Source) -> Columns | None:
        """The columns it would use; None where there is nothing to choose."""
        ...

    def read(
        self, source: Source, chosen: Columns | None, documents: Documents
    ) -> Iterator[Item | Problem]:
        """Every record of the source."""
        ...

    def complete(self, item: Item, document: Path) -> Item:
        """The record with what its document says of the photo."""
        ...


def names() -> list[str]:
    """The name of every importer."""
    found = (module.name for module in pkgutil.iter_modules([str(_HERE)]))
    return sorted(name for name in found if not name.startswith("_"))


def title(name: str) -> str:
    """What an importer is called on a page.

    Raises:
        ImportingError: There is no such importer.
    """
    return named(name).TITLE


def named(name: str) -> Importer:
    """An importer by its name.

    Raises:
        ImportingError: There is none.
    """
    if name not in names():
        raise ImportingError(
            f"There is no importer {name[:80]!r}.", f"Choose from {', '.join(names())}."
        )
    return cast(Importer, cast(Any, importlib.import_module(f"qcmfm.importers.{name}")))


def fitting(source: Source) -> str:
    """The name of the importer that a source is for.

    Raises:
        ImportingError: It is for none of them.
    """
    sure = {name: named(name).recognises(source) for name in names()}
    best = max(sure, key=lambda name: sure[name])
    if not sure[best]:
        known = "; ".join(title(name) for name in names())
        raise ImportingError(
            f"{source.name} is nothing that can be imported.", f"What can be: {known}."
        )
    return best
