"""A study's results on disk: one row for every training, and what it answered.

A row is added once its answers are safe, so whatever has a row is finished and is not done again.
"""

import io
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, get_type_hints

import numpy as np
import pandas as pd

from qcmfm.core import storage
from qcmfm.core.errors import StudyError

TRIALS = "trials.csv"
METRICS = ("accuracy", "macro_precision", "macro_recall", "macro_f1", "nll", "ece")


@dataclass(frozen=True)
class Trial:
    """One training of one system and what it was worth; a row of the tidy table.

    Args:
        collection: What it was trained on.
        system: What was trained.
        seed: Of the training.
        fold: `test`, or the number of the fold of a cross-validation over train and val.
        records: How many it answered for.
        accuracy: Share of them that it labelled rightly.
        macro_precision: Mean over the labels, as are the next two.
        macro_recall: See above.
        macro_f1: See above.
        nll: Negative log likelihood in nats, without calibration.
        ece: Expected calibration error, without calibration.
        parameters: Number of trainable parameters.
        train_seconds: Time of the training.
        answer_milliseconds: Time for one record.
        condition: What else distinguishes it, such as the noise that it answered under.
        made: UTC, ISO 8601.
        version: Of the program.
        settings: A hash of the settings and of the records.
    """

    collection: str
    system: str
    seed: int
    fold: str
    records: int
    accuracy: float
    macro_precision: float
    macro_recall: float
    macro_f1: float
    nll: float
    ece: float
    parameters: int
    train_seconds: float
    answer_milliseconds: float
    condition: str = ""
    made: str = ""
    version: str = ""
    settings: str = ""

    @property
    def key(self) -> tuple[str, ...]:
        """What makes two rows the same training."""
        return (self.collection, self.system, str(self.seed), self.fold, self.condition)


COLUMNS = [field.name for field in fields(Trial)]
RECORD_COLUMNS = ["fold", "record_id", "group", "label"]
DECIMALS = 6
"""Of every number in the table; more than any interval needs."""


class Results:
    """The folder of a study.

    Args:
        folder: Made when the first row is added.
    """

    def __init__(self, folder: Path):
        self.folder = folder

    def table(self) -> pd.DataFrame:
        """Every finished training, a column for each field of `Trial`.

        A last line that was cut short is passed over.

        Raises:
            StudyError: The table is of another kind.
        """
        file = self.folder / TRIALS
        lines = _whole_lines(file)
        found = _text_table(lines) if lines else pd.DataFrame(columns=COLUMNS)
        if list(found.columns) != COLUMNS:
            raise StudyError(
                f"{file} does not have the columns of a study.", "Give another folder with --out."
            )
        return found.astype(get_type_hints(Trial))

    def trials(self) -> list[Trial]:
        """The rows of `table`."""
        return [Trial(*row) for row in self.table().itertuples(index=False, name=None)]

    def add(self, trials: Sequence[Trial]) -> None:
        """Add rows, flushed to disk before this returns; all of them in one write."""
        self.folder.mkdir(parents=True, exist_ok=True)
        file = self.folder / TRIALS
        with storage.lock(file):
            lines = _whole_lines(file)
            rows = pd.DataFrame([asdict(trial) for trial in trials], columns=COLUMNS)
            added = _as_csv(rows.round(DECIMALS), header=not lines)
            with file.open("ab") as handle:
                handle.truncate(len(lines))  # what a kill left of a row
                handle.write(added.encode())
                handle.flush()
                os.fsync(handle.fileno())

    def done(self) -> set[tuple[str, ...]]:
        """The keys of the finished trainings."""
        return {trial.key for trial in self.trials()}

    def save_answers(self, trial: Trial, probabilities: np.ndarray) -> None:
        """Keep what a training answered, beside what the same system answered before.

        Args:
            trial: Which training.
            probabilities: Scored record x label.
        """
        file = self._answers(trial.collection, trial.system)
        name = f"{trial.seed}.{trial.fold}"
        with storage.lock(file):
            kept = dict(np.load(file)) if file.is_file() else {}
            kept[name] = _halved(probabilities)
            out = io.BytesIO()
            np.savez_compressed(out, **kept)
            storage.write_bytes(file, out.getvalue())

    def answers(self, collection: str, system: str) -> dict[tuple[int, str], np.ndarray]:
        """What a system answered, by seed and fold."""
        file = self._answers(collection, system)
        if not file.is_file():
            return {}
        with np.load(file) as kept:
            return {
                (int(name.split(".")[0]), name.split(".")[1]): kept[name].astype(np.float64)
                for name in kept.files
            }

    def save_records(self, collection: str, rows: Iterable[dict[str, Any]]) -> None:
        """Keep which records the answers are of: fold, record id, group and label, in order."""
        text = _as_csv(pd.DataFrame(rows, columns=RECORD_COLUMNS))
        storage.write_text(self.folder / "records" / f"{collection}.csv", text)

    def records(self, collection: str) -> pd.DataFrame:
        """What `keep_records` kept."""
        return _text_table((self.folder / "records" / f"{collection}.csv").read_bytes())

    def _answers(self, collection: str, system: str) -> Path:
        return self.folder / "answers" / collection / f"{system}.npz"


def _halved(probabilities: np.ndarray) -> np.ndarray:
    """In float16, and the first place stays the first where rounding makes a tie of it."""
    halved, first = probabilities.astype(np.float16), probabilities.argmax(1)
    lost = halved.argmax(1) != first
    halved[lost, first[lost]] = np.nextafter(halved[lost].max(1), np.float16(2))
    return halved


def _whole_lines(file: Path) -> bytes:
    """A file up to its last line break; empty where there is none."""
    content = file.read_bytes() if file.is_file() else b""
    return content[: content.rfind(b"\n") + 1]


def _text_table(content: bytes) -> pd.DataFrame:
    """A CSV file, every cell as the text that it is: an id 00123 is no number, and NA is a name."""
    return pd.read_csv(io.BytesIO(content), dtype=str, keep_default_na=False)


def _as_csv(table: pd.DataFrame, header: bool = True) -> str:
    return table.to_csv(index=False, header=header, lineterminator="\n")


def accuracy_curves(trials: pd.DataFrame, line: str, x: str) -> dict[str, list[dict[str, float]]]:
    """Mean, least and greatest accuracy over the seeds, as `draw_curves` takes them.

    Args:
        trials: Some rows of `Results.table`.
        line: The column that names the curve.
        x: The column that a curve goes along.
    """
    curves: dict[str, list[dict[str, float]]] = {}
    for name, rows in trials.groupby(line, sort=False):
        # NumPy's mean: pandas adds up in another way, and shipped figures would change by a bit.
        points = rows.groupby(x)["accuracy"].agg(
            value=lambda found: np.mean(found.to_numpy()), low="min", high="max"
        )
        numbers = points.reset_index().astype(float)
        rows_of_name = numbers.itertuples(index=False, name=None)
        curves[str(name)] = [dict(zip(numbers.columns, row, strict=True)) for row in rows_of_name]
    return curves
