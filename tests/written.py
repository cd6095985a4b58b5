"""A records file written for a test, and what is read of it."""

from pathlib import Path

from qcmfm.records import Collection, read_collection


def read(folder: Path, content: str | bytes, **columns: str) -> Collection:
    data = content.encode() if isinstance(content, str) else content
    (folder / "records.csv").write_bytes(data)
    return read_collection(folder, **columns)


def ids(collection: Collection) -> list[str]:
    return [record.record_id for record in collection.records]
