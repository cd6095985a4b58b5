"""What the catalog knows of itself: made when, from what, and how well photos speak."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Card:
    """How the catalog of one collection was made.

    Args:
        name: Of the collection.
        records: How many it holds.
        image_encoder: Its id.
        text_encoder: Its id.
        made_at: UTC, ISO 8601.
        map_id: Of the map from photos to words; empty where there were too few captions to learn.
        learned_on: Captioned photos that the map was learned on.
        recall: Share of records, none of them learned on, whose photo is among the first ten of all
            photos that their own caption finds; None where too few are left to ask.
        asked: How many records that is measured on.
        chance: What drawing ten photos blindly would give.
        shape: `entries.SHAPE` of the program that made it.
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
