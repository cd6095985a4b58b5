"""Predictions as a table are what the file holds."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from qcmfm.core.errors import RecordsError
from qcmfm.inference.prediction import Prediction, table_columns, write_predictions
from qcmfm.inference.tables import predictions_table, read_predictions

PREDICTIONS = [
    Prediction("00123", (("gold", 0.91239), ("jade", 0.08761)), "run", "abc", "2026", "", "gold"),
    Prediction("NA", (), "run", "abc", "2026", "photo: it cannot be read"),
]


def test_numbers_are_numbers_and_ids_are_text():
    table = predictions_table(PREDICTIONS)
    assert list(table.columns) == table_columns()
    assert table["record_id"].tolist() == ["00123", "NA"]
    assert table["confidence"].iloc[0] == 0.9124 and np.isnan(table["confidence"].iloc[1])
    assert table["label_2"].tolist() == ["jade", ""] and table["probability_3"].isna().all()
    assert table["error"].tolist() == ["", "photo: it cannot be read"]
    assert predictions_table([]).empty


@pytest.mark.parametrize("top", [1, 3, 5])
def test_a_file_comes_back_as_the_table(top: int, tmp_path: Path):
    write_predictions(PREDICTIONS, tmp_path / "predictions.csv", top)
    found = read_predictions(tmp_path / "predictions.csv")
    pd.testing.assert_frame_equal(found, predictions_table(PREDICTIONS, top))


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"\xff\xfe", b"record_id\n1,2,3\n"])
def test_another_file_is_refused(content: bytes, tmp_path: Path):
    (tmp_path / "other.csv").write_bytes(content)
    with pytest.raises(RecordsError, match=r"other\.csv is no predictions file"):
        read_predictions(tmp_path / "other.csv")
