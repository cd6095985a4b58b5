"""Textiles that lie or hang flat: fragment, panel, badge, cover, bolt."""

import numpy as np

from qcmfm.demo.drawing.cloth import DECORATED, THREAD, TRIM, WOOD, Cloth, uneven
from qcmfm.demo.drawing.pen import Number, arc, curve
from qcmfm.demo.drawing.trimmings import fringe, tassel

Parts = tuple[str, ...]
_WOOD = np.array([0.33, 0.2, 0.12], np.float32)


def _square(left: Number, top: Number, right: Number, foot: Number) -> list[tuple[Number, Number]]:
    return [(left, top), (right, top), (right, foot), (left, foot)]


def _rim(
    cloth: Cloth, left: Number, top: Number, right: Number, foot: Number, broad: Number
) -> None:
    """Bands of motifs along all four sides, inside of them."""
    across, down = (left + right) / 2, (top + foot) / 2
    cloth.bands += [
        (across, top + broad / 2, right - left, broad, False),
        (across, foot - broad / 2, right - left, broad, False),
        (left + broad / 2, down, foot - top - 2.1 * broad, broad, True),
        (right - broad / 2, down, foot - top - 2.1 * broad, broad, True),
    ]


def fragment(cloth: Cloth, rng: np.random.Generator, parts: Parts) -> None:
    """A piece torn or cut from something larger."""
    wide, high = rng.uniform(0.56, 0.76), rng.uniform(0.56, 0.76)
    if max(wide, high) < 0.7:
        high = 0.74
    corners = [(-wide, -high), (0, -high), (wide, -high), (wide, 0), (wide, high), (0, high),
               (-wide, high), (-wide, 0)]  # fmt: skip
    outline = [(x + rng.uniform(-0.07, 0.07), y + rng.uniform(-0.07, 0.07)) for x, y in corners]
    ragged = uneven(uneven(outline, rng, 0.02, 0.03, 4), rng, 0.006, 0.012, 1)
    if "selvage" in parts:
        ragged[:, 0] = np.maximum(ragged[:, 0], -wide)
    coverage = cloth.region(ragged)
    cloth.creases(rng, 0.004)
    cloth.folds(rng, bool(rng.random() < 0.5), 3, 0.004)
    loose = []
    for x, y in ragged[rng.random(len(ragged)) < 0.5]:
        if "selvage" in parts and x < -wide + 0.02:
            continue
        out = np.array([x, y]) / np.hypot(x, y) * rng.uniform(0.01, 0.05) + rng.normal(0, 0.01, 2)
        loose.append([(x, y), (x + out[0], y + out[1])])
    threads, tone = cloth.lines(loose, 0.005, rng)
    cloth.lay(threads, cloth.ground * tone[..., None], THREAD, lift=0.002)
    cloth.lay(coverage, cloth.ground, DECORATED, lift=0.006)
    if "selvage" in parts:
        band = cloth.region(_square(-wide - 0.1, -0.9, -wide + 0.11, 0.9)) * coverage
        cloth.lay(band, cloth.trim, TRIM, "selvage", 0.003)
        for at in (0.035, 0.08):
            line, _ = cloth.lines([[(-wide + at, -0.9), (-wide + at, 0.9)]], 0.012)
            cloth.lay(line * coverage, cloth.accent, TRIM, "selvage", 0.0)
    if "tear" in parts:
        _tear(cloth, rng, wide, high)
    cloth.boxes = {
        "centre": (0.02, 0, 0.58), "left": (-wide * 0.42, 0.04, wide * 0.68),
        "right": (wide * 0.46, 0.0, wide * 0.68), "upper": (0.03, -high * 0.45, high * 0.68),
        "lower": (0.03, high * 0.36, high * 0.68),
    }  # fmt: skip
    cloth.bands.append((0.06, high - 0.17, 2 * wide - 0.3, 0.18, False))


def _tear(cloth: Cloth, rng: np.random.Generator, wide: Number, high: Number) -> None:
    """A long gap that runs in from a corner, bridged by a few threads."""
    side = rng.choice([-1, 1]) if rng.random() < 0.5 else 1
    start = np.array([side * wide * 1.1, -high * 0.92])
    end = np.array([side * wide * 0.42, -high * rng.uniform(0.2, 0.4)])
    path = start + (end - start) * np.linspace(0, 1, 14)[:, None]
    path += rng.normal(0, 0.012, path.shape)
    gap = np.interp(np.linspace(0, 1, 14), [0, 0.6, 1], [0.1, 0.075, 0.0])[:, None]
    out = np.array([-(end - start)[1], (end - start)[0]]) / np.hypot(*(end - start))
    upper = path + out * gap * 0.5 + rng.normal(0, 0.006, path.shape)
    hole = cloth.region(np.concatenate([upper, (path - out * gap * 0.5)[::-1]]))
    around = out * (gap * 0.5 + 0.03)
    rim = cloth.region(np.concatenate([path + around, (path - around)[::-1]]))
    ravelled = rim * (1 - hole)
    cloth.lay(ravelled * cloth.alpha, cloth.ground * 0.45 + 0.35, THREAD, "tear", 0.01)
    bridges = [[tuple(p + out * 0.06), tuple(p - out * 0.06 + [0, 0.02])] for p in path[3:11:2]]
    threads, _ = cloth.lines(bridges, 0.006)
    cloth.take(hole * (1 - threads * 0.9))
    cloth.masks["tear"] |= (hole > 0.5) & (cloth.alpha > 0.5)


