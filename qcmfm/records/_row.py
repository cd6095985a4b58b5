"""Convert the cells of one row into a record, or report why they are not one."""

from collections.abc import Mapping, MutableMapping
from pathlib import Path

from qcmfm.records._records import FIELDS, SPLITS, Collection, Problem, Record, Row


def read_row(
    collection: Collection,
    number: int,
    cells: list[str],
    names: Mapping[str, str],
    seen: MutableMapping[str, int],
) -> Row:
    """Convert one row of the source; its errors are added to `collection.problems`.

    Args:
        collection: The collection that is being read.
        number: Row number as in a spreadsheet.
        cells: Cells of the row.
        names: Column of the source for each of `FIELDS`.
        seen: Row number of each id so far; the row's own id is added.
    """
    header = collection.columns
    values = dict(zip(header, cells, strict=False))
    record_id = readable(values.get(names["record_id"], "")).strip()

    found = collection.problems
    if len(cells) != len(header):
        reason = f"{len(cells)} cells where the header has {len(header)}"
        found.append(Problem(number, "", reason, record_id, refused=True))
        return Row(number, record_id, None)
    for name, value in values.items():
        if readable(value) != value:
            values[name] = readable(value)
            reason = "holds bytes that are not UTF-8; they were replaced"
            found.append(Problem(number, name, reason, record_id, altered=True))
    reason = "" if record_id else "the id is empty"
    if record_id in seen:
        reason = f"the id {record_id!r} stands in row {seen[record_id]} already"
    if reason:
        found.append(Problem(number, "record_id", reason, record_id, refused=True))
        return Row(number, record_id, None)
    seen[record_id] = number
    taken = {name: values.get(names[name], "").strip() for name in FIELDS}
    taken |= {"record_id": record_id, "split": taken["split"].lower()}
    if taken["split"] not in ("", *SPLITS):
        reason = f"{taken['split']!r} is none of {', '.join(SPLITS)}; not used for training"
        found.append(Problem(number, "split", reason, record_id))
        taken["split"] = "holdout"
    taken["image"], reason = _image(collection.folder, taken["image"])
    if reason:
        found.append(Problem(number, "image", reason, record_id))
    return Row(number, record_id, Record(**taken, cells=values))


def _image(folder: Path, image: str) -> tuple[str, str]:
    """Path of a record's photo, and why it cannot be used; one of the two is empty."""
    reason = _image_problem(folder, image)
    slashed = image.replace("\\", "/")  # the source may hold Windows paths
    if reason and slashed != image and not _image_problem(folder, slashed):
        return slashed, ""
    return "" if reason else image, reason


def _image_problem(folder: Path, image: str) -> str:
    """Why `image` cannot be a photo of the collection in `folder`; empty if it can."""
    if not image:
        return ""
    if "://" in image:
        return f"{image[:200]!r} is an address; the photo must lie in the collection's folder"
    try:
        path = (folder / image).resolve()
        inside = path.is_relative_to(folder.resolve())
        exists = inside and path.is_file()
    except (OSError, RuntimeError, ValueError):  # RuntimeError: a loop of links
        return f"{image[:200]!r} is not a path"
    if not inside:
        return f"{image[:200]!r} leaves the collection's folder"
    return "" if exists else f"there is no file {image[:200]!r}"


def readable(text: str) -> str:
    """`text` with undecodable bytes (lone surrogates) replaced by U+FFFD."""
    if text.isascii():  # true of nearly every cell, and ten times faster
        return text
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
