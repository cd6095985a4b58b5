"""Positions of a decision's evidence on IIIF canvases."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from qcmfm.core.errors import PhotoError
from qcmfm.encoders.photo import photo_size
from qcmfm.exports.reviewed import Reviewed
from qcmfm.records import Record

_BOX = re.compile(r"xywh=(pixel:|percent:)?([0-9.]+),([0-9.]+),([0-9.]+),([0-9.]+)")


def targets(reviewed: Reviewed, record: Record, target: Any) -> list[str]:
    """The canvas of a record, or its attended parts in pixels of the canvas.

    Records from a manifest have their canvas in the columns `canvas`, `canvas_width` and
    `canvas_height`; for other records the photo is the canvas. If the size of the canvas is
    unknown, the result is the canvas without parts.

    Args:
        reviewed: The reviewed collection.
        record: Record of the collection.
        target: Target of the record's web annotation.
    """
    canvas = record.cells.get("canvas", "") or quote(record.image)
    if not canvas:
        return [f"records.csv#{quote(record.record_id, safe='')}"]
    photo = _photo_size(reviewed, record)
    size = _stated_size(record.cells) or photo
    parts = target if isinstance(target, list) else []
    found: list[str] = []
    for part in parts:
        box = _BOX.fullmatch(part["selector"]["value"])
        if box is None or size is None:
            continue
        base = (100, 100) if box[1] == "percent:" else photo
        if base is not None:
            left, top, wide, high = (float(number) for number in box.groups()[1:])
            scale = (size[0] / base[0], size[1] / base[1])
            numbers = (left * scale[0], top * scale[1], wide * scale[0], high * scale[1])
            found.append(f"{canvas}#xywh={','.join(str(round(number)) for number in numbers)}")
    return found or [canvas]


def _stated_size(cells: Mapping[str, str]) -> tuple[int, int] | None:
    """Width and height of the canvas in the manifest, in pixels; None if it states none."""
    stated = [cells.get(f"canvas_{name}", "") for name in ("width", "height")]
    if all(text.isascii() and text.isdigit() and int(text) for text in stated):
        return int(stated[0]), int(stated[1])
    return None


def _photo_size(reviewed: Reviewed, record: Record) -> tuple[int, int] | None:
    """Width and height of the upright photo in pixels; None if there is none that can be read."""
    path = reviewed.collection.image_path(record)
    if path is None:
        return None
    try:
        return photo_size(path)
    except PhotoError:
        return None
