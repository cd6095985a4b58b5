"""Where motifs stand on the surface of a form."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from qcmfm.demo.drawing.lathe import Profile
from qcmfm.demo.drawing.scene import Number


@dataclass(frozen=True)
class Spot:
    """Where one motif stands, in the first two surface coordinates of a scene.

    Args:
        across: Of its middle.
        up: Of its middle.
        width: In the first coordinate.
        height: In the second.
    """

    across: Number
    up: Number
    width: Number
    height: Number


@dataclass(frozen=True)
class Band:
    """Where a repeated motif runs, in the last two surface coordinates of a scene.

    Args:
        start: Where its seam is along it.
        length: How far it runs before it starts again.
        low: Its lower or inner edge.
        high: Its upper or outer edge.
        aspect: How many times longer than high it is.
    """

    start: Number
    length: Number
    low: Number
    high: Number
    aspect: Number


@dataclass(frozen=True)
class Layout:
    """Where everything may stand.

    Args:
        spots: Of each place but `border` that a plan names.
        band: Of `border`.
    """

    spots: dict[str, Spot]
    band: Band | None


def turned_layout(
    profile: Profile, low: Number, high: Number, places: Collection[str], band_on_top: bool
) -> Layout:
    """Places on a solid of revolution, between two ways up its outline.

    Args:
        profile: Its outline.
        low: Where the decoration starts.
        high: Where it ends.
        places: Those that a plan names.
        band_on_top: Whether a border runs above the rest and not below it.
    """
    band = None
    if "border" in places:
        thick = float(np.clip(0.26 * (high - low), 0.11, 0.2))
        low_edge, high_edge = (high - thick, high) if band_on_top else (low, low + thick)
        radius = profile.radius_at((low_edge + high_edge) / 2)
        band = Band(-np.pi, 2 * np.pi, low_edge, high_edge, 2 * np.pi * radius / thick)
        low, high = (low, low_edge - 0.02) if band_on_top else (high_edge + 0.02, high)
    singles = _in_a_row(places)
    if high - low < 0.75 and len(singles) > 1 and set(singles) & {"upper", "lower"}:
        return Layout(_staggered_round(profile, low, high, singles), band)
    middle = [name for name in ("left", "centre", "right") if name in places]
    rows = [[name] for name in ("lower", "upper") if name in places]
    rows[1 if "lower" in places else 0 : 0] = [middle] if middle else []
    shares = np.array([1.25 if row == middle else 1.0 for row in rows])
    edges = low + (high - low) * np.concatenate([[0], np.cumsum(shares) / max(shares.sum(), 1)])
    spots: dict[str, Spot] = {}
    for row, bottom, top in zip(rows, edges, edges[1:], strict=False):
        room = 0.94 * (top - bottom)
        up = float((bottom + top) / 2)
        if len(rows) == 1:
            up = _widest(profile, low + min(room, 0.6) / 2, high - min(room, 0.6) / 2)
        radius = profile.radius_at(up)
        for name, angle in zip(row, _angles(row), strict=True):
            width = min(1.35 * radius, 0.8, 1.6 * room) * (1, 0.72, 0.5)[len(row) - 1]
            height = min(room, 0.8, 1.5 * width)
            spots[name] = Spot(angle, up, min(width, 1.6 * height) / radius, height)
    return Layout(spots, band)


def _in_a_row(places: Collection[str]) -> list[str]:
    """The single motifs as they stand side by side where there is no room above each other."""
    return [name for name in ("left", "upper", "centre", "lower", "right") if name in places]


def _staggered_round(
    profile: Profile, low: Number, high: Number, singles: list[str]
) -> dict[str, Spot]:
    """Side by side round a low body, the upper ones higher than the lower."""
    spots = {}
    for name, angle in zip(singles, _angles([""] * len(singles)), strict=True):
        room = high - low
        up = low + room * {"upper": 0.56, "lower": 0.44}.get(name, 0.5)
        radius = profile.radius_at(up)
        width = (0.82, 0.7)[min(len(singles) - 2, 1)] * radius
        height = min(0.86 * room, 0.62, 1.6 * width)
        spots[name] = Spot(angle, up, min(width, 1.6 * height) / radius, height)
    return spots


def _widest(profile: Profile, low: Number, high: Number) -> float:
    """The way up at which there is most room, near the middle of a range."""
    tries = np.linspace(low, max(high, low), 9)
    radii = np.array([profile.radius_at(float(at)) for at in tries])
    return float(tries[np.argmax(radii - 0.15 * np.abs(tries - tries.mean()))])


def _angles(row: list[str]) -> list[float]:
    if len(row) == 3:
        return [-0.8, 0.0, 0.8]
    if len(row) == 2:
        return [-0.48, 0.48]
    return [{"left": -0.42, "right": 0.42}.get(row[0], 0.0)]


def flat_layout(
    places: Collection[str],
    half: tuple[Number, Number],
    middle: tuple[Number, Number] = (0, 0),
    band: Band | None = None,
) -> Layout:
    """Places on something that is seen from the front.

    Args:
        places: Those that a plan names.
        half: Half the width and half the height that can be decorated.
        middle: Its middle.
        band: Where a border runs.
    """
    singles = _in_a_row(places)
    if half[1] < 0.36 and len(singles) > 1 and set(singles) & {"upper", "lower"}:
        spots = _staggered_flat(half, middle, singles)
        return Layout(spots, band if "border" in places else None)
    middle_row = [name for name in ("left", "centre", "right") if name in places]
    columns = max(len(middle_row), 1)
    rows = bool(middle_row) + ("upper" in places) + ("lower" in places)
    step_x = 2 * half[0] / columns
    alone = len(singles) == 1
    spots = {}
    for name in singles:
        off = {"left": -1, "right": 1}.get(name, 0), {"upper": 1, "lower": -1}.get(name, 0)
        across, up = off[0] * half[0] * (0.5, 0.52, 0.66)[columns - 1], off[1] * half[1] * 0.64
        if columns == 2 and name == "centre":
            across = half[0] * 0.42 * (1 if "left" in middle_row else -1)
        if rows == 2 and name in middle_row:
            up = -half[1] * 0.36 * (1 if "upper" in places else -1)
            across *= 0.9
        elif rows == 2:
            up = off[1] * half[1] * 0.55
        width = 2 * half[0] * 0.95 if name in ("upper", "lower") else step_x * 0.92
        height = 2 * half[1] * (0.95, 0.55, 0.36)[rows - 1]
        if alone:
            across, up = across * 0.7, up * 0.6
            width, height = 1.5 * half[0], 1.5 * half[1]
        width, height = min(width, 1.5 * height, 0.8), min(height, 1.5 * width, 0.8)
        spots[name] = Spot(middle[0] + across, middle[1] + up, width, height)
    return Layout(spots, band if "border" in places else None)


def _staggered_flat(
    half: tuple[Number, Number], middle: tuple[Number, Number], singles: list[str]
) -> dict[str, Spot]:
    """Side by side on a low side, the upper ones higher than the lower."""
    step = 2 * half[0] / len(singles)
    spots = {}
    for at, name in enumerate(singles):
        up = middle[1] + half[1] * {"upper": 0.28, "lower": -0.28}.get(name, 0.0)
        height = min(1.4 * half[1], 0.6)
        across = middle[0] - half[0] + (at + 0.5) * step
        spots[name] = Spot(across, up, min(0.94 * step, 1.5 * height, 0.6), height)
    return spots
