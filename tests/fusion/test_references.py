"""What the models that the QCMFM is compared with share with it, and what they lack."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from qcmfm import fusion
from qcmfm.core.errors import TrainingError
from qcmfm.core.progress import finish
from qcmfm.encoders.batch import FeatureShape
from qcmfm.fusion.base import FusionModel
from qcmfm.inference.predict import predict
from qcmfm.records import read_collection
from qcmfm.training import TrainingSettings
from qcmfm.training.train import train
from tests.cheap import cheap_cache, make_collection
from tests.fusion.test_contract import LABELS, SHAPE, random_batch

REFERENCES = ("concat", "cross_attention", "image_only", "text_only")
REAL = FeatureShape((7, 7), 1280, 384, 384, 100)


def build(
    name: str, shape: FeatureShape = SHAPE, options: dict[str, object] | None = None
) -> FusionModel:
    torch.manual_seed(3)
    return fusion.model_class(name).build(shape, LABELS, options or {}).eval()


def test_cross_attention_is_the_qcmfm_but_for_what_stands_in_for_the_circuit():
    quantum, classical = build("qcmfm", REAL), build("cross_attention", REAL)
    ours, theirs = (
        {name: p.shape for name, p in model.named_parameters() if not name.startswith(own)}
        for model, own in (
            (quantum, ("angles", "classifier")),
            (classical, ("rows", "columns", "offset", "classifier")),
        )
    )
    assert ours == theirs
    both = (quantum.n_parameters(), classical.n_parameters())
    assert abs(both[0] - both[1]) <= 100  # of half a million
    last = [model.get_submodule("classifier").weight.shape for model in (quantum, classical)]
    assert last[0] == last[1]


def test_cross_attention_starts_from_the_same_vectors_as_the_qcmfm():
    quantum, classical = build("qcmfm"), build("cross_attention")
    batch = random_batch()
    amplitudes = quantum(batch).amplitudes
    found = classical.states(batch)[0]  # pyright: ignore[reportCallIssue]
    torch.testing.assert_close(found, amplitudes, atol=0, rtol=0)
    first, second = quantum(batch).attention, classical(batch).attention
    assert first is not None and second is not None
    torch.testing.assert_close(first.word_to_region, second.word_to_region, atol=0, rtol=0)


@pytest.mark.parametrize("name", ["image_only", "text_only"])
def test_a_record_without_the_modality_gets_the_bias(name: str):
    model = build(name)
    row = -1 if name == "image_only" else -2  # of random_batch: no photo, no caption
    bias = model.get_submodule("classifier").bias
    torch.testing.assert_close(model(random_batch()).logits[row], bias, atol=0, rtol=0)


@pytest.mark.parametrize(
    ("name", "options"),
    [("concat", {"width": 0}), ("image_only", {"image_dropout": 0.95}),
     ("image_only", {"heads": 2}), ("text_only", {"dim": 1000}),
     ("cross_attention", {"heads": 3}), ("cross_attention", {"n_qubits": 8})],
)  # fmt: skip
def test_an_option_out_of_range_is_refused(name: str, options: dict[str, object]):
    with pytest.raises(TrainingError, match=next(iter(options))):
        build(name, options=options)


@pytest.mark.parametrize("name", REFERENCES)
def test_it_learns_the_colours_from_what_it_reads(name: str, tmp_path: Path, home: Path):
    collection = read_collection(make_collection(tmp_path / "vases"))
    cache = cheap_cache(home / "features")
    chosen = TrainingSettings(model=name, epochs=30, batch_size=16, views=2)
    run = finish(train(collection, cache, chosen, home / "run"))
    test = [row for row in collection.rows if row.record and row.record.split == "test"]
    predictions = finish(predict(run, replace(collection, rows=test), cache))
    right: list[bool] = []
    for row, prediction in zip(test, predictions, strict=True):
        record = row.record
        assert record is not None and prediction.ranked
        read = {"image": record.image, "text": record.caption}
        if any(read[modality] for modality in run.model.modalities):
            right.append(prediction.label == record.label)
    assert len(right) >= 10 and sum(right) >= 0.9 * len(right)