def panel(cloth: Cloth, rng: np.random.Generator, parts: Parts) -> None:
    """A hanging, taller than wide, with a plain mount."""
    wide = rng.uniform(0.46, 0.56)
    top = -0.66 if "rod" in parts else -0.75
    foot = 0.58 if "fringe" in parts else 0.74
    cloth.folds(rng, True, rng.uniform(3, 6), 0.008)
    cloth.creases(rng, 0.002)
    if "fringe" in parts:
        fringe(cloth, rng, (-wide, foot - 0.01), (wide, foot - 0.01), (0, 0.2))
    sheet = uneven(_square(-wide, top, wide, foot), rng, 0.005)
    mount = rng.random() < 0.5
    cloth.lay(cloth.region(sheet), cloth.trim if mount else cloth.ground, TRIM if mount else 0)
    edge = 0.06 if mount else 0.0
    if mount:
        inner = uneven(_square(-wide + edge, top + edge, wide - edge, foot - edge), rng, 0.003)
        cloth.lay(cloth.region(inner), cloth.ground, DECORATED, lift=0.004)
    if "rod" in parts:
        rod = _square(-wide - 0.1, top - 0.06, wide + 0.1, top + 0.015)
        cloth.lay(cloth.region(rod), _WOOD, WOOD, "rod", 0.03)
        for side in (-1, 1):
            knob = arc(side * (wide + 0.11), top - 0.022, 0.055, 0, 6.28)
            cloth.lay(cloth.region(knob), _WOOD * 1.3, WOOD, "rod", 0.04)
        for at in np.linspace(-wide * 0.85, wide * 0.85, 5):
            loop = _square(at - 0.03, top - 0.068, at + 0.03, top + 0.05)
            cloth.lay(cloth.region(loop), cloth.trim, TRIM, lift=0.02)
        round_ = 1 - ((cloth.y - np.float32(top - 0.022)) / 0.038) ** 2
        cloth.height += 0.035 * np.sqrt(np.clip(round_, 0, 1)) * (np.abs(cloth.x) < wide + 0.1)
    broad = 0.14
    reach = wide - edge - 0.01
    _rim(cloth, -reach, top + edge + 0.03, reach, foot - edge - 0.02, broad)
    middle, room = (top + foot) / 2, wide - edge - broad
    cloth.boxes = {
        "centre": (0, middle, 1.7 * room), "left": (-room * 0.52, middle - 0.03, room * 0.98),
        "right": (room * 0.52, middle + 0.03, room * 0.98), "upper": (0, middle - 0.26, 0.5),
        "lower": (0, middle + 0.26, 0.5),
    }  # fmt: skip


def badge(cloth: Cloth, rng: np.random.Generator, parts: Parts) -> None:
    """A square to be sewn on a coat, to show its wearer's rank."""
    half, tall = 0.75, rng.uniform(0.7, 0.76)
    cloth.creases(rng, 0.003)
    cloth.folds(rng, bool(rng.random() < 0.5), 2, 0.004)
    cloth.lay(cloth.region(uneven(_square(-half, -tall, half, tall), rng, 0.005)), cloth.ground, 0)
    edge = 0.0
    if "border" in parts:
        edge = 0.12
        whole = cloth.region(uneven(_square(-half, -tall, half, tall), rng, 0.004))
        field = cloth.region(_square(-half + edge, -tall + edge, half - edge, tall - edge))
        cloth.lay(whole * (1 - field), cloth.trim, TRIM, "border", 0.008)
        for at in (0.03, edge - 0.025):
            ring = [
                *_square(-half + at, -tall + at, half - at, tall - at),
                (-half + at, -tall + at),
            ]
            line, _ = cloth.lines([ring], 0.016)
            cloth.lay(line, cloth.accent, TRIM, "border", 0.004)
    inside = edge + 0.01
    _rim(cloth, -half + inside, -tall + inside, half - inside, tall - inside, 0.15)
    cloth.boxes = {
        "centre": (0, 0, 0.72), "left": (-0.26, -0.02, 0.5), "right": (0.26, 0.02, 0.5),
        "upper": (0.02, -0.25, 0.5), "lower": (-0.02, 0.26, 0.5),
    }  # fmt: skip


