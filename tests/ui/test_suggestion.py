"""What is said of the model that suggests labels is true of that model."""

from dataclasses import replace
from pathlib import Path

from streamlit.testing.v1 import AppTest

from qcmfm.core.progress import finish
from qcmfm.core.settings import DEFAULT_RUN
from qcmfm.records import read_collection
from qcmfm.training.train import train
from tests.cheap import cheap_cache, make_collection
from tests.training.test_training import SMALL


def page() -> None:
    import streamlit as st

    from qcmfm.ui.shared.suggestion import show_model_note
    from tests.review.made import prediction

    predictions = {"r1": prediction("r1")} if st.query_params.get("asked") else {}
    show_model_note(st.query_params.get("run", ""), predictions)


def note(run: str, asked: str = "yes") -> list[str]:
    """The sentences on a page whose suggestions come from a run."""
    app = AppTest.from_function(page)
    app.query_params["run"] = run
    app.query_params["asked"] = asked
    app.run(timeout=30)
    assert not app.exception
    return [caption.value for caption in app.caption]


def test_a_quantum_circuit_is_named_where_there_is_one(home: Path):
    (sentence,) = note(DEFAULT_RUN)
    assert "simulated quantum circuit" in sentence


def test_no_quantum_circuit_is_claimed_of_a_classical_model(home: Path):
    collection = read_collection(make_collection(home / "collections" / "vases", 30))
    cache = cheap_cache(home / "features")
    settings = replace(SMALL, model="concat", options={})
    finish(train(collection, cache, settings, home / "runs" / "classical"))
    (sentence,) = note("classical")
    assert "classical model" in sentence and "simulated" not in sentence


def test_nothing_is_said_where_no_model_suggests_anything(home: Path):
    assert note("") == [] and note(DEFAULT_RUN, asked="") == []
