"""Merge imported records into a collection: existing records are updated, not duplicated."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from qcmfm.core import storage
from qcmfm.core.errors import ImportingError
from qcmfm.core.messages import msg
from qcmfm.importers.reading.item import Columns, Item
from qcmfm.records import FIELDS, Collection, Record, read_collection, write_collection


@dataclass
class Merged:
    """Number of records that an import added, updated or left unchanged, and the missing ids."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    gone: list[str] = field(default_factory=list)


def merge(
    folder: Path,
    items: Sequence[Item],
    images: Mapping[str, str],
    used: Columns | None,
) -> Merged:
    """Write the records into the collection's table; decisions on them are stored elsewhere.

    A record that the source no longer has is retained, and so is a photo that could not be fetched
    this time.

    Args:
        folder: Folder of the collection.
        items: Accepted records.
        images: Path of the photo by record id, for records that have one.
        used: Columns of the source; None if the importer supplies all fields itself.

    Raises:
        ImportingError: The collection exists and has rows that would be lost.
    """
    file = folder / "records.csv"
    with storage.lock(file):
        there = read_collection(file) if file.is_file() else Collection(folder)
        lost = [problem for problem in there.problems if problem.refused or problem.altered]
        if lost:
            raise ImportingError(
                msg(
                    "The collection {name} cannot be added to: {lost}.",
                    name=folder.name,
                    lost=lost[0],
                ),
                "Mend its records.csv, or import under another name.",
            )
        before = {record.record_id: record for record in there.records}
        names = _names(items, images, there.columns)
        after, merged = dict(before), Merged()
        for item in items:
            old = before.get(item.record_id)
            record = _record(item, images.get(item.record_id, ""), old, used, names)
            after[item.record_id] = record
            if old is None:
                merged.added += 1
            elif old == record and dict(old.cells) == dict(record.cells):
                merged.unchanged += 1
            else:
                merged.updated += 1
        taken = {item.record_id for item in items}
        merged.gone = [record_id for record_id in before if record_id not in taken]
        if merged.added or merged.updated or not file.is_file():
            written = Collection.from_records(folder, list(after.values()))
            written.encoding, written.delimiter = there.encoding, there.delimiter
            old = there.columns if before else ()
            new = (names.get(name, name) for item in items for name in item.cells)
            written.columns = tuple(dict.fromkeys((*old, *new, *written.columns)))
            write_collection(written, file)
    return merged


def _names(
    items: Sequence[Item], images: Mapping[str, str], there: Sequence[str]
) -> dict[str, str]:
    """New names for source columns that are named like a field but hold something else."""
    renamed: dict[str, str] = {}
    columns = dict.fromkeys(name for item in items for name in item.cells)
    for name in columns:
        field_name = name.strip()
        if field_name not in FIELDS:
            continue
        other = f"source_{field_name}"
        differs = any(
            _clean(item.cells.get(name, "")).strip() != _value(item, field_name, images)
            for item in items
        )
        if differs or name != field_name or other in there:
            renamed[name] = other if other not in columns else f"{other}_2"
    return renamed


def _value(item: Item, name: str, images: Mapping[str, str]) -> str:
    return images.get(item.record_id, "") if name == "image" else _clean(getattr(item, name))


def _record(
    item: Item, image: str, old: Record | None, used: Columns | None, names: Mapping[str, str]
) -> Record:
    """The record that an item becomes."""
    values = {name: _clean(getattr(item, name)) for name in FIELDS if name != "image"}
    values["image"] = image
    if old is not None:
        unmapped = {"image"} if used is None else {"image", *(
            name for name in FIELDS if not getattr(used, name, "")
        )}  # fmt: skip
        for name in unmapped:
            values[name] = values[name] or getattr(old, name)
    cells = {names.get(name, name): _clean(cell) for name, cell in item.cells.items()}
    old_cells = {} if old is None else dict(old.cells)
    return Record(**values, cells={**old_cells, **cells, **values})


def _clean(text: str) -> str:
    """The text without NUL characters and lone surrogates, which cannot be written to a file."""
    text = text.replace("\0", "")
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
