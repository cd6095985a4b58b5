"""Contact sheets of the built-in collections: `python -m tests.pictures.contact_sheets`.

Writes `assets/pictures/<collection>.jpg`, which the README shows: a row for each label, photos with
their captions.
"""

import tempfile
import textwrap
from pathlib import Path

from matplotlib import font_manager
from PIL import Image, ImageDraw, ImageFont

from qcmfm import demo
from qcmfm.core import settings
from qcmfm.core.progress import finish
from qcmfm.records import Collection, Record

ACROSS, SIDE, BELOW, GAP, MARGIN = 5, 240, 106, 12, 120


def contact_sheet(collection: Collection, labels: tuple[str, ...]) -> Image.Image:
    """A row of photos with captions for each label, one photo of an object."""
    sheet = Image.new(
        "RGB", (MARGIN + ACROSS * (SIDE + GAP), len(labels) * (SIDE + BELOW)), "white"
    )
    draw = ImageDraw.Draw(sheet)
    font = font_manager.findfont("DejaVu Sans")  # comes with matplotlib
    small, large = ImageFont.truetype(font, 11), ImageFont.truetype(font, 16)
    for row, label in enumerate(labels):
        top = row * (SIDE + BELOW)
        draw.text((8, top + SIDE // 2), label.replace("_", "\n"), fill="black", font=large)
        for column, record in enumerate(_one_of_each(collection.records, label)):
            left = MARGIN + column * (SIDE + GAP)
            with Image.open(collection.folder / record.image) as photo:
                sheet.paste(photo.resize((SIDE, SIDE), Image.Resampling.LANCZOS), (left, top))
            lines = textwrap.wrap(record.caption or "(no caption)", 38)[:6]
            draw.multiline_text((left, top + SIDE + 4), "\n".join(lines), fill="black", font=small)
    return sheet


def _one_of_each(records: list[Record], label: str) -> list[Record]:
    objects = {record.group: record for record in reversed(records) if record.label == label}
    return list(reversed(objects.values()))[:ACROSS]


def main() -> None:
    folder = settings.ASSETS / "pictures"
    folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        for name in demo.names():
            drawn = finish(demo.draw(name, Path(place) / name, 60))
            sheet = contact_sheet(drawn, demo.design(name).labels)
            sheet.save(folder / f"{name}.jpg", quality=82, optimize=True)


if __name__ == "__main__":
    main()
