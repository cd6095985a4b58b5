"""A run's circuit on a PennyLane device: same labels as the simulator's, or a sentence why not."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from qcmfm.core import settings
from qcmfm.core.errors import CircuitError
from qcmfm.core.progress import finish
from qcmfm.encoders.features import FeatureCache, load_encoders
from qcmfm.fusion.qcmfm import QCMFM
from qcmfm.inference.predict import predict
from qcmfm.inference.prediction import table_row
from qcmfm.records import Collection, read_collection
from qcmfm.runs.run import Run, read_run
from qcmfm.training.train import train
from tests.cheap import cheap_cache, make_collection
from tests.fusion.test_contract import LABELS, SHAPE, random_batch
from tests.training.test_training import SMALL


@pytest.fixture
def collection(tmp_path: Path) -> Collection:
    return read_collection(make_collection(tmp_path / "vases", size=30))


def trained(collection: Collection, home: Path, **options: object) -> Run:
    known = SMALL.options if SMALL.model == options.get("model", SMALL.model) else {}
    model = str(options.pop("model", SMALL.model))
    chosen = replace(SMALL, model=model, options={**known, **options}, epochs=1)
    return finish(train(collection, cheap_cache(home / "features"), chosen, home / "run"))


@pytest.mark.parametrize("device", ["default.qubit", "lightning.qubit"])
def test_the_shipped_run_labels_as_on_the_simulator(device: str, home: Path):
    run = read_run(settings.SHIPPED_RUNS / "artifacts")
    drawn = read_collection(settings.ASSETS / "collections" / "artifacts")
    some = replace(drawn, rows=drawn.rows[:6])
    named = run.config["encoders"]
    encoders = load_encoders(named["image"]["name"], named["text"]["name"], "cpu")
    cache = FeatureCache(encoders, home / "features")
    ours = finish(predict(run, some, cache))
    theirs = finish(predict(run, some, cache, device))
    assert [one.label for one in theirs] == [one.label for one in ours]
    for here, there in zip(ours, theirs, strict=True):
        assert dict(there.ranked) == pytest.approx(dict(here.ranked), abs=1e-4)
        assert (here.quantum_device, there.quantum_device) == ("", device)
        assert table_row(here).keys() == table_row(there).keys()


@pytest.mark.parametrize(
    "options", [{}, {"encoding": "angle"}, {"stages": "mixing"}], ids=["both", "angle", "mixing"]
)
def test_expectation_values_are_the_simulator_s(options: dict[str, object]):
    torch.manual_seed(0)
    model = QCMFM.build(SHAPE, LABELS, {"n_qubits": 4, "n_layers": 2, **options}).eval()
    on_device = model.on_device("default.mixed")
    with torch.inference_mode():
        ours, theirs = model(random_batch()), on_device(random_batch())
    torch.testing.assert_close(theirs.readout, ours.readout, atol=1e-5, rtol=0)
    torch.testing.assert_close(theirs.logits, ours.logits, atol=1e-4, rtol=0)
    # The model is shared by everybody who labels with it.
    assert model.quantum_device == "" and on_device.quantum_device == "default.mixed"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"model": "text_only"}, "text_only has no circuit"),
        ({"model": "fe_qmfnn"}, "fe_qmfnn has a circuit that cannot be run on a device"),
        ({"readout": "amplitudes"}, "do not depend on its circuit"),
        ({"noise": "superconducting_heron"}, "simulated noise superconducting_heron"),
    ],
)
def test_a_run_without_a_circuit_for_it_says_so(
    options: dict[str, object], message: str, collection: Collection, home: Path
):
    run = trained(collection, home, **options)
    with pytest.raises(CircuitError, match=message):
        finish(predict(run, collection, cheap_cache(home / "features"), "default.qubit"))


def test_shots_need_a_device(collection: Collection, home: Path):
    run = trained(collection, home)
    with pytest.raises(CircuitError, match="takes no shots"):
        finish(predict(run, collection, cheap_cache(home / "features"), shots=10))
