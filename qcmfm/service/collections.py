"""Which collections there are, and what is in them."""

import io
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageOps

from qcmfm import demo, settings, storage
from qcmfm.access import Permission, door
from qcmfm.encoders.photo import photo_extension, read_photo
from qcmfm.errors import QcmfmError, RecordsError, ReviewError
from qcmfm.progress import Work
from qcmfm.records import (
    Collection,
    Record,
    label_counts,
    named_folder,
    read_collection,
    write_collection,
)
from qcmfm.regions import FILE as REGIONS
from qcmfm.regions import Region, read_regions
from qcmfm.review.review import open_review
from qcmfm.runs import utc_now
from qcmfm.sentences import say
from qcmfm.service.labelling import Submission


@dataclass(frozen=True)
class CollectionSummary:
    """What a list of collections shows.

    Args:
        name: The folder's name.
        records: Number of records.
        labels: Number of records of each label.
        problems: Number of reports on rows.
        reviewed: Number of records on which a decision stands.
        built_in: Whether it came with the program.
    """

    name: str
    records: int
    labels: dict[str, int]
    problems: int
    reviewed: int
    built_in: bool


@door(Permission.LOOK)
def collection_folders() -> dict[str, Path]:
    """Every collection there is, by name: the user's own first, then the built-in ones."""
    folders: dict[str, Path] = {}
    for place in (settings.collections_folder(), settings.SHIPPED_COLLECTIONS):
        for file in sorted(place.glob("*/records.csv")):
            folders.setdefault(file.parent.name, file.parent)
    return folders


@door(Permission.LOOK)
def list_collections() -> tuple[list[CollectionSummary], list[QcmfmError]]:
    """Every collection, by name; and what is wrong with those that cannot be read."""
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


@door(Permission.LOOK)
def open_collection(name: str) -> Collection:
    """The records of a collection.

    Raises:
        RecordsError: There is none of that name, or it cannot be read.
    """
    folders = collection_folders()
    if name not in folders:
        listed = ", ".join(folders) or "none"
        raise RecordsError(
            say("There is no collection {name!r}.", name=name[:80]),
            say("There are: {listed}.", listed=listed),
        )
    return read_collection(folders[name])


@door(Permission.LOOK)
def drawable(name: str) -> int:
    """How many records the built-in collection `name` has when it is drawn whole.

    0 where it is whole already, or is none that the program draws.
    """
    if name not in demo.names() or (settings.collections_folder() / name).exists():
        return 0
    return demo.design(name).records


@door(Permission.IMPORT, on=("name",))
def draw_built_in(name: str) -> Work[Collection]:
    """Draw a whole built-in collection into the workspace, in place of the part that is shipped.

    Raises:
        RecordsError: There is no such built-in collection, or it was drawn before.
    """
    return demo.draw(name, settings.collections_folder() / name)


@door(Permission.LOOK)
def record_submission(collection: Collection, record: Record) -> Submission:
    """A record as something to label."""
    path = collection.image_path(record)
    return Submission(path.read_bytes() if path else b"", record.caption, Path(record.image).name)


@door(Permission.LOOK)
def true_regions(folder: Path) -> dict[str, list[Region]]:
    """Where the things are that the words of each record name; empty where nobody knows.

    Args:
        folder: Of the collection.

    Raises:
        RecordsError: The file of the regions is damaged.
    """
    file = folder / REGIONS
    return read_regions(file) if file.is_file() else {}


@door(Permission.LOOK)
def thumbnail(photo: Path, side: int = 320) -> bytes:
    """A small JPEG of a photo, square, the photo in its middle on white.

    Args:
        photo: The file.
        side: In pixels.

    Raises:
        PhotoError: The photo cannot be read.
    """
    return _jpeg(ImageOps.pad(read_photo(photo, at_least=side), (side, side), color="white"))


@door(Permission.LOOK)
def page_picture(photo: Path, width: int = 900, height: int = 540) -> bytes:
    """A JPEG of a photo that fits a page.

    Args:
        photo: The file.
        width: The most it may have, in pixels.
        height: Likewise.

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


@door(Permission.ADD, on=("name",))
def save_submission(name: str, submission: Submission) -> str:
    """Keep a photo and caption as a record of the collection `name`, made if it is new.

    Saving a photo again changes the caption of its record, unless the new one is empty.

    Returns:
        The record's id.

    Raises:
        RecordsError: The name cannot be a folder's, or there is nothing to keep.
        PhotoError: The photo cannot be read.
    """
    folder = named_folder(name)
    if not (submission.photo or submission.caption.strip()):
        raise RecordsError("There is nothing to save.", "Add a photo or a caption.")
    file, image = folder / "records.csv", ""
    if submission.photo:
        read_photo(submission.photo, submission.name or "The photo")
        image = f"images/{submission.record_id}{photo_extension(submission.photo)}"
    with storage.lock(file):
        collection = read_collection(file) if file.is_file() else Collection(folder)
        lost = [problem for problem in collection.problems if problem.refused or problem.altered]
        if lost:  # writing the table anew would lose something of these rows
            raise RecordsError(
                say(
                    "The collection {name} cannot be added to: {lost}.",
                    name=name.strip(),
                    lost=lost[0],
                ),
                "Mend its records.csv, or save to another collection.",
            )
        records = {record.record_id: record for record in collection.records}
        about = {"original_name": _written(submission.name), "added_at": utc_now()}
        old = records.get(submission.record_id, Record(submission.record_id, cells=about))
        caption = _written(submission.caption).strip() or old.caption
        records[submission.record_id] = old.changed(
            record_id=submission.record_id, image=image, caption=caption
        )
        if image and not (folder / image).is_file():
            storage.write_bytes(folder / image, submission.photo)
        written = Collection.from_records(folder, list(records.values()))
        written.encoding, written.delimiter = collection.encoding, collection.delimiter
        written.columns = tuple(dict.fromkeys((*collection.columns, *written.columns)))
        write_collection(written, file)
    return submission.record_id


def _written(text: str) -> str:
    """Text as a file can hold it: half a letter is written as a question mark."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _is_shipped(folder: Path) -> bool:
    return folder.parent == settings.SHIPPED_COLLECTIONS
