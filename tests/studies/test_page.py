"""The Study page says what the results say."""

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from qcmfm import service
from qcmfm.core import storage
from qcmfm.core.errors import StudyError
from qcmfm.core.progress import finish
from qcmfm.studies import ablation
from qcmfm.studies.request import StudyRequest
from qcmfm.studies.summary import write_comparison
from qcmfm.studies.trials.results import Results, Trial
from qcmfm.ui.models.study_curves import saving_sentence

PAGE = Path(__file__).resolve().parents[2] / "pages" / "study.py"


def made(folder: Path, right: dict[str, float]) -> Results:
    """A study of 60 records in which each system got a known share right."""
    results, chance = Results(folder), np.random.default_rng(0)
    labels = ["gold", "jade", "silver"]
    rows = [
        {"fold": "test", "record_id": f"r{n}", "group": f"g{n}", "label": labels[n % 3]}
        for n in range(60)
    ]
    results.save_records("cups", rows)
    for system, share in right.items():
        for seed in range(2):
            hit = chance.permutation(60) < share * 60
            answer = np.eye(3)[[(n % 3 if hit[n] else (n + 1) % 3) for n in range(60)]]
            trial = Trial(
                "cups", system, seed, "test", 60, float(hit.mean()), share, share, share, 1.0,
                0.1, 100, 2.0, 0.1,
            )  # fmt: skip
            results.save_answers(trial, answer * 0.98 + 0.01)
            results.add([trial])
    return results


def opened(part: str) -> AppTest:
    """The page with one of its tabs open."""
    page = AppTest.from_file(str(PAGE))
    page.session_state["study-part"] = part
    return page.run(timeout=60)


def test_it_says_who_won_and_whether_that_is_chance(home: Path):
    results = made(home / "studies" / "compare", {"qcmfm": 0.5, "concat": 0.95, "gated": 0.5})
    write_comparison(results)
    page = AppTest.from_file(str(PAGE)).run(timeout=60)
    assert not page.exception and not page.error
    said = page.info[0].value.replace("\\", "")
    assert said.startswith("Right most often: Photo beside caption (a classical model), 95.0% (")
    assert "larger than chance" in said
    table = page.dataframe[0].value
    assert set(table["model"]) == {
        "Photo beside caption", "QCMFM (simulated)", "Gated fusion",
    }  # fmt: skip
    assert list(table["accuracy"]) == [95, 50, 50] and table["minus"].iloc[0] == -45


def test_the_parts_of_the_qcmfm_are_named_and_only_one_is_classical(home: Path):
    out = home / "studies" / "ablation"
    made(out, {"qcmfm": 0.7, "no_circuit": 0.75, "qubits_05": 0.6, "layers_1": 0.65})
    finish(ablation.run(StudyRequest(out)))
    page = opened("Parts of the QCMFM")
    assert not page.exception
    table = page.dataframe[0].value
    assert list(table["model"]) == [
        "No circuit", "QCMFM (simulated)", "1 layer (simulated)", "5 qubits (simulated)",
    ]  # fmt: skip


def test_noise_is_drawn_for_what_was_trained_under_it_and_told_for_all(home: Path):
    points = [{"strength": at, "value": 0.7 - at, "low": 0.6, "high": 0.8} for at in (0.0, 0.1)]
    names = ("bit_flip", "depolarizing", "depolarizing, trained under it")
    curves = {name: points[1:] if "," in name else points for name in names}
    storage.write_json(home / "studies" / "noise" / "curves_cups.json", curves)
    page = opened("Under noise")
    assert not page.exception
    table = page.dataframe[0].value
    assert list(table["channel"]) == [name.replace("_", " ") for name in names]
    assert list(table["0.1"]) == pytest.approx([60, 60, 60])
    assert list(table["0"])[:2] == [70, 70] and np.isnan(list(table["0"])[2])


def test_a_small_difference_is_called_chance(home: Path):
    results = made(home / "studies" / "compare", {"qcmfm": 0.72, "concat": 0.73})
    sentence = write_comparison(results)["cups"]["test"]["sentence"]
    assert "no larger than chance explains" in sentence


def test_without_results_it_says_how_to_get_them(home: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("qcmfm.core.settings.ASSETS", home)
    page = AppTest.from_file(str(PAGE)).run(timeout=60)
    assert "study compare" in page.info[0].value and not page.exception


def test_damaged_results_hide_no_others(home: Path):
    storage.write_text(home / "studies" / "noise" / "curves_cups.json", "{")
    page = AppTest.from_file(str(PAGE)).run(timeout=60)
    assert not page.exception and "cannot be read" in page.error[0].value
    assert page.info[0].value.startswith("Right most often") and len(page.dataframe)


def test_damaged_results_are_told(home: Path):
    storage.write_text(home / "studies" / "compare" / "summary.json", "{")
    with pytest.raises(StudyError, match="cannot be read"):
        service.comparison()


def test_a_saving_is_told_whichever_way_it_fell():
    found = {"accuracy": 0.9, "parameters": 200.0, "best_classical": 0.95}
    assert "2.5 times as many" in saving_sentence(found | {"times_fewer": 2.5})
    assert "saves none" in saving_sentence(found | {"times_fewer": 0.5})
    told = saving_sentence(found | {"times_fewer": 0.0, "behind_ten_times": 0.025})
    assert "No classical network" in told and "2.5 points behind" in told
