"""Out-of-fold answers: nobody is asked of what it was trained on."""

from pathlib import Path

import numpy as np
import pytest

from qcmfm.core.progress import finish
from qcmfm.records import Collection, read_collection
from qcmfm.training import TrainingSettings
from qcmfm.training.cross_fitting import OutOfFoldAnswers, out_of_fold
from tests.cheap import cheap_cache, make_collection

SMALL = TrainingSettings(
    options={"n_qubits": 4, "n_layers": 1, "dim": 8, "heads": 2}, epochs=12, batch_size=16, views=1
)


@pytest.fixture
def collection(tmp_path: Path) -> Collection:
    return read_collection(make_collection(tmp_path / "vases"))


def fitted(collection: Collection, home: Path, name: str = "folds", **given) -> OutOfFoldAnswers:
    cache = cheap_cache(home / "features")
    return finish(out_of_fold(collection, cache, SMALL, home / name, **given))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> OutOfFoldAnswers:
    """The answers for all records, by work that nothing stopped."""
    folder = tmp_path_factory.mktemp("whole")
    return fitted(read_collection(make_collection(folder / "vases")), folder)


def test_every_record_is_answered_by_a_model_that_did_not_see_it(
    collection: Collection, whole: OutOfFoldAnswers
):
    assert [r.record_id for r in whole.records] == [r.record_id for r in collection.records]
    assert whole.labels == ["blue", "green", "red"] and set(whole.fold) == set(range(5))
    assert (whole.logits.argmax(1) == whole.truth).mean() > 0.6
    np.testing.assert_allclose(whole.probabilities().sum(1), 1)


def test_a_label_that_is_noise_cannot_be_learned_by_heart(collection: Collection, home: Path):
    colours = np.random.default_rng(0).permutation([r.label for r in collection.records])
    records = [
        r.changed(label=str(colour)) for r, colour in zip(collection.records, colours, strict=True)
    ]
    shuffled = Collection.from_records(collection.folder, records)
    found = fitted(shuffled, home)
    assert (found.logits.argmax(1) == found.truth).mean() < 0.6


def test_it_uses_only_the_records_and_labels_it_is_given(collection: Collection, home: Path):
    wanted = {r.record_id for r in collection.records if r.split in ("train", "val")}
    found = fitted(collection, home, only=wanted, labels=["red", "blue"])
    assert {r.record_id for r in found.records} < wanted and found.labels == ["red", "blue"]
    assert {r.label for r in found.records} == {"red", "blue"}


@pytest.mark.slow
def test_stopped_work_goes_on_and_ends_the_same(
    collection: Collection, whole: OutOfFoldAnswers, home: Path
):
    work = out_of_fold(collection, cheap_cache(home / "features"), SMALL, home / "broken")
    for event in work:
        if event.stage.startswith("Training") and event.done == 20:
            break
    work.close()
    events = []
    again = out_of_fold(collection, cheap_cache(home / "features"), SMALL, home / "broken")
    np.testing.assert_array_equal(finish(again, events.append).logits, whole.logits)
    assert len([e for e in events if e.stage.startswith("Training")]) == 5 * 12 - 20
