"""Learning the map from photos to words on a collection, and measuring what it is worth."""

from dataclasses import dataclass

import numpy as np

from qcmfm.catalog.entries import image_vector, text_vector
from qcmfm.catalog.photo_words import FEWEST, MOST, PhotoWords, learn, recall
from qcmfm.encoders.features import FeatureTable

_UNSEEN = ("test", "holdout")
"""Splits that nothing is learned on."""
_ASKED = 500
_FEWEST_ASKED = 20


@dataclass(frozen=True)
class LearnedPhotoWords:
    """The map and how it did; see `Card` for the numbers."""

    photo_words: PhotoWords
    learned_on: int
    recall: float | None
    asked: int
    chance: float


def learn_photo_words(table: FeatureTable) -> LearnedPhotoWords | None:
    """Learn on the captioned photos of a collection that are not there for testing.

    A collection of the test splits is measured on these. In one without splits a fifth of the
    objects is set aside to measure, and learned on afterwards.

    Args:
        table: Its features.

    Returns:
        None where too few photos have a caption.
    """
    both = [row for row in range(len(table)) if table.image_keys[row] and table.caption_keys[row]]
    kept = [row for row in both if table.records[row].split not in _UNSEEN]
    if len(kept) < FEWEST:
        return None
    unseen = [row for row in both if table.records[row].split in _UNSEEN]
    held = unseen if len(unseen) >= _FEWEST_ASKED else _fifth(table, kept)
    # A sample of a large collection teaches as much, in bounded memory.
    chosen = _spread(kept, MOST)
    asked = _spread(held, _ASKED)
    photos = {row: image_vector(table, row) for row in {*chosen, *asked}}
    captions = {row: text_vector(table, row) for row in {*chosen, *asked}}
    apart = set(held)

    def fit(rows: list[int]) -> PhotoWords:
        return learn(np.stack([photos[r] for r in rows]), np.stack([captions[r] for r in rows]))  # pyright: ignore[reportArgumentType, reportCallIssue]

    whole = fit(chosen)
    if len(asked) < _FEWEST_ASKED:
        return LearnedPhotoWords(whole, len(chosen), None, 0, 0.0)
    honest = whole if held is unseen else fit([row for row in chosen if row not in apart])
    gallery = [*asked, *(row for row in chosen if row not in set(asked))]
    seen, read = (
        np.stack([found[row] for row in gallery])  # pyright: ignore[reportArgumentType, reportCallIssue]
        for found in (photos, captions)
    )
    share = recall(honest, seen, read, range(len(asked)))
    return LearnedPhotoWords(whole, len(chosen), share, len(asked), min(1.0, 10 / len(gallery)))


def _fifth(table: FeatureTable, rows: list[int]) -> list[int]:
    """The records of every fifth object."""
    groups = {table.records[row].group_key: None for row in rows}
    chosen = set(list(groups)[::5])
    return [row for row in rows if table.records[row].group_key in chosen]


def _spread(rows: list[int], most: int) -> list[int]:
    """At most so many of the rows, evenly spread."""
    if len(rows) <= most:
        return rows
    return [rows[int(place)] for place in np.linspace(0, len(rows) - 1, most)]
