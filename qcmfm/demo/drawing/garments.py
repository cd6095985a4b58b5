"""Textiles cut and sewn to be worn or carried: robe, sash, pouch."""

import numpy as np

from qcmfm.demo.drawing.cloth import DECORATED, THREAD, TRIM, Cloth, uneven
from qcmfm.demo.drawing.pen import Number, arc, curve, ribbon
from qcmfm.demo.drawing.trimmings import cord, fringe, tassel

Parts = tuple[str, ...]


def robe(cloth: Cloth, rng: np.random.Generator, parts: Parts) -> None:
    """A robe laid out flat; without sleeves a long waistcoat."""
    long = "sleeves" in parts
    chest = rng.uniform(0.25, 0.29) if long else rng.uniform(0.36, 0.42)
    foot = chest + (rng.uniform(0.16, 0.24) if long else rng.uniform(0.08, 0.16))
    sag = rng.uniform(0.0, 0.05)
    body = [(-0.2, -0.7), (0.2, -0.7), (chest + 0.04, -0.64), (chest, -0.3), (foot, 0.7),
            (foot * 0.5, 0.74 + sag), (0, 0.75 + sag), (-foot * 0.5, 0.74 + sag), (-foot, 0.7),
            (-chest, -0.3), (-chest - 0.04, -0.64)]  # fmt: skip
    if long:
        _sleeves(cloth, rng, chest)
    cloth.folds(rng, True, 5, 0.009)
    cloth.lay(cloth.region(uneven(body, rng, 0.006)), cloth.ground, DECORATED)
    foot_line = [(-foot, 0.7), (-foot * 0.5, 0.74 + sag), (0, 0.75 + sag),
                 (foot * 0.5, 0.74 + sag), (foot, 0.7)]  # fmt: skip
    broad = 0.17
    if "hem" in parts:
        up = [(x * 0.96, y - broad) for x, y in foot_line[::-1]]
        cloth.lay(cloth.region([*foot_line, *up]), cloth.trim, TRIM, "hem", 0.008)
    cloth.bands.append((0.0, 0.645, 1.9 * foot, 0.15, False))
    # The overlap: from the neck across to the right armhole, then down the side.
    front = curve([(0.0, -0.58), (0.12, -0.42), (chest * 0.8, -0.33), (chest * 0.95, -0.1)], 24)
    for path in (front, np.array([(chest * 0.95, -0.1), (foot * 0.9, 0.7)])):
        seam, _ = cloth.lines([path], 0.016)
        cloth.lay(seam, cloth.trim if "collar" in parts else cloth.ground * 0.8, TRIM, lift=0.008)
    neck = curve([(-0.12, -0.72), (-0.1, -0.6), (0, -0.54), (0.1, -0.6), (0.12, -0.72)], 20)
    if "collar" in parts:
        for path, broad in ((neck, 0.058), (front, 0.045)):
            band = cloth.region(ribbon(path, [broad, broad]))
            cloth.lay(band, cloth.trim, TRIM, "collar", 0.014)
    cloth.take(cloth.region(np.concatenate([neck, [(0.12, -1), (-0.12, -1)]])))
    if not long:
        for side in (-1, 1):
            edge = [((chest + 0.03) * side, -0.64), (chest * side, -0.3)]
            cut, _ = cloth.lines([edge], 0.04)
            cloth.lay(cut * (cloth.alpha > 0.5), cloth.trim, TRIM, lift=0.008)
    cloth.boxes = {
        "centre": (0, 0.08, 0.62), "left": (-0.16, 0.1, 0.34), "right": (0.17, 0.18, 0.34),
        "upper": (0, -0.24, 0.44), "lower": (0, 0.29, 0.5),
    }  # fmt: skip


def _sleeves(cloth: Cloth, rng: np.random.Generator, chest: Number) -> None:
    """Two wide sleeves with plain cuffs."""
    droop, wide = rng.uniform(0.0, 0.2), rng.uniform(0.24, 0.4)
    for side in (-1, 1):
        tip = -0.58 + droop
        outline = [(side * 0.18, -0.7), (side * 0.8, tip), (side * 0.78, tip + wide),
                   (side * (chest + 0.08), -0.22), (side * chest * 0.8, -0.1)]  # fmt: skip
        coverage = cloth.region(uneven(outline, rng, 0.006))
        cloth.lay(coverage, cloth.ground, DECORATED, "sleeves")
        cuff = [(side * 0.71, tip - 0.06), (side * 0.86, tip), (side * 0.86, tip + wide + 0.06),
                (side * 0.7, tip + wide + 0.05)]  # fmt: skip
        cloth.lay(cloth.region(cuff) * coverage, cloth.trim, TRIM, "sleeves", 0.004)
        cloth.masks["sleeves"] |= coverage > 0.5
        cloth.ridge(cloth.x - side * np.float32(chest) - 0.1 * cloth.y, 0.03, -0.012)


