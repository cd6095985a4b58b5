"""Collections: list and open them, draw the built-in ones, and read their photos."""

import io
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageOps

from qcmfm import demo
from qcmfm.access import Permission, requires
from qcmfm.core import settings
from qcmfm.core.errors import QcmfmError, RecordsError, ReviewError
from qcmfm.core.messages import msg
from qcmfm.core.progress import Work
from qcmfm.encoders.photo import read_photo
from qcmfm.records import (
    Collection,
    label_counts,
    read_collection,
)
from qcmfm.records.regions import FILE as REGIONS
from qcmfm.records.regions import Region, read_regions
from qcmfm.review.review import open_review


@dataclass(frozen=True)
class CollectionSummary:
    """Summary of a collection for a list.

    Args:
        name: Name of its folder.
        records: Number of records.
        labels: Number of records with each label.
        problems: Number of problems with rows.
        reviewed: Number of reviewed records.
        built_in: Whether it is shipped with the program.
    """

    name: str
    records: int
    labels: dict[str, int]
    problems: int
    reviewed: int
    built_in: bool


@requires(Permission.LOOK)
def collection_folders() -> dict[str, Path]:
    """Folders of all collections by name: the user's own first, then the built-in ones."""
    folders: dict[str, Path] = {}
    for place in (settings.collections_folder(), settings.SHIPPED_COLLECTIONS):
        for file in sorted(place.glob("*/records.csv")):
            folders.setdefault(file.parent.name, file.parent)
    return folders


@requires(Permission.LOOK)
def list_collections() -> tuple[list[CollectionSummary], list[QcmfmError]]:
    """Summaries of all collections, and the errors of those that cannot be read."""
    summaries: list[CollectionSummary] = []
    errors: list[QcmfmError] = []
    for name, folder in collection_folders().items():
        try:
            collection = read_collection(folder)
        except RecordsError as error:
            errors.append(error)
            continue
        except OSError as error:
            reason = f"{name} cannot be read: {error.strerror}."
            errors.append(RecordsError(reason, "Check the folder."))
            continue
        records, problems = collection.records, len(collection.problems)
        try:
            statuses = open_review(name).refresh().counts(record.record_id for record in records)
            reviewed = len(records) - statuses["open"]
        except ReviewError as error:
            errors.append(error)
            reviewed = 0
        labels = label_counts(records)
        summaries.append(
            CollectionSummary(name, len(records), labels, problems, reviewed, _is_shipped(folder))
        )
    return summaries, errors


@requires(Permission.LOOK)
def open_collection(name: str) -> Collection:
    """Read the records of a collection.

    Raises:
        RecordsError: There is no such collection, or it cannot be read.
    """
    folders = collection_folders()
    if name not in folders:
        listed = ", ".join(folders) or "none"
        raise RecordsError(
            msg("There is no collection {name!r}.", name=name[:80]),
            msg("There are: {listed}.", listed=listed),
        )
    return read_collection(folders[name])


@requires(Permission.LOOK)
def drawable(name: str) -> int:
    """Number of records of the built-in collection `name` when it is drawn completely.

    0 if it was drawn already, or is not one that the program draws.
    """
    if name not in demo.names() or (settings.collections_folder() / name).exists():
        return 0
    return demo.design(name).records


@requires(Permission.IMPORT, on=("name",))
def draw_built_in(name: str) -> Work[Collection]:
    """Draw a complete built-in collection into the workspace; only a part of it is shipped.

    Raises:
        RecordsError: There is no such built-in collection, or it was drawn before.
    """
    return demo.draw(name, settings.collections_folder() / name)


@requires(Permission.LOOK)
def built_in_collections() -> list[str]:
    """Names of the collections that the program can draw."""
    return demo.names()


@requires(Permission.IMPORT, on=("folder",))
def draw_into(
    folder: Path,
    name: str,
    records: int | None = None,
    seed: int = 0,
    pixels: int = demo.SIZE,
) -> Work[Collection]:
    """Draw a built-in collection into a folder of any place; see `demo.draw`.

    Raises:
        RecordsError: There is no such built-in collection, a number is out of its range, or the
            folder exists.
    """
    return demo.draw(name, folder, records, seed, pixels)


@requires(Permission.LOOK)
def true_regions(folder: Path) -> dict[str, list[Region]]:
    """Regions of the things that the words of each record name, by record id; empty if unknown.

    Args:
        folder: Folder of the collection.

    Raises:
        RecordsError: The file of the regions is damaged.
    """
    file = folder / REGIONS
    return read_regions(file) if file.is_file() else {}


@requires(Permission.LOOK)
def thumbnail(photo: Path, side: int = 320) -> bytes:
    """A small square JPEG of a photo, centred on white.

    Args:
        photo: Path of the photo.
        side: Width and height in pixels.

    Raises:
        PhotoError: The photo cannot be read.
    """
    return _jpeg(ImageOps.pad(read_photo(photo, at_least=side), (side, side), color="white"))


@requires(Permission.LOOK)
def page_picture(photo: Path, width: int = 900, height: int = 540) -> bytes:
    """A JPEG of a photo, scaled down to fit on a page.

    Args:
        photo: Path of the photo.
        width: Maximum width in pixels.
        height: Maximum height in pixels.

    Raises:
        PhotoError: The photo cannot be read.
    """
    picture = read_photo(photo, at_least=2 * max(width, height))
    picture.thumbnail((width, height))
    return _jpeg(picture)


def _jpeg(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=85)
    return out.getvalue()


def _is_shipped(folder: Path) -> bool:
    return folder.parent == settings.SHIPPED_COLLECTIONS
