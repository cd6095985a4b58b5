"""Collections as pages and command line see them: the user's own and the built-in ones."""

import dataclasses
import io
from pathlib import Path

import pytest
from PIL import Image

from qcmfm import demo, service
from qcmfm.core import settings
from qcmfm.core.errors import RecordsError
from qcmfm.core.progress import finish
from qcmfm.demo import artifacts
from qcmfm.service import Submission


def test_an_empty_workspace_has_the_built_in_collections():
    summaries, errors = service.list_collections()
    assert [summary.name for summary in summaries] == demo.names() and not errors
    for summary in summaries:
        assert summary.built_in and summary.problems == 0
        assert set(summary.labels) == set(demo.design(summary.name).labels)
        assert sum(summary.labels.values()) == summary.records


@pytest.mark.parametrize("name", demo.names())
def test_every_shipped_record_has_photo_regions_and_thumbnail(name: str):
    collection = service.open_collection(name)
    regions = service.true_regions(collection.folder)
    for record in collection.records:
        path = collection.image_path(record)
        assert path is not None and path.is_file() and record.record_id in regions
    submission = service.record_submission(collection, collection.records[0])
    assert submission.photo and submission.caption == collection.records[0].caption
    path = collection.image_path(collection.records[0])
    assert path is not None
    small = Image.open(io.BytesIO(service.thumbnail(path)))
    assert small.size == (320, 320) and small.format == "JPEG"


@pytest.mark.parametrize("name", demo.names())
def test_the_shipped_part_is_the_beginning_of_the_whole(name: str, tmp_path: Path):
    """What is drawn on another machine may differ by a rounding, not by a picture."""
    shipped = service.open_collection(name)
    drawn = finish(demo.draw(name, tmp_path / name, 4))
    for old, new in zip(shipped.records, drawn.records, strict=False):
        assert (old, dict(old.cells)) == (new, dict(new.cells))
        with (
            Image.open(shipped.folder / old.image) as first,
            Image.open(drawn.folder / new.image) as second,
        ):
            gaps = [abs(a - b) for a, b in zip(first.tobytes(), second.tobytes(), strict=True)]
            assert sum(gaps) / len(gaps) < 1


def test_the_whole_of_a_built_in_collection_takes_the_place_of_the_part(
    monkeypatch: pytest.MonkeyPatch,
):
    assert service.drawable("artifacts") == 600 and service.drawable("uploads") == 0
    monkeypatch.setattr(artifacts, "DESIGN", dataclasses.replace(artifacts.DESIGN, records=5))
    assert len(finish(service.draw_built_in("artifacts")).records) == 5
    assert len(service.open_collection("artifacts").records) == 5
    assert service.drawable("artifacts") == 0
    summary = next(s for s in service.list_collections()[0] if s.name == "artifacts")
    assert not summary.built_in and summary.records == 5


def test_a_built_in_collection_is_not_written_to():
    with pytest.raises(RecordsError, match="came with the program"):
        service.save_submission("artifacts", Submission(b"", "a caption"))
    assert not (settings.collections_folder() / "artifacts").exists()


def test_a_user_s_own_collection_comes_first_and_an_unknown_one_is_told(home: Path):
    service.save_submission("zebra", Submission(b"", "a caption"))
    assert next(iter(service.collection_folders())) == "zebra"
    assert service.true_regions(service.open_collection("zebra").folder) == {}
    with pytest.raises(RecordsError, match="no collection 'zoo'"):
        service.open_collection("zoo")
