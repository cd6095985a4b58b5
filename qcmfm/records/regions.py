"""Ground-truth regions of caption words, stored in a collection's `regions.json`."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Bool

from qcmfm.core.errors import RecordsError
from qcmfm.core.messages import msg
from qcmfm.core.storage import write_text

FILE = "regions.json"
FORMAT = 1
MAX_PIXELS = 120_000_000
"""Largest number of pixels in a mask; the same limit as for photos."""


@dataclass(frozen=True)
class Region:
    """The part of a photo that shows what a caption word names.

    Args:
        start: Offset of the word's first character in the caption.
        end: Offset one past its last character.
        word: The word.
        names: The named object; both words of `red dragon` name the same one.
        box: Left, top, width, height in pixels.
        size: Height and width of the photo in pixels.
        counts: The mask as uncompressed COCO run lengths (Lin et al. 2014): in column-major order,
            starting with a run outside the region.
    """

    start: int
    end: int
    word: str
    names: str
    box: tuple[int, int, int, int]
    size: tuple[int, int]
    counts: tuple[int, ...]

    def mask(self) -> Bool[np.ndarray, "row column"]:
        """The region as a Boolean mask of the photo."""
        height, width = self.size
        inside = np.arange(len(self.counts)) % 2 == 1
        return np.repeat(inside, self.counts).reshape(width, height).T


def region_of(
    caption: str, start: int, end: int, names: str, mask: Bool[np.ndarray, "row column"]
) -> Region:
    """Build the region of one word.

    Args:
        caption: The caption.
        start: Offset of the word's first character in the caption.
        end: Offset one past its last character.
        names: The named object.
        mask: True inside the region; must not be empty.
    """
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    left, top = int(columns[0]), int(rows[0])
    box = (left, top, int(columns[-1]) - left + 1, int(rows[-1]) - top + 1)
    flat = mask.T.reshape(-1)
    turns = [0, *(np.flatnonzero(flat[1:] != flat[:-1]) + 1).tolist(), flat.size]
    counts = [after - before for before, after in pairwise(turns)]
    counts = [0, *counts] if flat[0] else counts
    height, width = mask.shape
    return Region(start, end, caption[start:end], names, box, (height, width), tuple(counts))


def write_regions(file: Path, regions: Mapping[str, Sequence[Region]]) -> None:
    """Write the regions of a collection, by record id, one record per line."""
    lines = [
        f"{json.dumps(record_id)}: {json.dumps([asdict(r) for r in found], separators=(',', ':'))}"
        for record_id, found in regions.items()
    ]
    body = ",\n".join(lines)
    write_text(file, f'{{"format": {FORMAT}, "records": {{\n{body}\n}}}}\n')


def read_regions(file: Path) -> dict[str, list[Region]]:
    """Read the regions of a collection, by record id.

    Raises:
        RecordsError: The file does not exist or is malformed.
    """
    try:
        content = json.loads(file.read_text("utf-8"))
        if content["format"] != FORMAT:
            raise ValueError(f"its format is {content['format']}, not {FORMAT}")
        return {
            record_id: _regions(record_id, entries)
            for record_id, entries in content["records"].items()
        }
    except FileNotFoundError:
        raise RecordsError(
            msg("{name} has no true regions.", name=file.parent.name),
            msg("They are read from {file}.", file=file),
        ) from None
    except (OSError, RecursionError, *_MALFORMED) as error:
        raise RecordsError(
            msg("The regions {file} cannot be read: {error}.", file=file, error=_parse(error)),
            "Draw or copy the collection again.",
        ) from error


# OverflowError: Python's JSON parser accepts infinite numbers.
_MALFORMED = (ValueError, KeyError, TypeError, AttributeError, OverflowError)


def _parse(error: Exception) -> str:
    """The reason for an error as text; the text of a KeyError would be the key alone."""
    return f"{error} is missing" if isinstance(error, KeyError) else str(error)[:200]


def _regions(record_id: str, entries: Sequence[Mapping[str, Any]]) -> list[Region]:
    """The regions of one record; errors name the record."""
    try:
        return [_region(entry) for entry in entries]
    except _MALFORMED as error:
        raise ValueError(f"record {record_id!r}: {_parse(error)}") from error


def _region(entry: Mapping[str, Any]) -> Region:
    height, width = (int(side) for side in entry["size"])
    counts = tuple(int(count) for count in entry["counts"])
    if min(height, width) < 1 or min(counts, default=-1) < 0 or sum(counts) != height * width:
        raise ValueError(f"the mask of {entry['word']!r} does not fill {height} x {width} pixels")
    if height * width > MAX_PIXELS:
        raise ValueError(f"the mask of {entry['word']!r} has more than {MAX_PIXELS:,} pixels")
    if not 0 <= int(entry["start"]) < int(entry["end"]):
        raise ValueError(f"{entry['word']!r} stands nowhere in the caption")
    left, top, across, down = (int(side) for side in entry["box"])
    return Region(
        int(entry["start"]),
        int(entry["end"]),
        str(entry["word"]),
        str(entry["names"]),
        (left, top, across, down),
        (height, width),
        counts,
    )
