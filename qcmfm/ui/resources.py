"""What is loaded once per server and shared by everybody."""

import gc
from pathlib import Path

import streamlit as st

from qcmfm import service
from qcmfm.encoders.photo import content_hash
from qcmfm.records import Collection, Record
from qcmfm.regions import Region


def labelled(run: str, submission: service.Submission) -> service.Labelled:
    """A submission's label; asked once for the same photo and caption.

    Raises:
        QcmfmError: The run cannot be opened or the submission not be labelled.
    """
    photo = content_hash(submission.photo)
    return _labelled(run, service.run_version(run), photo, submission.caption, submission)


def thumbnail(collection: Collection, record: Record) -> bytes | None:
    """A small JPEG of a record's photo; None where it has none.

    Raises:
        PhotoError: The photo cannot be read.
    """
    path = collection.image_path(record)
    return _thumbnail(str(path), path.stat().st_mtime_ns) if path else None


def true_regions(collection: Collection) -> dict[str, list[Region]]:
    """Where the things truly are that the words of each record name, where that is known.

    Raises:
        RecordsError: The file of the regions is damaged.
    """
    return _true_regions(collection.folder, (collection.folder / "records.csv").stat().st_mtime_ns)


@st.cache_resource(max_entries=4, show_spinner=False)
def _true_regions(folder: Path, changed_ns: int) -> dict[str, list[Region]]:
    return service.true_regions(folder)


@st.cache_data(max_entries=5000, show_spinner=False)
def _thumbnail(path: str, changed_ns: int) -> bytes:
    return service.thumbnail(Path(path))


@st.cache_resource(
    max_entries=4, show_spinner="Loading the model. This happens once after the server starts …"
)
def _labeller(run: str, version: str) -> service.Labeller:
    loaded = service.open_labeller(run)
    # Streamlit collects garbage after every click; with torch imported that takes half a second,
    # unless what was imported is set aside once.
    gc.collect()
    gc.freeze()
    return loaded


@st.cache_data(max_entries=500, show_spinner="Looking at the photo and reading the caption …")
def _labelled(
    run: str, version: str, photo: str, caption: str, _submission: service.Submission
) -> service.Labelled:
    return service.label_submission(_labeller(run, version), _submission)
