"""A collection of drawn vases without labels, for tests that drive the review pages."""

import csv
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from qcmfm import service
from qcmfm.core.settings import DEFAULT_RUN
from qcmfm.inference.prediction import Prediction
from qcmfm.inference.prediction_cache import fingerprint, predictions_file, write_cached

THINGS = ("Faience amulet of Bes", "Limestone stela of a scribe", "Gold ring with a scarab")
COLOURS = ((70, 150, 150), (200, 190, 160), (190, 150, 50))


def draw_vases(home: Path, count: int, side: int = 600, name: str = "vases") -> None:
    """Write photos and a `records.csv` with a column of the museum's own into a workspace."""
    folder = home / "collections" / name
    (folder / "images").mkdir(parents=True)
    chance = np.random.default_rng(0)
    rows: list[dict[str, str]] = []
    for number in range(count):
        image = Image.new(
            "RGB", (side, side * 5 // 4), tuple(chance.integers(200, 240, 3).tolist())
        )
        x, y = chance.uniform(0.1, 0.4, 2) * side
        box = (x, y, x + side / 2, y + side * 0.7)
        ImageDraw.Draw(image).ellipse(box, fill=COLOURS[number % 3], outline=(40, 30, 20), width=4)
        image.save(folder / "images" / f"{number}.jpg", quality=90)
        caption = f"{THINGS[number % 3]}, number {number}. From Thebes, <b>Egypt</b>, $5 *tomb*"
        row = {"record_id": f"vase-{number:04}", "image": f"images/{number}.jpg"}
        rows.append(row | {"caption": caption, "Inventory No": f"=SUM({number})"})
    with (folder / "records.csv").open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def pretend_labelled(name: str = "vases") -> None:
    """Keep predictions drawn at random, as if the shipped run had made them.

    For measurements of the page, to which it is all one what the labels are.
    """
    collection, version = service.open_collection(name), service.run_version(DEFAULT_RUN)
    labels = service.list_run_summaries()[0]
    known = next(summary.labels for summary in labels if summary.name == DEFAULT_RUN)
    chance = np.random.default_rng(0)
    said: list[Prediction] = []
    for record in collection.records:
        shares = chance.dirichlet(np.full(len(known), 0.3))
        ranked = sorted(zip(known, shares.tolist(), strict=True), key=lambda pair: -pair[1])
        when = "2026-01-01T00:00:00Z"
        said.append(Prediction(record.record_id, tuple(ranked), DEFAULT_RUN, version, when))
    write_cached(said, predictions_file(name, DEFAULT_RUN), fingerprint(collection, version))
