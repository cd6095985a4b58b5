"""The records that an importer reads from a source, before anything is fetched or checked."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True)
class Item:
    """A record as read from a source.

    Args:
        row: Row number as in a spreadsheet, or position in the source; starts at 2.
        record_id: Id in the source; may be empty.
        photo: Address or absolute path of the photo; may be empty.
        caption: Description of the object.
        label: Catalogue label.
        split: As in `Record`.
        group: As in `Record`.
        cells: Every column of the source, unchanged.
        lookup: Address of a document with the photo's address, which is read before `photo` is
            used; may be empty.
        photo_column: Column of the source that `photo` comes from.
        problem: Why the record has no photo, if the source already shows that.
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
    """The table column of each field; empty if there is none.

    Args:
        record_id: Column of the id.
        image: Column of the photo's path or address.
        caption: Columns whose texts form the caption, in this order.
        label: Column of the label.
        split: Column of the split.
        group: Column of the group.
    """

    record_id: str = ""
    image: str = ""
    caption: tuple[str, ...] = ()
    label: str = ""
    split: str = ""
    group: str = ""

    def named(self) -> list[str]:
        """All columns in use, without repetitions."""
        single = (self.record_id, self.image, self.label, self.split, self.group)
        return [name for name in dict.fromkeys((*single, *self.caption)) if name]

    def changed(self, given: Mapping[str, str | list[str] | tuple[str, ...]]) -> "Columns":
        """A copy with some columns replaced; an empty name means that a field has no column."""
        values: dict[str, Any] = dict(given)
        caption = values.get("caption")
        if caption is not None:
            one = (caption,) if caption else ()
            values["caption"] = one if isinstance(caption, str) else tuple(caption)
        return replace(self, **values)
