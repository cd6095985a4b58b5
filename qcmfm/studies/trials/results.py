"""Results of a study on disk: one row per training, and the probabilities that it predicted.

A row is added after its answers are saved, so a training with a row is finished and never repeated.
"""

import io
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_type_hints

import numpy as np

from qcmfm.core import storage
from qcmfm.core.errors import StudyError

if TYPE_CHECKING:
    import pandas as pd

TRIALS = "trials.csv"
METRICS = ("accuracy", "macro_precision", "macro_recall", "macro_f1", "nll", "ece")


@dataclass(frozen=True)
class Trial:
    """One training of one system, with its metrics; a row of the table of trials.

    Args:
        collection: Name of the collection.
        system: Name of the trained system.
        seed: Random seed of the training.
        fold: `test`, or the number of a fold of the cross-validation over train and val.
        records: Number of scored records.
        accuracy: Share of these that were labelled correctly, 0 to 1.
        macro_precision: Precision, averaged over the labels, 0 to 1.
        macro_recall: Recall, averaged over the labels, 0 to 1.
        macro_f1: F1 score, averaged over the labels, 0 to 1.
        nll: Negative log likelihood in nats, without calibration.
        ece: Expected calibration error, without calibration.
        parameters: Number of trainable parameters.
        train_seconds: Time of the training in seconds.
        answer_milliseconds: Time to label one record in milliseconds.
        condition: What else distinguishes the row, such as a noise setting.
        made: Time when the row was written, UTC, ISO 8601.
        version: Version of the program.
        settings: Hash of the settings and the records.
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
        """The fields that identify a training."""
        return (self.collection, self.system, str(self.seed), self.fold, self.condition)


COLUMNS = [field.name for field in fields(Trial)]
RECORD_COLUMNS = ["fold", "record_id", "group", "label"]
DECIMALS = 6
"""Number of decimals in the table, more than any interval needs."""


class Results:
    """The results folder of a study.

    Args:
        folder: Path of the folder, which is created with the first row.
    """

    def __init__(self, folder: Path):
        self.folder = folder

    def table(self) -> "pd.DataFrame":
        """All finished trainings, with a column for each field of `Trial`.

        A torn last line is ignored.

        Raises:
            StudyError: The table has other columns.
        """
        import pandas as pd

        file = self.folder / TRIALS
        lines = _whole_lines(file)
        found = _text_table(lines) if lines else pd.DataFrame(columns=COLUMNS)
        if list(found.columns) != COLUMNS:
            raise StudyError(
                f"{file} does not have the columns of a study.", "Give another folder with --out."
            )
        return found.astype(get_type_hints(Trial))

    def trials(self) -> list[Trial]:
        """All finished trainings."""
        return [Trial(*row) for row in self.table().itertuples(index=False, name=None)]

    def add(self, trials: Sequence[Trial]) -> None:
        """Append rows in one write, and flush them to disk before returning."""
        import pandas as pd

        self.folder.mkdir(parents=True, exist_ok=True)
        file = self.folder / TRIALS
        with storage.lock(file):
            lines = _whole_lines(file)
            rows = pd.DataFrame([asdict(trial) for trial in trials], columns=COLUMNS)
            added = _as_csv(rows.round(DECIMALS), header=not lines)
            with file.open("ab") as handle:
                handle.truncate(len(lines))  # A kill may have left a torn row.
                handle.write(added.encode())
                handle.flush()
                os.fsync(handle.fileno())

    def done(self) -> set[tuple[str, ...]]:
        """The keys of the finished trainings."""
        return {trial.key for trial in self.trials()}

    def save_answers(self, trial: Trial, probabilities: np.ndarray) -> None:
        """Save the answers of a training, along with those of the same system.

        Args:
            trial: Row of the training.
            probabilities: Probabilities, scored record x label.
        """
        file = self._answers(trial.collection, trial.system)
        name = f"{trial.seed}.{trial.fold}"
        with storage.lock(file):
            stored = dict(np.load(file)) if file.is_file() else {}
            stored[name] = _to_half_precision(probabilities)
            out = io.BytesIO()
            np.savez_compressed(out, **stored)
            storage.write_bytes(file, out.getvalue())

    def answers(self, collection: str, system: str) -> dict[tuple[int, str], np.ndarray]:
        """Saved probabilities of a system, scored record x label, by seed and fold."""
        file = self._answers(collection, system)
        if not file.is_file():
            return {}
        with np.load(file) as stored:
            return {
                (int(name.split(".")[0]), name.split(".")[1]): stored[name].astype(np.float64)
                for name in stored.files
            }

    def save_records(self, collection: str, rows: Iterable[dict[str, Any]]) -> None:
        """Save which records the answers belong to: fold, record id, group and label, in order."""
        import pandas as pd

        text = _as_csv(pd.DataFrame(rows, columns=RECORD_COLUMNS))
        storage.write_text(self.folder / "records" / f"{collection}.csv", text)

    def records(self, collection: str) -> "pd.DataFrame":
        """The records that `save_records` saved, in the order of the answers."""
        return _text_table((self.folder / "records" / f"{collection}.csv").read_bytes())

    def _answers(self, collection: str, system: str) -> Path:
        return self.folder / "answers" / collection / f"{system}.npz"


def _to_half_precision(probabilities: np.ndarray) -> np.ndarray:
    """Convert to float16, keeping the most probable label even if rounding makes a tie."""
    halved, first = probabilities.astype(np.float16), probabilities.argmax(1)
    lost = halved.argmax(1) != first
    halved[lost, first[lost]] = np.nextafter(halved[lost].max(1), np.float16(2))
    return halved


def _whole_lines(file: Path) -> bytes:
    """The content of a file up to its last line break; empty if it does not exist."""
    content = file.read_bytes() if file.is_file() else b""
    return content[: content.rfind(b"\n") + 1]


def _text_table(content: bytes) -> "pd.DataFrame":
    """A CSV file with all cells as text, so that an id 00123 or a name NA is not converted."""
    import pandas as pd

    return pd.read_csv(io.BytesIO(content), dtype=str, keep_default_na=False)


def _as_csv(table: "pd.DataFrame", header: bool = True) -> str:
    return table.to_csv(index=False, header=header, lineterminator="\n")


def accuracy_curves(trials: "pd.DataFrame", line: str, x: str) -> dict[str, list[dict[str, float]]]:
    """Mean, minimum and maximum accuracy over the seeds, as points for `draw_curves`.

    Args:
        trials: Rows of `Results.table`.
        line: Column with the name of the curve.
        x: Column with the horizontal coordinate.
    """
    curves: dict[str, list[dict[str, float]]] = {}
    for name, rows in trials.groupby(line, sort=False):
        # NumPy's mean, since that of pandas sums differently and would change committed values.
        points = rows.groupby(x)["accuracy"].agg(
            value=lambda found: np.mean(found.to_numpy()), low="min", high="max"
        )
        numbers = points.reset_index().astype(float)
        rows_of_name = numbers.itertuples(index=False, name=None)
        curves[str(name)] = [dict(zip(numbers.columns, row, strict=True)) for row in rows_of_name]
    return curves
