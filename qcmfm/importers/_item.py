"""What an importer makes of a source, before anything is fetched or checked."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True)
class Item:
    """A record to be.

    Args:
        row: As a spreadsheet counts it, or the place in the source: the first is 2.
        record_id: As the source has it; empty where it has none.
        photo: Address, or absolute path, of the photo; empty where there is none.
        caption: What the source says.
        label: The recorded category.
        split: As in `Record`.
        group: As in `Record`.
        cells: Every column of the source as it was.
        lookup: Address of a document that says where the photo is: read before `photo` is used.
        photo_column: The column of the source that `photo` comes from.
        problem: Why the source itself cannot say more; the record goes on without a photo.
    """

    row: int
    record_id: str
    photo: str = ""
    caption: str = ""
    label: str = ""
    split: str = ""
    group: str = ""
    cells: Mapping[str, str] = field(default_factory=dict)
    lookup: str = ""
    photo_column: str = "image"
    problem: str = ""


@dataclass(frozen=True)
class Columns:
    """Which columns of a table hold what; empty where none does.

    Args:
        record_id: The id.
        image: Path or address of the photo.
        caption: One column, or several that are put together in this order.
        label: The category.
        split: As in `Record`.
        group: As in `Record`.
    """

    record_id: str = ""
    image: str = ""
    caption: tuple[str, ...] = ()
    label: str = ""
    split: str = ""
    group: str = ""

    def named(self) -> list[str]:
        """Every column that is used, once."""
        single = (self.record_id, self.image, self.label, self.split, self.group)
        return [name for name in dict.fromkeys((*single, *self.caption)) if name]

    def changed(self, given: Mapping[str, str | list[str] | tuple[str, ...]]) -> "Columns":
        """These columns with others in the place of some; an empty one is meant so."""
        values: dict[str, Any] = dict(given)
        caption = values.get("caption")
        if caption is not None:
            one = (caption,) if caption else ()
            values["caption"] = one if isinstance(caption, str) else tuple(caption)
        return replace(self, **values)
