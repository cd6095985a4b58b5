"""The built-in collections on disk. Drawing is tested with the real drawings, a few of them."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from qcmfm import demo
from qcmfm.core.errors import RecordsError
from qcmfm.core.progress import finish
from qcmfm.demo.drawing.collection import AT_ONCE
from qcmfm.records import read_collection
from qcmfm.records.regions import read_regions


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize("name", demo.names())
def test_the_same_seed_gives_the_same_files_and_another_shares_no_photo(name: str, tmp_path: Path):
    finish(demo.draw(name, tmp_path / "a", AT_ONCE, seed=3, size=128))
    finish(demo.draw(name, tmp_path / "b", AT_ONCE - 6, seed=3, size=128))
    finish(demo.draw(name, tmp_path / "c", AT_ONCE - 6, seed=4, size=128))
    first, second, third = (files(tmp_path / letter) for letter in "abc")
    photos = {path for path in second if path.startswith("images/")}
    assert len(photos) == AT_ONCE - 6
    assert all(second[path] == first[path] for path in photos), "a smaller one is the beginning"
    assert not set(first.values()) & {third[path] for path in third if path.endswith(".jpg")}
    start = first["records.csv"].splitlines()[: AT_ONCE - 5]
    assert second["records.csv"].splitlines() == start


@pytest.mark.parametrize("name", demo.names())
def test_a_drawn_collection_is_whole(name: str, tmp_path: Path):
    collection = finish(demo.draw(name, tmp_path / "it", 20, size=192))
    assert collection.problems == [] and len(collection.records) == 20
    regions = read_regions(tmp_path / "it" / "regions.json")
    assert list(regions) == [record.record_id for record in collection.records]
    groups: dict[str, set[str]] = {}
    for record in collection.records:
        groups.setdefault(record.group, set()).add(record.split)
        with Image.open(tmp_path / "it" / record.image) as photo:
            assert photo.size == (192, 192)
        for region in regions[record.record_id]:
            assert record.caption[region.start : region.end] == region.word
            mask = region.mask()
            left, top, width, height = region.box
            assert mask.any() and mask[top : top + height, left : left + width].sum() == mask.sum()
    assert all(len(splits) == 1 for splits in groups.values())
    grounded = sum(map(len, regions.values()))
    assert grounded > 20, "hardly a word names anything visible"


def test_the_words_name_what_is_seen(tmp_path: Path):
    """A motif's region lies on the object, and is smaller."""
    finish(demo.draw("artifacts", tmp_path / "it", 16, size=192))
    shares: list[float] = []
    for found in read_regions(tmp_path / "it" / "regions.json").values():
        whole = {region.names: region.mask() for region in found}
        for name, mask in whole.items():
            if name != "object" and "object" in whole:
                assert (mask & whole["object"]).sum() >= 0.9 * mask.sum()
                shares.append(mask.sum() / whole["object"].sum())
    assert 0 < np.median(shares) < 0.5


def test_an_unknown_name_a_wrong_number_and_a_taken_folder_are_told(tmp_path: Path):
    with pytest.raises(RecordsError, match="paintings"):
        finish(demo.draw("paintings", tmp_path / "it"))
    for wrong in ({"records": 0}, {"seed": -1}, {"size": 10}):
        with pytest.raises(RecordsError, match=r"cannot be drawn"):
            finish(demo.draw("artifacts", tmp_path / "it", **wrong))
    (tmp_path / "it").mkdir()
    with pytest.raises(RecordsError, match="exists already"):
        finish(demo.draw("artifacts", tmp_path / "it"))


def test_drawing_that_is_broken_off_leaves_no_collection(tmp_path: Path):
    work = demo.draw("textiles", tmp_path / "it", 12, size=128)
    next(work)
    work.close()
    assert not (tmp_path / "it").exists()
    assert len(finish(demo.draw("textiles", tmp_path / "it", 3, size=128)).records) == 3
    assert read_collection(tmp_path / "it").problems == []
