"""What an FE-QMFNN says of its trusts is what its qubits do."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest

from qcmfm.core.progress import finish
from qcmfm.encoders.features import Encoders
from qcmfm.explanation import encode_record, explain
from qcmfm.explanation.shares import against_mean
from qcmfm.explanation.trusts import trusted_features
from qcmfm.fusion.fe_qmfnn import FEQMFNN
from qcmfm.quantum.fusion_qubits import fusion_circuit
from qcmfm.quantum.simulation import Simulator
from qcmfm.records import read_collection
from qcmfm.runs.run import Run
from qcmfm.training import TrainingSettings
from qcmfm.training.train import train
from tests.cheap import cheap_cache, make_collection

SMALL = {"features": 4, "group": 2, "kept": 1, "width": 8}


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, Encoders, bytes, str]:
    """A small trained run, and the photo and caption of a record."""
    folder = tmp_path_factory.mktemp("trusts")
    collection = read_collection(make_collection(folder / "vases"))
    cache = cheap_cache(folder / "features")
    chosen = TrainingSettings("fe_qmfnn", SMALL, epochs=4, batch_size=16, views=1)
    run = finish(train(collection, cache, chosen, folder / "run"))
    record = collection.records[0]
    photo: Path = folder / "vases" / record.image
    return run, cache.encoders, photo.read_bytes(), record.caption


def test_trusts_and_decisions_make_what_the_whole_circuit_measures(asked):
    """All twelve qubits, two modalities' and the fusion qubits, in one state vector."""
    run, encoders, photo, caption = asked
    model, batch = run.model, encode_record(encoders, photo, caption).batch(run, encoders)
    assert isinstance(model, FEQMFNN)
    found = sorted(trusted_features(run, batch, 0), key=lambda one: one.number)
    said = np.array([[one.image for one in found], [one.text for one in found]], dtype=float)
    turned = 2 * np.arcsin(np.sqrt(said))
    circuit = fusion_circuit(2, 4)
    weights = torch.cat([torch.tensor(turned).flatten(), model.fusion.angles.detach().flatten()])
    start = torch.zeros(1, circuit.dim, dtype=torch.float64)
    start[0, 0] = 1
    values = Simulator(circuit).expectations(start, weights.double())
    expected = (1 - values[0].detach().numpy()) / 2
    np.testing.assert_allclose([one.fused for one in found], expected, atol=1e-6)


def test_what_a_feature_gives_is_what_goes_without_it(asked):
    run, encoders, photo, caption = asked
    model, batch = run.model, encode_record(encoders, photo, caption).batch(run, encoders)
    assert isinstance(model, FEQMFNN)
    found = trusted_features(run, batch, 1)
    assert [abs(one.change) for one in found] == sorted(
        (abs(o.change) for o in found), reverse=True
    )
    first = found[0]
    with torch.inference_mode():
        decided = model.decisions(batch)
        whole = against_mean(model.classify(decided).logits, 1)
        decided[..., first.number - 1] = 0
        without = against_mean(model.classify(decided).logits, 1)
    assert first.change == pytest.approx((whole - without) / run.temperature, abs=1e-5)


@pytest.mark.parametrize("lacking", ["photo", "caption"])
def test_what_is_missing_says_nothing(asked, lacking: str):
    run, encoders, photo, caption = asked
    subject = (
        encode_record(encoders, b"", caption)
        if lacking == "photo"
        else encode_record(encoders, photo, "")
    )
    evidence = explain(run, encoders, subject)
    assert len(evidence.features) == 4
    for one in evidence.features:
        said, trust = (one.text, one.text_trust) if lacking == "photo" else (
            one.image, one.image_trust)  # fmt: skip
        assert (one.image is None) == (lacking == "photo") == (one.text is not None)
        assert said is not None and one.fused == pytest.approx(said * trust, abs=1e-6)
    assert evidence.to_json()["features"][0]["number"] in range(1, 5)


def drawn(evidence) -> None:
    from qcmfm.ui.review.evidence.trusts import show_trusts

    show_trusts(evidence)


def test_the_page_shows_every_feature_of_such_a_model_and_nothing_of_others(asked):
    run, encoders, photo, caption = asked
    evidence = explain(run, encoders, encode_record(encoders, photo, caption))
    page = AppTest.from_function(drawn, kwargs={"evidence": evidence}).run(timeout=60)
    assert not page.exception and "Trust" in page.header[0].value
    table = page.dataframe[0].value
    assert table["Feature"].tolist() == [one.number for one in evidence.features]
    assert table["Photo trusted"].tolist() == [one.image_trust for one in evidence.features]
    without = replace(evidence, features=[])
    page = AppTest.from_function(drawn, kwargs={"evidence": without}).run(timeout=60)
    assert not page.exception and not page.header and not page.dataframe
