"""Submissions: photos and captions to label, which can be saved as records."""

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
    """A photo and a caption to label.

    Args:
        photo: Bytes of the photo file; empty for none.
        caption: Caption; may be empty.
        name: Name of the photo file, for messages.
    """

    photo: bytes = b""
    caption: str = ""
    name: str = ""

    @property
    def record_id(self) -> str:
        """An id that depends on the photo alone, or without a photo on the caption."""
        content = self.photo or self.caption.encode("utf-8", "replace")
        return f"upload-{content_hash(content)[:12]}"


@requires(Permission.LOOK)
def record_submission(collection: Collection, record: Record) -> Submission:
    """The photo and caption of a record as a submission."""
    path = collection.image_path(record)
    return Submission(path.read_bytes() if path else b"", record.caption, Path(record.image).name)


@requires(Permission.ADD, on=("name",))
def save_submission(name: str, submission: Submission) -> str:
    """Save a photo and caption as a record of the collection `name`, which is created if needed.

    Saving a photo again changes the caption of its record, unless the new caption is empty.

    Returns:
        Id of the record.

    Raises:
        RecordsError: The name is not a valid folder name, or there is nothing to save.
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
        if lost:  # Rewriting the table would lose content of these rows.
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
    """Text that can be encoded as UTF-8: lone surrogates become question marks."""
    return text.encode("utf-8", "replace").decode("utf-8")
