"""Splits keep objects together and labels represented."""

from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qcmfm.core.errors import TrainingError
from qcmfm.records import Record
from qcmfm.records.splits import assign_splits, grouped_folds


def objects(counts: dict[str, int], photos: int = 1, split: str = "") -> list[Record]:
    """`counts` objects of each label, each with a number of photos."""
    return [
        Record(f"{label}-{number}-{photo}", label=label, split=split, group=f"{label}-{number}")
        for label, count in counts.items()
        for number in range(count)
        for photo in range(photos)
    ]


def labels_by_split(records: list[Record], splits: list[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for record, split in zip(records, splits, strict=True):
        found[split].add(record.label)
    return found


@pytest.mark.parametrize("seed", range(5))
def test_a_new_division_is_70_10_20_in_every_label(seed: int):
    records = objects({"gold": 100, "silver": 50})
    splits = assign_splits(records, seed)
    for label, total in (("gold", 100), ("silver", 50)):
        found = [
            split for record, split in zip(records, splits, strict=True) if record.label == label
        ]
        shares = [found.count(name) / total for name in ("train", "val", "test")]
        assert shares == pytest.approx([0.7, 0.1, 0.2])


@st.composite
def collections(draw: st.DrawFn) -> list[Record]:
    """Records of at least five labelled objects, in any order, some without label or group."""
    label = st.sampled_from(["", "gold", "silver", "glass"])
    group = st.sampled_from(["", *"abcdefghijkl"])
    rows = draw(st.lists(st.tuples(label, group), max_size=40))
    rows += [("gold", f"sure {number}") for number in range(5)]
    rows = draw(st.permutations(rows))
    return [Record(str(n), label=label, group=group) for n, (label, group) in enumerate(rows)]


@given(records=collections(), seed=st.integers(0, 100))
def test_any_division_keeps_groups_whole_and_the_unlabelled_out(records: list[Record], seed: int):
    splits = assign_splits(records, seed)
    home: dict[str, set[str]] = defaultdict(set)
    for record, split in zip(records, splits, strict=True):
        assert split in (("train", "val", "test") if record.label else ("",))
        if record.label:
            home[record.group_key].add(split)
    assert all(len(found) == 1 for found in home.values())
    assert {"train", "val", "test"} <= set(splits)
    assert splits == assign_splits(records, seed)


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("rare", [1, 2, 3])
def test_every_label_is_in_train(rare: int, seed: int):
    records = objects({"gold": 30, "silver": 20, "glass": rare, "horn": rare}, photos=2)
    splits = assign_splits(records, seed)
    assert labels_by_split(records, splits)["train"] == {"gold", "silver", "glass", "horn"}


@pytest.mark.parametrize("seed", range(5))
def test_every_label_stays_in_train_when_val_is_carved_from_it(seed: int):
    records = objects({"gold": 30, "silver": 20, "glass": 1, "horn": 2}, split="train")
    splits = assign_splits(records, seed)
    assert labels_by_split(records, splits)["train"] == {"gold", "silver", "glass", "horn"}


def test_recorded_splits_are_kept():
    records = [
        Record("1", label="gold", split="train"),
        Record("2", label="gold", split="val"),
        Record("3", label="gold", split="test"),
        Record("4", label="gold", split="holdout"),
        Record("5", label="gold"),
        Record("6", split="train"),
    ]
    assert assign_splits(records) == [record.split for record in records]


def test_where_val_is_missing_a_tenth_of_train_becomes_val():
    train = objects({"gold": 50, "silver": 50}, photos=2, split="train")
    others = [Record("t", label="gold", split="test"), Record("u", split="train"), Record("n")]
    splits = assign_splits(train + others)
    assert splits[-3:] == ["test", "train", ""]
    assert splits.count("val") == 20
    assert set(splits[:-3]) == {"train", "val"}
    assert all(splits[n] == splits[n + 1] for n in range(0, len(train), 2))


@pytest.mark.parametrize("split", ["", "train"])
def test_another_seed_divides_differently(split: str):
    records = objects({"gold": 40, "silver": 40}, split=split)
    assert assign_splits(records, 1) == assign_splits(records, 1)
    assert assign_splits(records, 1) != assign_splits(records, 2)


@pytest.mark.parametrize("split", ["", "train"])
def test_four_objects_are_too_few_however_many_photos_they_have(split: str):
    with pytest.raises(TrainingError, match="Only 4 labelled objects"):
        assign_splits(objects({"gold": 2, "silver": 2}, photos=9, split=split))
    assert len(assign_splits(objects({"gold": 3, "silver": 2}, split=split))) == 5


@pytest.mark.parametrize("records", [[], [Record("1"), Record("2", split="train")]])
def test_nothing_labelled_is_too_few(records: list[Record]):
    with pytest.raises(TrainingError, match="Only 0 labelled objects"):
        assign_splits(records)


def test_a_group_in_two_splits_is_named():
    crossing = [
        Record(f"{group}-{split}", label="gold", group=group, split=split)
        for group in ("cup", "jug")
        for split in ("train", "test")
    ]
    with pytest.raises(TrainingError, match=r"'cup' .* 1 more group"):
        assign_splits(crossing)
    with pytest.raises(TrainingError, match=r"'cup' stands in more than one split\. "):
        assign_splits(crossing[:2])


def test_splits_without_train_are_refused():
    with pytest.raises(TrainingError, match="No labelled record is in the split 'train'"):
        assign_splits([Record("1", label="gold", split="test"), Record("2", split="train")])


@given(st.lists(st.tuples(st.integers(0, 8), st.sampled_from("ab")), min_size=2, max_size=40))
def test_an_object_stays_in_one_fold(rows: list[tuple[int, str]]):
    records = [
        Record(str(place), label=label, group=f"g{group}")
        for place, (group, label) in enumerate(rows)
    ]
    groups = {record.group for record in records}
    if len(groups) < 2:
        with pytest.raises(TrainingError, match="cannot be divided"):
            grouped_folds(records, 5)
        return
    fold = grouped_folds(records, 5)
    assert set(fold) <= set(range(min(5, len(groups))))
    for group in groups:
        assert len({fold[i] for i, r in enumerate(records) if r.group == group}) == 1
