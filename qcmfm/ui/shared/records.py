"""Collections and their photos: read once per server and shared by everybody."""

from pathlib import Path

import streamlit as st

from qcmfm import service
from qcmfm.core.errors import QcmfmError
from qcmfm.records import Collection, Record
from qcmfm.records.regions import Region

THUMBNAIL = 160
"""Pixels across, so that six stand side by side on a desktop, three on a tablet, two on a phone."""


def records(name: str) -> Collection:
    """A collection; read again only when its table changed.

    Raises:
        RecordsError: There is none of that name, or it cannot be read.
    """
    folder = service.collection_folders().get(name)
    if folder is None:
        return service.open_collection(name)  # which says what there is
    return _records(name, folder, (folder / "records.csv").stat().st_mtime_ns)


def thumbnail(collection: Collection, record: Record) -> bytes | None:
    """A small JPEG of a record's photo; None where it has none that can be read."""
    path = collection.image_path(record)
    try:
        return _thumbnail(str(path), path.stat().st_mtime_ns) if path else None
    except (QcmfmError, OSError):
        return None


def true_regions(collection: Collection) -> dict[str, list[Region]]:
    """Where the things truly are that the words of each record name, where that is known.

    Raises:
        RecordsError: The file of the regions is damaged.
    """
    return _true_regions(collection.folder, changed_ns(collection))


def page_picture(path: Path) -> bytes:
    """A photo as a JPEG that fits a page.

    Raises:
        PhotoError: The photo cannot be read.
    """
    return _page_picture(str(path), path.stat().st_mtime_ns)


def changed_ns(collection: Collection) -> int:
    """When the table of a collection changed last, in nanoseconds."""
    return (collection.folder / "records.csv").stat().st_mtime_ns


@st.cache_resource(max_entries=8, show_spinner=False)
def _records(name: str, folder: Path, changed_ns: int) -> Collection:
    return service.open_collection(name)


@st.cache_resource(max_entries=4, show_spinner=False)
def _true_regions(folder: Path, changed_ns: int) -> dict[str, list[Region]]:
    return service.true_regions(folder)


@st.cache_data(max_entries=5000, show_spinner=False)
def _thumbnail(path: str, changed_ns: int) -> bytes:
    return service.thumbnail(Path(path))


@st.cache_data(max_entries=300, show_spinner=False)
def _page_picture(path: str, changed_ns: int) -> bytes:
    return service.page_picture(Path(path))
