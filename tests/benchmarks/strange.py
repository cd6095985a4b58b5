"""Pictures that no museum has: noise, gradients, stripes; and the program's own drawings."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

from qcmfm.records import Collection, Record, read_collection

EACH = 20


def pictures(seed: int = 0, side: int = 224) -> dict[str, Image.Image]:
    """Generated pictures by name, `EACH` of each of five kinds."""
    chance = np.random.default_rng(seed)
    across = np.linspace(0, 1, side)[None, :, None]
    found: dict[str, np.ndarray] = {}
    for number in range(EACH):
        one, other = chance.integers(0, 256, (2, 3))
        noise = chance.integers(0, 256, (side, side, 3))
        found[f"noise-{number}"] = noise
        found[f"grey-noise-{number}"] = np.repeat(noise[..., :1], 3, 2)
        found[f"gradient-{number}"] = (one + (other - one) * across) * np.ones((side, 1, 1))
        found[f"plain-{number}"] = np.tile(one, (side, side, 1))
        wave = np.sin(across * chance.uniform(20, 200)) > 0
        found[f"stripes-{number}"] = np.where(wave, one, other) * np.ones((side, 1, 1))
    made = {name: Image.fromarray(pixels.astype(np.uint8)) for name, pixels in found.items()}
    blurred = {
        name.replace("noise", "clouds"): picture.filter(ImageFilter.GaussianBlur(12))
        for name, picture in made.items()
        if name.startswith("noise")
    }
    return made | blurred


def collection(folder: Path, shipped: Path) -> dict[str, Collection]:
    """Generated pictures without captions, and the shipped drawings without theirs."""
    (folder / "images").mkdir(parents=True)
    records: list[Record] = []
    for name, picture in pictures().items():
        picture.save(folder / "images" / f"{name}.png")
        records.append(Record(name, image=f"images/{name}.png"))
    drawn = read_collection(shipped / "artifacts")
    without = [Record(r.record_id, image=r.image) for r in drawn.records if r.image]
    return {
        "nothing": Collection.from_records(folder, records),
        "drawn": Collection.from_records(drawn.folder, without),
    }
