"""Checks that the search catalog can be opened; it can be rebuilt from records and features."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from qcmfm.core import settings
from qcmfm.core.storage import discard_folder
from qcmfm.workspace._findings import FAULT, NOTE, Finding


def examine(home: Path) -> Iterator[Finding]:
    """Report what cannot be opened, and collections that no longer exist."""
    place = settings.catalog_place()
    if "://" not in place and not Path(place).is_dir():
        return
    from qcmfm.catalog import Catalog

    remedy = "Mending deletes the catalog; make it again with: python -m qcmfm catalog"
    act = None if "://" in place else partial(discard_folder, Path(place))
    name = ""
    try:
        catalog = Catalog(place)
        cards = catalog.cards()
        for name in cards:
            catalog.open(name)
    except Exception as error:  # Each kind of store raises its own exceptions.
        what = f"{name or 'It'} cannot be opened ({str(error).splitlines()[0][:120]})."
        yield Finding(FAULT, "catalog", what, remedy, act)
        return
    places = (home / "collections", settings.SHIPPED_COLLECTIONS)
    for name in cards:
        if not any((folder / name / "records.csv").is_file() for folder in places):
            what = f"It holds the collection {name}, which is gone."
            yield Finding(
                NOTE, "catalog", what, "It is still found on Search.", partial(catalog.drop, name)
            )
