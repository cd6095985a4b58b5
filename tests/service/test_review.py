"""A review session: queue, keys, neighbours, exports."""

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
from qcmfm.inference.out_of_fold import OutOfFold
from qcmfm.inference.prediction import Prediction
from qcmfm.inference.prediction_cache import fingerprint, predictions_file, write_cached
from qcmfm.records import Collection, Record, read_collection
from qcmfm.review.filters import Filters
from qcmfm.runs.folder import WEIGHTS
from qcmfm.service import OpenReviewSession, attended, other_predictions
from qcmfm.training.train import train
from tests.cheap import cheap_cache, make_collection
from tests.review.made import accept, correct, prediction
from tests.training.test_training import SMALL

OPEN = Filters(statuses=("open",))
SURE = {"r0": 0.9, "r1": 0.4, "r2": 0.6, "r3": 0.5}
QUEUE = ["r1", "r3", "r2", "r0"]


@pytest.fixture
def session(tmp_path: Path) -> OpenReviewSession:
    records = [Record(name, f"{name}.jpg", f"cup {name}") for name in SURE]
    said = {name: prediction(name, "gold", sure) for name, sure in SURE.items()}
    return OpenReviewSession("cups", Collection.from_records(tmp_path, records), said)


def test_the_queue_goes_on_from_a_record_that_left_it(session: OpenReviewSession):
    order = "least_certain"
    assert session.queue(OPEN, order) == QUEUE
    session.review.decide([accept("r3")], "Ada")
    queue = session.queue(OPEN, order)
    assert queue == ["r1", "r2", "r0"]
    assert session.next_after("r3", queue, order) == "r2"
    assert session.next_after("r3", queue, order, back=True) == "r1"
    assert session.next_after("r0", queue, order) == "r1"  # round
    assert session.next_after("r1", queue, order, back=True) == "r0"
    assert session.next_after("r1", ["r1"], order) == ""
    assert session.next_after("no such record", queue, order) == "r1"


def test_an_order_stays_while_labels_are_decided(session: OpenReviewSession):
    before = dict(session.places("newest"))
    session.review.decide([accept("r0")], "Ada")
    assert session.places("newest") == before


def test_only_orders_that_have_what_they_need_are_offered(session: OpenReviewSession):
    assert "most_likely_mislabelled" not in session.orders() and "least_certain" in session.orders()
    with pytest.raises(ReviewError):
        session.places("most_likely_mislabelled")
    measured = OutOfFold(list(SURE), ["gold", "jade"], np.full((4, 2), 0.5))
    whole = OpenReviewSession("cups", session.collection, session.predictions, measured)
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
    whole = OpenReviewSession("cups", collection, ours, others=both)
    assert whole.queue(OPEN, "models_disagree")[0] == "r0"  # the surest of another label
    assert "models_disagree" not in OpenReviewSession("cups", collection, ours).orders()
    changed = Collection.from_records(tmp_path, [replace(records[0], caption="new"), *records[1:]])
    assert other_predictions("cups", changed, "ours") == {}


def test_the_keys_are_the_likeliest_labels(session: OpenReviewSession):
    assert [label for label, _ in session.suggestions("r0")] == ["gold", "silver", "jade"]
    assert session.suggestions("r0")[0][1] == 0.9


def test_without_a_prediction_the_keys_are_the_commonest_labels(tmp_path: Path):
    records = [Record(f"r{n}", label="gold" if n else "jade") for n in range(3)]
    session = OpenReviewSession("cups", Collection.from_records(tmp_path, records), {})
    assert session.suggestions("r0") == [("gold", None), ("jade", None)]
    session.review.decide([correct("r0", "silver")], "Ada", ["silver"])
    assert ("silver", None) in session.suggestions("r0")
    assert session.labels() == ["gold", "jade", "silver"]


def test_neighbours_are_the_surest_and_none_that_was_corrected(session: OpenReviewSession):
    def named(count: int = 6) -> list[str]:
        return [record.record_id for record in session.neighbours("r1", "gold", count)]

    assert named() == ["r0", "r2", "r3"] and named(2) == ["r0", "r2"]
    session.review.decide([correct("r0", "jade")], "Ada", ["jade"])
    session.review.decide([accept("r3")], "Ada")
    assert named() == ["r2", "r3"]


def test_the_export_has_what_was_decided_meanwhile(session: OpenReviewSession):
    session.review.decide([accept("r0")], "Ada")
    file = session.export("review_log")
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
