"""Which runs fit which labels."""

from pathlib import Path

from qcmfm import service
from qcmfm.core import settings


def test_runs_that_know_the_labels_are_found_the_closest_first(home: Path):
    every = list(service.run_folders())
    assert set(service.runs_for([])) == set(every)
    assert "museum_materials" in service.runs_for(["glass"])
    assert service.runs_for(["glass", "porridge"]) == []


def test_a_damaged_run_fits_nothing(home: Path):
    (settings.runs_folder() / "broken").mkdir(parents=True)
    (settings.runs_folder() / "broken" / "run.json").write_text("{")
    assert "broken" in service.run_folders() and "broken" not in service.runs_for(["glass"])


def test_each_built_in_collection_has_a_run_that_knows_its_labels():
    for name in ("artifacts", "textiles"):
        labels = {record.label for record in service.open_collection(name).records}
        assert service.runs_for(labels)[0] == name
