"""A study's rows are added whole, are found again, and say what is finished."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qcmfm.core.errors import StudyError
from qcmfm.studies.trials.results import TRIALS, Results, Trial, accuracy_curves


def trial(system: str = "qcmfm", seed: int = 0, fold: str = "test", accuracy: float = 0.5) -> Trial:
    return Trial("cups", system, seed, fold, 20, accuracy, 0.4, 0.4, 0.4, 1.5, 0.1, 12, 3.5, 0.1)


def test_rows_come_back_as_they_were_added(tmp_path: Path):
    results = Results(tmp_path / "new" / "study")
    assert results.trials() == []
    results.add([trial()])
    results.add([trial(seed=1), trial("concat")])
    assert results.trials() == [trial(), trial(seed=1), trial("concat")]
    assert ("cups", "concat", "0", "test", "") in results.done()


@given(cut=st.integers(1, 60))
def test_a_row_that_was_cut_short_is_done_again(tmp_path_factory: pytest.TempPathFactory, cut: int):
    folder = tmp_path_factory.mktemp("study")
    results = Results(folder)
    results.add([trial()])
    results.add([trial(seed=1)])
    file = folder / TRIALS
    file.write_bytes(file.read_bytes()[:-cut])
    assert results.trials() == [trial()]
    results.add([trial(seed=2)])
    assert results.trials() == [trial(), trial(seed=2)]


def test_another_table_is_refused(tmp_path: Path):
    (tmp_path / TRIALS).write_text("a,b\n1,2\n")
    with pytest.raises(StudyError, match="columns"):
        Results(tmp_path).trials()


def test_answers_are_kept_by_seed_and_fold(tmp_path: Path):
    results = Results(tmp_path)
    first, second = np.eye(3), np.full((2, 3), 1 / 3)
    results.save_answers(trial(), first)
    results.save_answers(trial(seed=1, fold="0"), second)
    found = results.answers("cups", "qcmfm")
    np.testing.assert_allclose(found[0, "test"], first, atol=1e-3)
    np.testing.assert_allclose(found[1, "0"], second, atol=1e-3)
    assert results.answers("cups", "oracle") == {}


def test_rounding_leaves_the_first_place_where_it_is(tmp_path: Path):
    results, near = Results(tmp_path), np.array([[0.4, 0.40001, 0.19999], [0.2, 0.39999, 0.40001]])
    assert (near.astype(np.float16).argmax(1) == [0, 1]).all()  # a tie that the first would win
    results.save_answers(trial(), near)
    found = results.answers("cups", "qcmfm")[0, "test"]
    assert (found.argmax(1) == [1, 2]).all()
    np.testing.assert_allclose(found, near, atol=1e-3)


def test_a_header_that_was_cut_short_is_written_again(tmp_path: Path):
    (tmp_path / TRIALS).write_text("collection,sys")
    results = Results(tmp_path)
    assert results.trials() == []
    results.add([trial()])
    assert results.trials() == [trial()]


def test_names_and_ids_stay_the_text_that_they_are(tmp_path: Path):
    results = Results(tmp_path)
    results.save_records(
        "cups", [{"fold": "0", "record_id": "00123", "group": "", "label": 'NA, "nan"'}]
    )
    assert results.records("cups").to_dict("records") == [
        {"fold": "0", "record_id": "00123", "group": "", "label": 'NA, "nan"'}
    ]
    results.add([trial("None", fold="00")])
    assert results.trials() == [trial("None", fold="00")]


def test_curves_have_the_mean_and_range_of_the_seeds(tmp_path: Path):
    results = Results(tmp_path)
    results.add([trial(accuracy=0.5), trial("gated", accuracy=0.7), trial(seed=1, accuracy=0.8)])
    found = accuracy_curves(results.table(), "system", "parameters")
    assert found == {
        "qcmfm": [{"parameters": 12.0, "value": pytest.approx(0.65), "low": 0.5, "high": 0.8}],
        "gated": [{"parameters": 12.0, "value": 0.7, "low": 0.7, "high": 0.7}],
    }
