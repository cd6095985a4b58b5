"""The true regions beside a collection: what is written is read, what is malformed is named."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from qcmfm.core.errors import RecordsError
from qcmfm.records.regions import Region, read_regions, region_of, write_regions

ENTRY = {
    "start": 2, "end": 8, "word": "dragon", "names": "dragon",
    "box": [1, 0, 1, 2], "size": [2, 3], "counts": [2, 2, 2],
}  # fmt: skip


def masks() -> st.SearchStrategy[np.ndarray]:
    shapes = array_shapes(min_dims=2, max_dims=2, max_side=9)
    return arrays(bool, shapes).filter(lambda mask: bool(mask.any()))


def write(file: Path, *entries: object, **changes: object) -> Path:
    content = {"format": 1, "records": {"r1": [*entries]}} | changes
    file.write_text(json.dumps(content))
    return file


def test_a_mask_by_hand():
    mask = np.array([[False, True, False], [False, True, True]])
    region = region_of("A dragon", 2, 8, "dragon", mask)
    # Columns from the left: outside 2, inside 2, outside 1, inside 1.
    assert region == Region(2, 8, "dragon", "dragon", (1, 0, 2, 2), (2, 3), (2, 2, 1, 1))
    assert region_of("x", 0, 1, "x", np.ones((2, 2), bool)).counts == (0, 4)


@given(masks())
def test_a_mask_comes_back_as_it_went(mask: np.ndarray):
    region = region_of("word", 0, 4, "thing", mask)
    np.testing.assert_array_equal(region.mask(), mask)
    left, top, width, height = region.box
    inside = np.zeros_like(mask)
    inside[top : top + height, left : left + width] = True
    assert not (mask & ~inside).any()
    assert mask[top].any() and mask[top + height - 1].any()
    assert mask[:, left].any() and mask[:, left + width - 1].any()


@given(st.dictionaries(st.text(max_size=5), st.lists(masks(), max_size=3), max_size=3))
def test_what_is_written_is_read(tmp_path_factory: pytest.TempPathFactory, given_masks):
    file = tmp_path_factory.mktemp("regions") / "regions.json"
    regions = {
        record_id: [region_of("größe 龍", 6, 7, "龍", mask) for mask in found]
        for record_id, found in given_masks.items()
    }
    write_regions(file, regions)
    assert read_regions(file) == regions
    assert [path.name for path in file.parent.iterdir()] == ["regions.json"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"counts": [2, 2, 1]}, "does not fill"),
        ({"counts": [8, -4, 2]}, "does not fill"),
        ({"size": [0, 0], "counts": [0]}, "does not fill"),
        ({"counts": None}, "None"),
        ({"size": [2]}, "unpack"),
        ({"size": [2, 1e999]}, "infinity"),
        ({"size": [10**5, 10**5], "counts": [10**10]}, "pixels"),
        ({"box": [1, 0, "wide", 2]}, "wide"),
        ({"start": 8}, "nowhere"),
        ({"start": -1}, "nowhere"),
    ],
)
def test_a_malformed_region_is_told_with_file_and_record(
    tmp_path: Path, changes: dict[str, object], message: str
):
    file = write(tmp_path / "regions.json", ENTRY, ENTRY | changes)
    with pytest.raises(RecordsError, match=r"regions\.json.*'r1'") as error:
        read_regions(file)
    assert message in error.value.message


@pytest.mark.parametrize("key", ENTRY)
def test_a_missing_key_is_named(tmp_path: Path, key: str):
    entry = {name: value for name, value in ENTRY.items() if name != key}
    with pytest.raises(RecordsError, match=f"'r1': '{key}' is missing"):
        read_regions(write(tmp_path / "regions.json", entry))


def test_a_file_that_is_missing_or_of_another_format_is_told(tmp_path: Path):
    with pytest.raises(RecordsError, match="no true regions"):
        read_regions(tmp_path / "regions.json")
    with pytest.raises(RecordsError, match="format is 2"):
        read_regions(write(tmp_path / "regions.json", ENTRY, format=2))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=8,
)


@given(key=st.sampled_from([*ENTRY, "format", "records"]), value=JSON)
def test_whatever_stands_there_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, key: str, value: object
):
    file = tmp_path_factory.mktemp("regions") / "regions.json"
    write(file, ENTRY | ({key: value} if key in ENTRY else {}),
          **({} if key in ENTRY else {key: value}))  # fmt: skip
    try:
        found = read_regions(file)
    except RecordsError:
        return
    for region in found.get("r1", []):
        assert region.mask().shape == region.size


@given(st.binary(max_size=60))
def test_any_bytes_are_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes):
    file = tmp_path_factory.mktemp("regions") / "regions.json"
    file.write_bytes(content)
    with pytest.raises(RecordsError):
        read_regions(file)


def test_a_file_nested_too_deeply_is_refused(tmp_path: Path):
    file = tmp_path / "regions.json"
    file.write_text("[" * 200_000)
    with pytest.raises(RecordsError):
        read_regions(file)