def cover(cloth: Cloth, rng: np.random.Generator, parts: Parts) -> None:
    """The cover of a square cushion, filled so that it swells."""
    tassels = "tassels" in parts
    half = 0.62 if tassels else 0.72
    bow = rng.uniform(0.02, 0.07)
    sides = [(-half, -half), (0, -half + bow), (half, -half), (half - bow, 0), (half, half),
             (0, half - bow), (-half, half), (-half + bow, 0)]  # fmt: skip
    if tassels:
        for x in (-1, 1):
            for y in (-1, 1):
                angle = np.arctan2(y, x) + rng.uniform(-0.25, 0.25)
                tassel(cloth, rng, (x * half * 0.97, y * half * 0.97), 0.3, angle, "tassels")
    outline = uneven(np.concatenate([curve([sides[i], sides[i + 1], sides[(i + 2) % 8]], 16)[:-1]
                                     for i in range(0, 8, 2)]), rng, 0.004)  # fmt: skip
    coverage = cloth.region(outline)
    swell = np.clip((1 - (cloth.x / half) ** 2) * (1 - (cloth.y / half) ** 2), 0.001, 1)
    cloth.height += 0.22 * swell ** np.float32(0.55)
    # Strains that run from the corners towards the middle.
    spoke = np.sin(np.arctan2(cloth.y, cloth.x) * 16 + 2 * cloth.x)
    cloth.height += 0.005 * spoke * np.clip(np.hypot(cloth.x, cloth.y) - 0.35, 0, 0.5)
    cloth.folds(rng, bool(rng.random() < 0.5), 2, 0.005)
    cloth.lay(coverage, cloth.ground, DECORATED, lift=0.02)
    if "piping" in parts:
        piping, _ = cloth.lines([np.concatenate([outline, outline[:1]])], 0.06)
        ply = 0.85 + 0.2 * np.sin((cloth.x + cloth.y) * np.pi / 0.03)
        cloth.lay(piping, cloth.accent * ply[..., None].astype(np.float32), THREAD, "piping", 0.03)
    inside = half - bow - 0.04
    _rim(cloth, -inside, -inside, inside, inside, 0.15)
    cloth.boxes = {
        "centre": (0, 0, 0.66), "left": (-0.23, -0.02, 0.46), "right": (0.23, 0.02, 0.46),
        "upper": (0.02, -0.22, 0.44), "lower": (-0.02, 0.22, 0.44),
    }  # fmt: skip


def bolt(cloth: Cloth, rng: np.random.Generator, parts: Parts) -> None:
    """A roll of cloth, its end drawn out flat."""
    wide, thick = rng.uniform(0.58, 0.72), rng.uniform(0.15, 0.2)
    foot = 0.74
    axis = -0.75 + thick
    sheet = cloth.region(uneven(_square(-wide, axis, wide, foot), rng, 0.006))
    cloth.folds(rng, False, 3, 0.006)
    cloth.folds(rng, True, 2, 0.006)
    cloth.lay(sheet, cloth.ground, DECORATED)
    if "fold" in parts:
        side = float(rng.choice([-1, 1]))
        back = rng.uniform(0.3, 0.38)
        corner = [(side * wide, foot - back), (side * (wide + 0.1), foot - back),
                  (side * (wide + 0.1), foot + 0.1), (side * (wide - back), foot + 0.1),
                  (side * (wide - back), foot)]  # fmt: skip
        cloth.take(cloth.region(corner))
        flap = [(side * wide, foot - back), (side * (wide - back), foot),
                (side * (wide - back + 0.01), foot - back + 0.03)]  # fmt: skip
        cloth.lay(cloth.region(uneven(flap, rng, 0.004)), cloth.trim, TRIM, "fold", 0.03)
    roll = cloth.region(uneven(_square(-wide, axis - thick, wide, axis + thick), rng, 0.003))
    cloth.shade *= 1 - 0.45 * np.exp(-np.clip(cloth.y - np.float32(axis + thick), 0, 2) / 0.06)
    cloth.lay(roll, cloth.ground, DECORATED, lift=0.0)
    tube = np.sqrt(np.clip(1 - ((cloth.y - np.float32(axis)) / np.float32(thick)) ** 2, 0, 1))
    cloth.height += np.float32(0.75 * thick) * tube
    cloth.shade *= 1 - 0.35 * np.clip(0.3 - tube, 0, 1) * (roll > 0.5)
    if "ribbon" in parts:
        for at in (-wide * 0.62, wide * 0.62):
            tie = _square(at - 0.05, axis - thick - 0.01, at + 0.05, axis + thick + 0.01)
            cloth.lay(cloth.region(tie), cloth.accent, TRIM, "ribbon", 0.01)
            knot = cloth.region(arc(at, axis + 0.02, 0.055, 0, 6.28))
            cloth.lay(knot, cloth.accent * np.float32(0.85), TRIM, "ribbon", 0.02)
            for lean in (-0.07, 0.09):
                end = [(at, axis), (at + lean - 0.04, axis + 0.24), (at + lean + 0.04, axis + 0.22)]
                cloth.lay(cloth.region(end), cloth.accent, TRIM, "ribbon", 0.01)
    top = axis + thick
    middle = (top + foot - 0.16) / 2
    cloth.boxes = {
        "centre": (0, middle, 0.6), "left": (-wide * 0.5, middle, wide * 0.8),
        "right": (wide * 0.5, middle + 0.02, wide * 0.8), "upper": (0.04, middle - 0.22, 0.4),
        "lower": (-0.04, middle + 0.22, 0.4),
    }  # fmt: skip
    cloth.bands.append((0, foot - 0.11, 2 * wide - 0.06, 0.17, False))
