"""A photo and a caption that somebody brings, and keeping them as a record."""

from dataclasses import dataclass
from pathlib import Path

from qcmfm.access import Permission, requires
from qcmfm.core import storage
from qcmfm.core.clock import utc_now
from qcmfm.core.errors import RecordsError
from qcmfm.core.messages import msg
from qcmfm.encoders.photo import content_hash, photo_extension, read_photo
from qcmfm.records import Collection, Record, named_folder, read_collection, write_collection


@dataclass(frozen=True)
class Submission:
    """A photo and a caption that somebody wants labelled.

    Args:
        photo: The file's bytes; empty for none.
        caption: May be empty.
        name: The file's name, for messages.
    """

    photo: bytes = b""
    caption: str = ""
    name: str = ""

    @property
    def record_id(self) -> str:
        """The same photo has the same id, whatever its caption; without one, the caption counts."""
        content = self.photo or self.caption.encode("utf-8", "replace")
        return f"upload-{content_hash(content)[:12]}"


@requires(Permission.LOOK)
def record_submission(collection: Collection, record: Record) -> Submission:
    """A record as something to label."""
    path = collection.image_path(record)
    return Submission(path.read_bytes() if path else b"", record.caption, Path(record.image).name)


@requires(Permission.ADD, on=("name",))
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
                msg(
                    "The collection {name} cannot be added to: {lost}.",
                    name=name.strip(),
                    lost=lost[0],
                ),
                "Mend its records.csv, or save to another collection.",
            )
        records = {record.record_id: record for record in collection.records}
        about = {"original_name": _formatted(submission.name), "added_at": utc_now()}
        old = records.get(submission.record_id, Record(submission.record_id, cells=about))
        caption = _formatted(submission.caption).strip() or old.caption
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


def _formatted(text: str) -> str:
    """Text as a file can hold it: half a letter is written as a question mark."""
    return text.encode("utf-8", "replace").decode("utf-8")
