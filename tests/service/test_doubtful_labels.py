"""Comparing recorded labels with models that never saw them, and keeping the answers."""

from pathlib import Path

import numpy as np
import pytest

from qcmfm import service
from qcmfm.core.errors import TrainingError
from qcmfm.core.progress import finish
from qcmfm.inference.out_of_fold_cache import out_of_fold_file
from qcmfm.records import Collection, read_collection, write_collection
from qcmfm.review.choice import Choice
from qcmfm.review.doubtful import doubtful
from qcmfm.review.review import open_review
from qcmfm.service import OpenReviewSession
from tests.cheap import cheap_cache, make_collection


@pytest.mark.slow
def test_wrong_labels_are_found_kept_and_go_stale(home: Path):
    file = make_collection(home / "collections" / "vases", 90)
    wrong = {"r0": "blue", "r16": "red", "r50": "green"}
    records = [
        record.changed(label=wrong.get(record.record_id, record.label))
        for record in read_collection(file).records
    ]
    write_collection(Collection.from_records(file.parent, records), file)
    collection = service.open_collection("vases")
    assert service.cached_out_of_fold("vases", collection) is None
    cache = cheap_cache(home / "features")
    made = finish(service.find_doubtful_labels("vases", cache=cache))
    kept = service.cached_out_of_fold("vases", collection)
    assert kept is not None and list(kept.labels) == ["blue", "green", "red"]
    np.testing.assert_array_equal(kept.probabilities, made.probabilities)
    assert not list(out_of_fold_file("vases").parent.glob(".*"))
    found = [doubt.record_id for doubt in doubtful(kept, collection.records)]
    assert set(found[:3]) == set(wrong)
    session = OpenReviewSession("vases", collection, {}, kept)
    assert set(list(session.places("most_likely_mislabelled"))[:3]) == set(wrong)
    # A decision leaves the answers valid, another recorded label does not.
    open_review("vases").decide([Choice("r0", "correct", "red")], "Ada", kept.labels)
    assert service.cached_out_of_fold("vases", service.open_collection("vases")) is not None
    records[0] = records[0].changed(label="green")
    write_collection(Collection.from_records(file.parent, records), file)
    assert service.cached_out_of_fold("vases", service.open_collection("vases")) is None


def test_a_damaged_file_of_answers_reads_as_none(home: Path):
    make_collection(home / "collections" / "vases", 30)
    out_of_fold_file("vases").parent.mkdir(parents=True)
    out_of_fold_file("vases").write_bytes(b"PAR1 and then nothing")
    assert service.cached_out_of_fold("vases", service.open_collection("vases")) is None


def test_a_collection_without_labels_is_told_so(home: Path):
    file = make_collection(home / "collections" / "vases", 30)
    records = [record.changed(label="") for record in read_collection(file).records]
    write_collection(Collection.from_records(file.parent, records), file)
    with pytest.raises(TrainingError, match="fewer than two labels"):
        finish(service.find_doubtful_labels("vases", cache=cheap_cache(home / "features")))
