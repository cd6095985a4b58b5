"""What lies on a reviewer's desk: queue, keys, neighbours, exports."""

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from qcmfm import service
from qcmfm.core import storage
from qcmfm.core.clock import utc_now
from qcmfm.core.errors import ReviewError
from qcmfm.core.progress import finish
from qcmfm.inference.prediction import Prediction
from qcmfm.inference.prediction_cache import fingerprint, predictions_file, write_cached
from qcmfm.records import Collection, Record, read_collection
from qcmfm.review.filters import Filters
from qcmfm.review.items import OutOfFold
from qcmfm.runs.folder import WEIGHTS
from qcmfm.service import Desk, attended, other_predictions
from qcmfm.training.train import train
from tests.cheap import cheap_cache, make_collection
from tests.review.made import accept, correct, prediction
from tests.training.test_training import SMALL

OPEN = Filters(statuses=("open",))
SURE = {"r0": 0.9, "r1": 0.4, "r2": 0.6, "r3": 0.5}
QUEUE = ["r1", "r3", "r2", "r0"]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    records = [Record(name, f"{name}.jpg", f"cup {name}") for name in SURE]
    said = {name: prediction(name, "gold", sure) for name, sure in SURE.items()}
    return Desk("cups", Collection.from_records(tmp_path, records), said)


def test_the_queue_goes_on_from_a_record_that_left_it(desk: Desk):
    order = "least_certain"
    assert desk.queue(OPEN, order) == QUEUE
    desk.review.decide([accept("r3")], "Ada")
    queue = desk.queue(OPEN, order)
    assert queue == ["r1", "r2", "r0"]
    assert desk.next_after("r3", queue, order) == "r2"
    assert desk.next_after("r3", queue, order, back=True) == "r1"
    assert desk.next_after("r0", queue, order) == "r1"  # round
    assert desk.next_after("r1", queue, order, back=True) == "r0"
    assert desk.next_after("r1", ["r1"], order) == ""
    assert desk.next_after("no such record", queue, order) == "r1"


def test_an_order_stays_while_labels_are_decided(desk: Desk):
    before = dict(desk.places("newest"))
    desk.review.decide([accept("r0")], "Ada")
    assert desk.places("newest") == before


def test_only_orders_that_have_what_they_need_are_offered(desk: Desk):
    assert "most_likely_mislabelled" not in desk.orders() and "least_certain" in desk.orders()
    with pytest.raises(ReviewError):
        desk.places("most_likely_mislabelled")
    measured = OutOfFold(list(SURE), ["gold", "jade"], np.full((4, 2), 0.5))
    whole = Desk("cups", desk.collection, desk.predictions, measured)
    assert "most_likely_mislabelled" in whole.orders()


def test_what_other_runs_said_is_found_while_it_is_fresh(tmp_path: Path, home: Path):
    for run, version in (("ours", "1"), ("theirs", "2")):
        storage.write_json(
            home / "runs" / run / "run.json", {"format": 1, "sha256": {WEIGHTS: version}}
        )
    records = [Record(name, caption=f"cup {name}") for name in SURE]
    collection = Collection.from_records(tmp_path, records)
    said = {name: prediction(name, "jade", 0.9) for name in SURE}
    kept = list(said.values())
    for run, version in (("ours", "1"), ("theirs", "2"), ("gone", "3")):
        made_from = fingerprint(collection, version)
        write_cached(kept, predictions_file("cups", run), made_from)
    assert list(other_predictions("cups", collection, "ours")) == ["theirs"]
    ours = {name: prediction(name, "gold", sure) for name, sure in SURE.items()}
    both = other_predictions("cups", collection, "ours")
    whole = Desk("cups", collection, ours, others=both)
    assert whole.queue(OPEN, "models_disagree")[0] == "r0"  # the surest of another label
    assert "models_disagree" not in Desk("cups", collection, ours).orders()
    changed = Collection.from_records(tmp_path, [replace(records[0], caption="new"), *records[1:]])
    assert other_predictions("cups", changed, "ours") == {}


def test_the_keys_are_the_likeliest_labels(desk: Desk):
    assert [label for label, _ in desk.proposals("r0")] == ["gold", "silver", "jade"]
    assert desk.proposals("r0")[0][1] == 0.9


def test_without_a_prediction_the_keys_are_the_commonest_labels(tmp_path: Path):
    records = [Record(f"r{n}", label="gold" if n else "jade") for n in range(3)]
    desk = Desk("cups", Collection.from_records(tmp_path, records), {})
    assert desk.proposals("r0") == [("gold", None), ("jade", None)]
    desk.review.decide([correct("r0", "silver")], "Ada", ["silver"])
    assert ("silver", None) in desk.proposals("r0")
    assert desk.labels() == ["gold", "jade", "silver"]


def test_neighbours_are_the_surest_and_none_that_was_corrected(desk: Desk):
    def named(count: int = 6) -> list[str]:
        return [record.record_id for record in desk.neighbours("r1", "gold", count)]

    assert named() == ["r0", "r2", "r3"] and named(2) == ["r0", "r2"]
    desk.review.decide([correct("r0", "jade")], "Ada", ["jade"])
    desk.review.decide([accept("r3")], "Ada")
    assert named() == ["r2", "r3"]


def test_the_export_has_what_was_decided_meanwhile(desk: Desk):
    desk.review.decide([accept("r0")], "Ada")
    file = desk.export("review_log")
    assert file.name == "cups-review.csv"
    assert len(io.StringIO(file.content.decode()).readlines()) == 2


def test_predictions_are_kept_until_a_caption_changes(tmp_path: Path, home: Path):
    table = make_collection(tmp_path / "vases")
    cache = cheap_cache(home / "features")
    folder = home / "runs" / "tiny"
    run = finish(train(read_collection(table), cache, replace(SMALL, epochs=1), folder))
    labeller = service.Labeller(run, cache, folder)

    def kept() -> dict[str, Prediction] | None:
        made_from = fingerprint(read_collection(table), run.sha256)
        return service.cached_predictions("vases", run.name, made_from)

    assert kept() is None
    made = finish(service.label_collection(labeller, "vases", read_collection(table)))
    assert len(made) == 60 and made == kept()
    assert all(said.predicted_at <= utc_now() for said in made.values())
    table.write_text(table.read_text("utf-8").replace("vase", "cup", 1), "utf-8")
    assert kept() is None


def test_the_box_of_a_word_is_where_most_of_it_came_from():
    heat = np.array([[0.1, 0.2], [0.6, 0.1]])
    box = {"xywh": "percent:0,50,50,50", "words": ["lotus"], "share": 0.6}
    assert attended(heat, "lotus") == {"boxes": [box]}
