"""Where on a IIIF canvas a decision's evidence lies."""

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
    """The canvas of a record, or the parts of it that were attended to, in its own pixels.

    A record that came from a manifest has its canvas in the columns `canvas`, `canvas_width` and
    `canvas_height`; the photo of any other record is its own canvas. A canvas without a known size
    is named whole.

    Args:
        reviewed: The collection.
        record: One of its records.
        target: The target of its web annotation.
    """
    canvas = record.cells.get("canvas", "") or quote(record.image)
    if not canvas:
        return [f"records.csv#{quote(record.record_id, safe='')}"]
    photo = _photo_size(reviewed, record)
    whole = _stated_size(record.cells) or photo
    parts = target if isinstance(target, list) else []
    found: list[str] = []
    for part in parts:
        box = _BOX.fullmatch(part["selector"]["value"])
        if box is None or whole is None:
            continue
        base = (100, 100) if box[1] == "percent:" else photo
        if base is not None:
            left, top, wide, high = (float(number) for number in box.groups()[1:])
            scale = (whole[0] / base[0], whole[1] / base[1])
            numbers = (left * scale[0], top * scale[1], wide * scale[0], high * scale[1])
            found.append(f"{canvas}#xywh={','.join(str(round(number)) for number in numbers)}")
    return found or [canvas]


def _stated_size(cells: Mapping[str, str]) -> tuple[int, int] | None:
    """The size of the canvas, as the manifest has it."""
    told = [cells.get(f"canvas_{name}", "") for name in ("width", "height")]
    if all(text.isascii() and text.isdigit() and int(text) for text in told):
        return int(told[0]), int(told[1])
    return None


def _photo_size(reviewed: Reviewed, record: Record) -> tuple[int, int] | None:
    """Width and height of the photo as it is shown."""
    path = reviewed.collection.image_path(record)
    if path is None:
        return None
    try:
        return photo_size(path)
    except PhotoError:
        return None
