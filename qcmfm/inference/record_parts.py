"""Split a records file into small parts on disk, and label and store each of them."""

import hashlib
import json
import sqlite3
from collections.abc import Iterator, MutableMapping
from dataclasses import astuple
from pathlib import Path
from types import TracebackType

from qcmfm.core import storage
from qcmfm.core.errors import ClusterError
from qcmfm.core.progress import Progress, Work, finish
from qcmfm.encoders.features import Encoders, FeatureCache
from qcmfm.inference.predict import predict
from qcmfm.inference.prediction import Prediction
from qcmfm.inference.prediction_cache import fingerprint, read_cached, write_cached
from qcmfm.records import Collection, Problem, Record, Row, open_rows
from qcmfm.runs.run import Run

SIZE = 256
"""Rows per part, which is the work lost when a worker is killed."""
_IN_A_FOLDER = 1000


class SeenIds(MutableMapping[str, int]):
    """On-disk mapping from record id to row number, for more ids than fit into memory.

    Args:
        file: SQLite file; an existing one is deleted.
    """

    def __init__(self, file: Path):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.unlink(missing_ok=True)
        self._ids = sqlite3.connect(file)
        self._ids.execute("PRAGMA journal_mode = OFF")  # a fresh file needs no rollback
        self._ids.execute("PRAGMA synchronous = OFF")
        self._ids.execute("CREATE TABLE seen (id TEXT PRIMARY KEY, row INTEGER) WITHOUT ROWID")
        self._file = file

    def __enter__(self) -> "SeenIds":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ids.close()
        self._file.unlink(missing_ok=True)

    def __getitem__(self, record_id: str) -> int:
        found = self._ids.execute("SELECT row FROM seen WHERE id = ?", (record_id,)).fetchone()
        if found is None:
            raise KeyError(record_id)
        return found[0]

    def __setitem__(self, record_id: str, row: int) -> None:
        self._ids.execute("INSERT OR REPLACE INTO seen VALUES (?, ?)", (record_id, row))

    def __delitem__(self, record_id: str) -> None:
        self._ids.execute("DELETE FROM seen WHERE id = ?", (record_id,))

    def __iter__(self) -> Iterator[str]:
        return (record_id for (record_id,) in self._ids.execute("SELECT id FROM seen"))

    def __len__(self) -> int:
        return self._ids.execute("SELECT count(*) FROM seen").fetchone()[0]


class Parts:
    """The parts of a records file, in a folder that all workers can access.

    Args:
        folder: Folder of the parts; created on demand.
    """

    def __init__(self, folder: Path):
        self.folder = folder

    def cut(
        self, records: Path, caption_column: str = "caption", split: str = ""
    ) -> Work[tuple[int, int]]:
        """Read the records file and write its parts.

        Args:
            records: The CSV file, or a folder with a `records.csv`.
            caption_column: Column with the caption.
            split: Split to use; by default all rows, including refused ones.

        Returns:
            Number of parts and number of rows.

        Raises:
            RecordsError: The file cannot be read.
        """
        count, number = 0, 0
        with SeenIds(self.folder / "ids.sqlite") as seen:
            collection, rows = open_rows(records, caption_column, seen=seen)
            part: list[Row] = []
            for row in rows:
                if not split or (row.record is not None and row.record.split == split):
                    part.append(row)
                if len(part) == SIZE:
                    self._write(number, collection, part)
                    number, count = number + 1, count + len(part)
                    part.clear()
                    yield Progress("Reading the records", count, count)
            if part:
                self._write(number, collection, part)
                number, count = number + 1, count + len(part)
        return number, count

    def read(self, number: int) -> Collection:
        """Read one part as a collection."""
        content = json.loads(self._rows_file(number).read_text("utf-8"))
        rows = [
            Row(place, record_id, Record(record_id, *values) if values else None)
            for place, record_id, values in content["rows"]
        ]
        problems = [Problem(*problem) for problem in content["problems"]]
        return Collection(Path(content["folder"]), rows=rows, problems=problems)

    def label(self, number: int, run: Run, encoders: Encoders, features: Path) -> int:
        """Encode and label one part unless that was done before; returns its number of rows.

        Args:
            number: Number of the part, from 0.
            run: The run that predicts.
            encoders: The run's encoders.
            features: The features folder of the workspace.
        """
        collection = self.read(number)
        made_from = fingerprint(collection, run.version)
        file = self._labels_file(number)
        if read_cached(file, made_from) is None:
            key = hashlib.sha256(self._rows_file(number).read_bytes()).hexdigest()
            cache = FeatureCache(encoders, features, f"parts/{key[:2]}/{key[2:18]}")
            write_cached(finish(predict(run, collection, cache)), file, made_from)
        return len(collection.rows)

    def labelled(self, count: int, version: str) -> Iterator[Prediction]:
        """Predictions for the rows of the first `count` parts, in order.

        Args:
            count: Number of parts.
            version: Version of the run, see `run_version`.

        Raises:
            ClusterError: A photo or the run has changed since a part was labelled.
        """
        for number in range(count):
            stored = read_cached(self._labels_file(number), fingerprint(self.read(number), version))
            if stored is None:
                raise ClusterError(
                    "A photo or the run was changed while records were labelled.",
                    "Give the same command again; what did not change is kept.",
                )
            yield from stored

    def _write(self, number: int, collection: Collection, rows: list[Row]) -> None:
        """Write one part with the problems of its rows, and clear these in `collection`."""
        values = [
            (row.number, row.record_id, row.record and (row.record.image, row.record.caption))
            for row in rows
        ]
        numbers = {row.number for row in rows}
        problems = [astuple(problem) for problem in collection.problems if problem.row in numbers]
        collection.problems.clear()
        content = {"folder": str(collection.folder), "rows": values, "problems": problems}
        storage.write_text(self._rows_file(number), json.dumps(content))

    def _rows_file(self, number: int) -> Path:
        group, place = divmod(number, _IN_A_FOLDER)
        return self.folder / "rows" / f"{group:06}" / f"{place:03}.json"

    def _labels_file(self, number: int) -> Path:
        group, place = divmod(number, _IN_A_FOLDER)
        return self.folder / "labels" / f"{group:06}" / f"{place:03}.parquet"
