"""Fits the map from photos to words on a collection, and measures its recall."""

from dataclasses import dataclass

import numpy as np

from qcmfm.catalog.entries import image_vector, text_vector
from qcmfm.catalog.photo_words import FEWEST, MOST, PhotoWords, learn, recall
from qcmfm.encoders.features import FeatureTable

_UNSEEN = ("test", "holdout")
"""Splits that the map is not fitted on."""
_MEASURED = 500
"""Maximum number of records that the recall is measured on."""
_FEWEST_MEASURED = 20
"""Number of records below which the recall is not measured."""


@dataclass(frozen=True)
class LearnedPhotoWords:
    """A fitted map and its recall; `Card` describes the numbers."""

    photo_words: PhotoWords
    learned_on: int
    recall: float | None
    measured_on: int
    chance: float


def learn_photo_words(table: FeatureTable) -> LearnedPhotoWords | None:
    """Fit the map on the captioned photos of a collection outside its test splits.

    The recall is measured on the test splits. If there are none, it is measured with a map fitted
    without a fifth of the objects; the map that is returned is fitted on these, too.

    Args:
        table: Features of the collection.

    Returns:
        The map with its recall; None if too few photos have a caption.
    """
    both = [row for row in range(len(table)) if table.image_keys[row] and table.caption_keys[row]]
    usable = [row for row in both if table.records[row].split not in _UNSEEN]
    if len(usable) < FEWEST:
        return None
    unseen = [row for row in both if table.records[row].split in _UNSEEN]
    held_out = unseen if len(unseen) >= _FEWEST_MEASURED else _fifth(table, usable)
    # For a large collection a sample is as good, and bounds the memory.
    chosen = _spread(usable, MOST)
    measured = _spread(held_out, _MEASURED)
    photos = {row: image_vector(table, row) for row in {*chosen, *measured}}
    captions = {row: text_vector(table, row) for row in {*chosen, *measured}}
    apart = set(held_out)

    def fit(rows: list[int]) -> PhotoWords:
        return learn(np.stack([photos[r] for r in rows]), np.stack([captions[r] for r in rows]))  # pyright: ignore[reportArgumentType, reportCallIssue]

    fitted = fit(chosen)
    if len(measured) < _FEWEST_MEASURED:
        return LearnedPhotoWords(fitted, len(chosen), None, 0, 0.0)
    test_map = fitted if held_out is unseen else fit([row for row in chosen if row not in apart])
    gallery = [*measured, *(row for row in chosen if row not in set(measured))]
    images, texts = (
        np.stack([found[row] for row in gallery])  # pyright: ignore[reportArgumentType, reportCallIssue]
        for found in (photos, captions)
    )
    share = recall(test_map, images, texts, range(len(measured)))
    chance = min(1.0, 10 / len(gallery))
    return LearnedPhotoWords(fitted, len(chosen), share, len(measured), chance)


def _fifth(table: FeatureTable, rows: list[int]) -> list[int]:
    """The records of every fifth object."""
    groups = {table.records[row].group_key: None for row in rows}
    chosen = set(list(groups)[::5])
    return [row for row in rows if table.records[row].group_key in chosen]


def _spread(rows: list[int], most: int) -> list[int]:
    """At most `most` of the rows, evenly spread."""
    if len(rows) <= most:
        return rows
    return [rows[int(place)] for place in np.linspace(0, len(rows) - 1, most)]
