"""Predictions as a pandas table, with the columns of the predictions file."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from qcmfm.core.errors import RecordsError
from qcmfm.inference.prediction import TOP, Prediction, table_columns, table_row

if TYPE_CHECKING:
    import pandas as pd

_NUMBERS = ("confidence", "probability_")


def predictions_table(predictions: Iterable[Prediction], top: int = TOP) -> "pd.DataFrame":
    """One row for each prediction, as `write_predictions` writes them.

    Args:
        predictions: As `predict` returns them.
        top: How many labels with probabilities.

    Returns:
        `confidence` and `probability_1` to `probability_<top>` are numbers with four decimals, NaN
        where there is none; every other cell is text.
    """
    import pandas as pd

    rows = [table_row(prediction, top) for prediction in predictions]
    return _with_numbers(pd.DataFrame(rows, columns=table_columns(top), dtype=str))


def read_predictions(file: Path) -> "pd.DataFrame":
    """A predictions file as `predictions_table` makes it; ids such as 00123 stay text.

    Args:
        file: What `write_predictions` or the command `predict` wrote.

    Raises:
        RecordsError: It is no predictions file.
    """
    import pandas as pd

    try:
        table = pd.read_csv(file, dtype=str, keep_default_na=False)
        top = sum(name.startswith("probability_") for name in table.columns)
        if list(table.columns) == table_columns(top):
            return _with_numbers(table)
    except ValueError:  # also of pandas' parser, of text that is not UTF-8, and of a number
        pass
    raise RecordsError(f"{file} is no predictions file.", "Give one that `predict` wrote.")


def _with_numbers(table: "pd.DataFrame") -> "pd.DataFrame":
    import pandas as pd

    numbers = [name for name in table.columns if name.startswith(_NUMBERS)]
    return table.assign(**{name: pd.to_numeric(table[name].replace("", None)) for name in numbers})
