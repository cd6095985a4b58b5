"""Grouped and label-stratified splits into train, val and test for records that have none."""

import warnings
from collections.abc import Sequence

import numpy as np
from jaxtyping import Int

from qcmfm.core.errors import TrainingError
from qcmfm.core.messages import msg
from qcmfm.records import Record, crossing_groups

FOLDS = 10
"""One fold of ten becomes `val`, two become `test`."""


def assign_splits(records: Sequence[Record], seed: int = 0) -> list[str]:
    """The split of each record, either as recorded or newly assigned.

    If no labelled record has the split train, val or test, those with an empty split are divided
    into train, val and test (70, 10, 20%). If train is recorded but val is not, a tenth of train
    becomes val. A group is never divided.

    Args:
        records: Records, labelled or not; the split of an unlabelled one is not changed.
        seed: Seed of the random division.

    Raises:
        TrainingError: There are too few records, or a group is in more than one split.
    """
    crossing = crossing_groups(records)
    if crossing:
        raise TrainingError(
            f"The group {crossing[0]!r} stands in more than one split"
            + (f", and {len(crossing) - 1} more groups do." if len(crossing) > 1 else "."),
            "Give all records of one object the same split, or leave the splits empty.",
        )
    splits = [record.split for record in records]
    labelled = [row for row, record in enumerate(records) if record.label]
    recorded = {splits[row] for row in labelled} - {"", "holdout"}
    if not recorded:
        blank = [row for row in labelled if not splits[row]]
        fold = _folds([records[row] for row in blank], seed)
        for row, number in zip(blank, fold, strict=True):
            splits[row] = {0: "val", 1: "test", 2: "test"}.get(number, "train")
    elif "train" in recorded and "val" not in recorded:
        train = [row for row in labelled if splits[row] == "train"]
        fold = _folds([records[row] for row in train], seed)
        for row, number in zip(train, fold, strict=True):
            splits[row] = "val" if number == 0 else "train"
    elif "train" not in recorded:
        raise TrainingError(
            "No labelled record is in the split 'train'.",
            "Mark some with train, or leave the splits empty.",
        )
    return splits


def grouped_folds(
    records: Sequence[Record], folds: int, seed: int = 0
) -> Int[np.ndarray, " record"]:
    """Fold number of each record, grouped by object and stratified by label.

    Args:
        records: Labelled records.
        folds: Number of folds; reduced to the number of objects if that is smaller.
        seed: Seed of the random division.

    Raises:
        TrainingError: There are fewer than two objects.
    """
    from sklearn.model_selection import StratifiedGroupKFold

    groups = [record.group_key for record in records]
    count = min(folds, len(set(groups)))
    if count < 2:
        raise TrainingError(
            msg("{n} labelled object(s) cannot be divided.", n=len(set(groups))),
            "Label at least two objects; twenty of each label make the figures worth something.",
        )
    labels = [record.label for record in records]
    if max(labels.count(label) for label in set(labels)) < count:
        labels = ["any"] * len(labels)  # too few of each label to stratify by
    number = np.zeros(len(records), dtype=np.int64)
    divide = StratifiedGroupKFold(count, shuffle=True, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # rare labels cannot be in every fold
        for fold, (_, rows) in enumerate(divide.split(labels, labels, groups)):
            number[rows] = fold
    return number


def _folds(records: Sequence[Record], seed: int) -> Int[np.ndarray, " record"]:
    """Fold number of each record, corrected so that train contains every label."""
    groups = [record.group_key for record in records]
    folds = min(FOLDS, len(set(groups)))
    if folds < 5:
        raise TrainingError(
            msg(
                "Only {n} labelled objects can be divided into train, val and test.",
                n=len(set(groups)),
            ),
            "Label at least five; fifty of each label make a useful model.",
        )
    number = grouped_folds(records, folds, seed)
    of_group, of_label = np.array(groups), np.array([record.label for record in records])
    for label in sorted(set(of_label.tolist())):
        part = np.digitize(number, [1, 3])  # 0 is val, 1 test, 2 train
        rows = np.flatnonzero(of_label == label)
        row = rows[part[rows].argmax()]
        moved = of_group == of_group[row]
        if part[row] < 2 and (part == part[row]).sum() > moved.sum():
            number[moved] = folds - 1  # train lacks the label, and the other split stays non-empty
    return number