def sash(cloth: Cloth, rng: np.random.Generator, parts: Parts) -> None:
    """A long band, upright or level, once folded over itself."""
    upright = rng.random() < 0.6
    half = rng.uniform(0.34, 0.42)
    long = 0.62 if "fringe" in parts else 0.75

    def put(points: list[tuple[Number, Number]]) -> list[tuple[Number, Number]]:
        return points if upright else [(y, -x) for x, y in points]

    slip = rng.uniform(0.05, 0.12) * rng.choice([-1, 1])
    below = [(-half + slip, -0.74), (half + slip, -0.74), (half + slip, 0.5), (-half + slip, 0.5)]
    cloth.lay(cloth.region(uneven(put(below), rng, 0.006)), cloth.ground * 0.86, DECORATED)
    if "fringe" in parts:
        start, end, fall = put([(-half + slip, 0.49), (half + slip, 0.49), (0, 0.12)])
        fringe(cloth, rng, start, end, fall)
    cloth.folds(rng, upright, 3.5, 0.007)
    cloth.creases(rng, 0.003)
    strip = [(-half, -0.75), (half, -0.75), (half, long), (-half, long)]
    cloth.lay(cloth.region(uneven(put(strip), rng, 0.006)), cloth.ground, DECORATED, lift=0.016)
    if "fringe" in parts:
        start, end, fall = put([(-half, long - 0.01), (half, long - 0.01), (0, 0.14)])
        fringe(cloth, rng, start, end, fall)
    for at in (-half + 0.03, half - 0.03):
        hemmed, _ = cloth.lines([put([(at, -0.75), (at, long)])], 0.014)
        cloth.lay(hemmed * (cloth.alpha > 0.5), cloth.trim, TRIM, lift=0.003)
    side = 2 * half - 0.1
    if upright:
        cloth.boxes = {"centre": (0, 0, side), "upper": (0, -0.42, side), "lower": (0, 0.22, side),
                       "left": (-half / 2, -0.18, half * 1.02),
                       "right": (half / 2, 0.12, half * 1.02)}  # fmt: skip
        cloth.bands.append((0, long - 0.11, side, 0.17, False))
    else:
        cloth.boxes = {"centre": (0, 0, side), "left": (-0.42, 0, side), "right": (0.22, 0, side),
                       "upper": (-0.3, -half / 2, half * 1.02),
                       "lower": (0.12, half / 2, half * 1.02)}  # fmt: skip
        cloth.bands.append((long - 0.11, 0, side, 0.17, True))


def pouch(cloth: Cloth, rng: np.random.Generator, parts: Parts) -> None:
    """A purse gathered at its neck; its drawn cord ends in a tassel."""
    top = -0.5 if "cord" in parts else -0.72
    foot = 0.4 if "tassel" in parts else 0.74
    wide = rng.uniform(0.52, 0.62) * (foot - top) / 1.2
    middle = (top + foot) / 2 + 0.12
    if "tassel" in parts:
        for at in (-0.12, 0.0, 0.12) if rng.random() < 0.5 else (-0.07, 0.07):
            tassel(cloth, rng, (at, foot - 0.05), 0.42, np.pi / 2 - at)
    neck = wide * rng.uniform(0.45, 0.55)
    outline = [(-neck * 1.25, top), (0, top + 0.03), (neck * 1.25, top), (neck, top + 0.2),
               (wide, middle), (wide * 0.72, foot - 0.1), (0, foot), (-wide * 0.72, foot - 0.1),
               (-wide, middle), (-neck, top + 0.2)]  # fmt: skip
    coverage = cloth.region(uneven(curve(outline, 90, closed=True), rng, 0.006))
    # Pleats that run together in the neck and die out over the belly.
    spread = np.arctan2(cloth.x, cloth.y - np.float32(top - 0.25))
    fade = np.exp(-(((cloth.y - np.float32(top + 0.16)) / 0.2) ** 2))
    cloth.height += np.float32(0.014) * fade * np.sin(spread * rng.uniform(26, 34))
    belly = 1 - (cloth.x / wide) ** 2 - ((cloth.y - middle) / (foot - middle + 0.1)) ** 2
    cloth.height += np.float32(0.2) * np.sqrt(np.clip(belly, 0.02, 1))
    cloth.folds(rng, True, 3, 0.003)
    cloth.lay(coverage, cloth.ground, DECORATED, lift=0.02)
    mouth = [(-neck * 1.3, top - 0.05), (neck * 1.3, top - 0.05), (neck * 1.3, top + 0.07),
             (-neck * 1.3, top + 0.07)]  # fmt: skip
    cloth.lay(cloth.region(mouth) * coverage, cloth.trim, TRIM, lift=0.004)
    tie = top + 0.19
    if "cord" in parts:
        loop = rng.uniform(0.1, 0.2)
        cord(cloth, [(-neck * 0.5, tie), (-loop, top - 0.12), (0, -0.76), (loop, top - 0.12),
                     (neck * 0.5, tie)], 0.018, cloth.accent)  # fmt: skip
        cord(cloth, [(-neck * 1.02, tie), (0, tie + 0.03), (neck * 1.02, tie)], 0.024, cloth.accent)
        for side in (-1, 1):
            end = [(0, tie + 0.03), (side * 0.14, tie - 0.03), (side * 0.17, tie + 0.06)]
            cord(cloth, end, 0.016, cloth.accent)
        knot = cloth.region(arc(0, tie + 0.03, 0.045, 0, 6.28))
        cloth.lay(knot, cloth.accent, THREAD, "cord", 0.03)
    else:
        stitched, _ = cloth.lines([curve([(-neck, tie), (0, tie + 0.03), (neck, tie)], 16)], 0.02)
        cloth.lay(stitched, cloth.trim, TRIM, lift=0.004)
    low = foot - 0.13
    cloth.bands.append((0, low - 0.08, wide * 1.36, 0.18, False))
    side = min(0.56, (low - 0.16 - tie) * 0.95)
    centre = (low - 0.16 + tie + 0.05) / 2
    cloth.boxes = {
        "centre": (0, centre, side), "left": (-wide * 0.42, centre, wide * 0.76),
        "right": (wide * 0.42, centre + 0.02, wide * 0.76),
        "upper": (0, tie + 0.19, 0.3), "lower": (0, low - 0.17, 0.32),
    }  # fmt: skip
