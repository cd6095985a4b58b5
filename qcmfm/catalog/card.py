"""Metadata of the catalog: when and from what it was built, and how well photos match words."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Card:
    """Metadata of the catalog of one collection.

    Args:
        name: Name of the collection.
        records: Number of records in the catalog.
        image_encoder: Id of the image encoder.
        text_encoder: Id of the text encoder.
        made_at: Time of the last update, UTC, ISO 8601.
        map_id: Id of the map from photos to words; empty if there were too few captions to fit it.
        learned_on: Number of captioned photos that the map was fitted on.
        recall: Recall at 10 on records that the map was not fitted on: the share whose photo is
            among the first ten that their caption finds; None if there are too few such records.
        asked: Number of records that the recall is measured on.
        chance: Recall at 10 of a random ranking, 0 to 1.
        shape: `entries.SHAPE` of the program that built it.
    """

    name: str
    records: int
    image_encoder: str
    text_encoder: str
    made_at: str
    map_id: str = ""
    learned_on: int = 0
    recall: float | None = None
    asked: int = 0
    chance: float = 0.0
    shape: int = 0
