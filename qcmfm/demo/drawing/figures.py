"""What is modelled or flat: figurines, plates and hairpins."""

from collections.abc import Callable

import numpy as np

from qcmfm.demo.drawing.clay import Clay
from qcmfm.demo.drawing.layout import Band, Layout, flat_layout
from qcmfm.demo.drawing.plan import Plan
from qcmfm.demo.drawing.scene import BODY, TRIM, Number, Scene, paint_disc

Outline = Callable[[np.ndarray], np.ndarray]
"""Radius at an angle."""


def plate(scene: Scene, plan: Plan, turn: Number, rng: np.random.Generator) -> Layout:
    """A plate, face on or leaning back a little; round, lobed or with a bracketed edge."""
    kind = rng.choice(["round", "round", "bracket", "lobed"])
    lobes, deep = int(rng.integers(6, 13)), rng.uniform(0.02, 0.045)
    tilt = rng.uniform(0, 0.5)
    size = 0.74

    def outline(angle: np.ndarray) -> np.ndarray:
        if kind == "round":
            return np.full_like(angle, size)
        wave = np.abs(np.cos(angle * lobes / 2))
        wave = wave if kind == "lobed" else 1 - wave**2
        return size * (1 - deep + deep * wave)

    well, lip = rng.uniform(0.55, 0.66), rng.uniform(0.06, 0.1)
    height = (
        np.array([0, 0.9 * well, well, well + 0.1, 0.95, 0.975, 1.0]),
        np.array([0, 0.0, 0.008, lip, lip + 0.045, lip + 0.055, lip + 0.02]),
    )
    rings = [(0.955, 1.01), (well + 0.085, well + 0.11)]

    def zone(share: np.ndarray) -> np.ndarray:
        plain = np.zeros(share.shape, bool)
        for low, high in rings:
            plain |= (share > low) & (share < high)
        return np.where(plain, TRIM, BODY)

    paint_disc(scene, (0, 0), outline, height, tilt, turn, zone)
    if "rim" in plan.parts:
        _name_rim(scene, well + 0.1)
    inner, outer = well + 0.115, 0.95
    band = Band(-np.pi, 2 * np.pi, inner, outer, np.pi * (inner + outer) / (outer - inner))
    places = [motif.place for motif in plan.motifs]
    reach = size * (well - 0.02 if "border" in places else 0.8)
    return flat_layout(places, (reach, reach), band=band)


def _name_rim(scene: Scene, share: Number) -> None:
    scene.part[(scene.place[3] > share) & (scene.zone > 0)] = scene.number("rim")


def hairpin(scene: Scene, plan: Plan, turn: Number, rng: np.random.Generator) -> Layout:
    """A hairpin: one or two long prongs under an ornamental head."""
    head, middle = rng.uniform(0.4, 0.46), 0.32
    prongs = (0.0,) if rng.random() < 0.6 else (-0.05, 0.05)
    stem = Clay(scene)
    wide = rng.uniform(0.028, 0.038)
    bow = rng.uniform(-0.03, 0.03)
    for x in prongs:
        way = [(x, 0.05), (x + bow, -0.25), (x * 0.8 + bow, -0.5), (x * 0.6, -0.75)]
        stem.roll(way, [wide, wide * 0.9, wide * 0.7, 0.008])
    if rng.random() < 0.6:
        stem.ball(0, middle - head - 0.04, (0.075, 0.05, 0.06))
    stem.paint(TRIM, "stem" if "stem" in plan.parts else "", turn=turn)
    outline = _head_outline(rng, head)
    edge = rng.uniform(0.86, 0.92)
    height = (
        np.array([0, 0.5, edge - 0.04, edge, 0.5 + edge / 2, 1.0]),
        np.array([0.07, 0.055, 0.02, 0.035, 0.05, 0.0]),
    )
    share = 0.72 if any(m.place == "border" for m in plan.motifs) else edge

    def zone(at: np.ndarray) -> np.ndarray:
        return np.where(at > edge, TRIM, BODY)

    name = "head" if "head" in plan.parts else ""
    paint_disc(scene, (0, middle), outline, height, 0.0, turn, zone, name)
    _beads(scene, (0, middle), outline, turn, rng, name)
    band = Band(-np.pi, 2 * np.pi, 0.58, edge - 0.02, np.pi * (0.56 + edge) / (edge - 0.6))
    reach = head * (0.6 if share < 0.8 else 0.78)
    return flat_layout([m.place for m in plan.motifs], (reach, reach), band=band)


def _head_outline(rng: np.random.Generator, size: Number) -> Outline:
    """A flower, a leaf, a cloud, a disc or a butterfly."""
    kind = rng.choice(["flower", "leaf", "cloud", "disc", "butterfly"])
    lobes = int(rng.integers(5, 9))

    def outline(angle: np.ndarray) -> np.ndarray:
        if kind == "flower":
            return size * (0.84 + 0.16 * np.abs(np.cos(angle * lobes / 2)))
        if kind == "leaf":
            return size * (0.86 + 0.2 * np.exp(-8 * angle**2) - 0.1 * np.abs(np.sin(angle)))
        if kind == "cloud":
            return size * (0.8 + 0.14 * np.cos(3 * angle) + 0.08 * np.cos(angle))
        if kind == "butterfly":
            return size * (0.82 + 0.2 * np.cos(2 * (np.abs(angle) - 0.9)) * np.abs(np.sin(angle)))
        return np.full_like(angle, size * 0.96)

    return outline


def _beads(
    scene: Scene,
    middle: tuple[Number, Number],
    outline: Outline,
    turn: Number,
    rng: np.random.Generator,
    name: str,
) -> None:
    """Small beads round the head."""
    count = int(rng.choice([0, 0, 1, 3, 9, 24]))
    if not count:
        return
    clay = Clay(scene)
    size = 0.055 if count < 9 else 0.03
    step = 2 * np.pi / count if count > 3 else 0.6
    for place in range(count):
        angle = (place - (count - 1) / 2) * step
        radius = float(outline(np.array([angle]))[0]) * 1.01
        x = middle[0] + radius * np.sin(angle) * np.cos(turn)
        clay.ball(x, middle[1] + radius * np.cos(angle), (size, size, size))
    clay.paint(TRIM, name, smooth=0.004)
