"""Draws a planned textile: cut, decorated, woven, worn, lit, and laid before the camera."""

from collections.abc import Callable

import numpy as np
from jaxtyping import Bool, Float
from PIL import Image

from qcmfm.demo.drawing.cloth import DECORATED, TRIM, Cloth, Colour, Plane, blurred, noise
from qcmfm.demo.drawing.garments import pouch, robe, sash
from qcmfm.demo.drawing.lengths import badge, bolt, cover, fragment, panel
from qcmfm.demo.drawing.looks import TABLE
from qcmfm.demo.drawing.motifs import MotifShape, motif, strip
from qcmfm.demo.drawing.pen import Number
from qcmfm.demo.drawing.plan import COLOURS, Layer, Plan
from qcmfm.demo.drawing.weaves import Ornament, Surface, weave

FORMS: dict[str, tuple[str, ...]] = {
    "robe": ("sleeves", "collar", "hem"),
    "fragment": ("tear", "selvage"),
    "panel": ("fringe", "rod"),
    "badge": ("border",),
    "pouch": ("cord", "tassel"),
    "sash": ("fringe",),
    "cover": ("tassels", "piping"),
    "bolt": ("fold", "ribbon"),
}
"""The parts that each form can show; each is drawn only where it is asked for."""

LOOKS: tuple[str, ...] = tuple(TABLE)
"""Surfaces; what each is like stands in `_looks.TABLE`."""

_CUTS: dict[str, Callable[[Cloth, np.random.Generator, tuple[str, ...]], None]] = {
    "robe": robe,
    "fragment": fragment,
    "panel": panel,
    "badge": badge,
    "pouch": pouch,
    "sash": sash,
    "cover": cover,
    "bolt": bolt,
}
_TRIMS = ((26, 30, 54), (30, 26, 26), (222, 208, 178), (92, 58, 40), (150, 118, 70), (46, 62, 56),
          (112, 28, 34))  # fmt: skip
_ACCENTS = ((196, 152, 62), (140, 30, 36), (38, 58, 110), (224, 212, 184), (70, 92, 62))


def draw_textile(plan: Plan, turn: float, light: float, size: int) -> Layer:
    """A textile without its surroundings.

    Args:
        plan: What to draw; its label plays no part.
        turn: How far it is turned, radians, within 0.25 of 0.
        light: Where the light comes from, radians: 0 is from the right, pi / 2 from above.
        size: Rows and columns.
    """
    rngs = np.random.default_rng(plan.seed).spawn(6)
    look = TABLE[plan.look]
    ground, trim, accent = _dyes(plan, rngs[0])
    cloth = Cloth(size, ground, trim, accent, look.drape)
    _CUTS[plan.form](cloth, rngs[1], plan.parts)
    ornament = _decorate(plan, cloth, rngs[2])
    surface = weave(look, cloth, ornament, rngs[3])
    _age(plan.wear, cloth, surface, rngs[4])
    colour = _lit(cloth, surface, light - 0.4 * turn, look.focus)
    masks = {name: cloth.masks[name] for name in plan.parts}
    for place, item in enumerate(plan.motifs):
        masks[item.name] = (ornament.which == place) & (ornament.cover > 0.4)
    return _laid(colour, cloth.alpha, masks, turn, rngs[5])


def _dyes(plan: Plan, rng: np.random.Generator) -> tuple[Colour, Colour, Colour]:
    """Colours of the ground, the trimmings, and the threads, as this piece was dyed."""

    def dyed(colour: tuple[int, int, int]) -> Colour:
        shift = rng.uniform(0.9, 1.1) * rng.uniform(0.95, 1.05, 3)
        # Old dyes are a little dull and warm.
        dull = np.asarray(colour) / 255 * 0.86 + np.array([0.46, 0.42, 0.34]) * 0.12
        return np.clip(dull * shift, 0.05, 0.9).astype(np.float32)

    ground = dyed(COLOURS[plan.ground])
    taken = [ground, *(np.asarray(COLOURS[m.colour]) / 255 for m in plan.motifs if m.colour)]

    def apart(colour: Colour) -> float:
        return min(float(np.abs(colour - other).sum()) for other in taken)

    trims = [dyed(_TRIMS[i]) for i in rng.permutation(len(_TRIMS))[:4]]
    accents = [dyed(_ACCENTS[i]) for i in rng.permutation(len(_ACCENTS))[:3]]
    return ground, max(trims, key=apart), max(accents, key=apart)


def _decorate(plan: Plan, cloth: Cloth, rng: np.random.Generator) -> Ornament:
    """Place every motif where it belongs."""
    size = cloth.size
    none = len(plan.motifs)
    dyes = [np.asarray(COLOURS[m.colour], np.float32) / 255 if m.colour else None
            for m in plan.motifs]  # fmt: skip
    found = Ornament(
        np.zeros((size, size), np.float32),
        np.zeros((size, size), np.float32),
        np.full((size, size), none, np.int8),
        dyes,
    )
    plain = cloth.alpha * (cloth.kind == DECORATED)
    edged = cloth.alpha * (cloth.kind <= TRIM)
    # Borders first, so that a single motif that comes near one stays whole.
    for index, item in sorted(enumerate(plan.motifs), key=lambda each: each[1].place != "border"):
        own = rng.spawn(1)[0]
        if item.place == "border":
            for x, y, length, breadth, upright in cloth.bands:
                long, broad = (max(8, round(side * size / 2)) for side in (length, breadth))
                shape = strip(item.name, broad, long, np.random.default_rng([plan.seed, index]))
                if upright:
                    shape = MotifShape(np.rot90(shape.coverage), np.rot90(shape.relief))
                _put(found, shape, x, y, index, edged)
        else:
            x, y, side = cloth.boxes[item.place]
            x, y = x + own.uniform(-0.015, 0.015), y + own.uniform(-0.015, 0.015)
            alone = 1.15 if item.place == "centre" else 1.0
            pixels = max(8, round(side * alone * own.uniform(0.95, 1.05) * size / 2))
            _put(found, motif(item.name, pixels, own), x, y, index, plain)
    return found


def _put(
    ornament: Ornament, shape: MotifShape, x: Number, y: Number, index: int, where: Plane
) -> None:
    """Lay a motif, its middle at (x, y), over what is there."""
    size = len(where)
    rows, columns = shape.coverage.shape
    top, left = round((y + 1) * size / 2 - rows / 2), round((x + 1) * size / 2 - columns / 2)
    inside = (
        slice(max(top, 0), min(top + rows, size)),
        slice(max(left, 0), min(left + columns, size)),
    )
    source = tuple(
        slice(part.start - start, part.stop - start)
        for part, start in zip(inside, (top, left), strict=True)
    )
    cover = shape.coverage[source] * where[inside]
    solid = cover > 0.02
    np.maximum(ornament.cover[inside], cover, out=ornament.cover[inside])
    np.copyto(ornament.relief[inside], shape.relief[source], where=solid)
    np.copyto(ornament.which[inside], np.int8(index), where=solid)


def _age(wear: float, cloth: Cloth, surface: Surface, rng: np.random.Generator) -> None:
    """Fading, stains, frayed edges and holes; `wear` from 0 to 1."""
    size = cloth.size
    patches = noise(rng, size, 4, 4)
    old = np.array([0.62, 0.54, 0.42], np.float32)
    fading = np.float32(wear) * np.clip(0.24 + 0.12 * patches, 0, 0.5)
    surface.albedo += (old - surface.albedo) * fading[..., None]
    if wear > 0.25:
        stained = np.clip(noise(rng, size, 5, 5) - np.float32(1.35 - wear), 0, 0.4)
        surface.albedo *= 1 - stained[..., None] * np.array([0.7, 0.95, 1.25], np.float32)
    surface.gloss *= np.float32(1 - 0.35 * wear)
    if wear > 0.3:
        edge = blurred(cloth.alpha, size * 0.008)
        frayed = edge + np.float32(0.24 * wear) * noise(rng, size, 70, 70)
        cloth.alpha *= np.where(
            (edge > 0.9) | (cloth.kind > TRIM), 1, np.clip((frayed - 0.42) * 4, 0, 1)
        )
    if wear > 0.5:
        moth = noise(rng, size, 11, 11) + 0.25 * noise(rng, size, 60, 60)
        hole = np.clip((moth - np.float32(2.05 - 0.6 * wear)) * 6, 0, 1)
        cloth.alpha *= 1 - hole
        surface.albedo *= 1 - 0.3 * blurred(hole, size * 0.01)[..., None]


def _lit(
    cloth: Cloth, surface: Surface, light: float, focus: float
) -> Float[np.ndarray, "row column 3"]:
    """Colour under a light from the direction `light`, a good way above the table.

    It is worked out in place: `surface` holds nothing of use afterwards.
    """
    slopes = np.gradient(cloth.height + surface.bumps)
    scale = np.float32(cloth.size / 2)
    down, right = slopes[0] * scale, slopes[1] * scale
    length = np.sqrt(right * right + down * down + 1)
    rise = 0.75
    beam = np.array(
        [np.cos(light) * np.cos(rise), -np.sin(light) * np.cos(rise), np.sin(rise)], np.float32
    )
    facing = np.clip((beam[2] - beam[0] * right - beam[1] * down) / length, 0, None)
    half = beam + np.array([0, 0, 1], np.float32)
    half /= np.linalg.norm(half)
    towards = np.clip((half[2] - half[0] * right - half[1] * down) / length, 0, 1)
    # Measured from flat cloth, so that sheen shows where folds turn to or from the light.
    glance = (towards**focus).astype(np.float32)
    diffuse = (0.4 + 0.6 * facing / beam[2]).astype(np.float32) * cloth.shade
    dull = 1 - np.float32(0.45) * surface.gloss
    colour = surface.albedo
    colour *= (diffuse * dull)[..., None]
    shine = surface.glint
    shine *= (surface.gloss * glance * cloth.shade * np.float32(0.8))[..., None]
    colour += shine
    return np.clip(colour, 0, 1, out=colour)


def _laid(
    colour: Float[np.ndarray, "row column 3"],
    alpha: Plane,
    masks: dict[str, Bool[np.ndarray, "row column"]],
    turn: float,
    rng: np.random.Generator,
) -> Layer:
    """The piece as it lies before the camera: turned, and not quite square."""
    size = len(alpha)
    steps = np.linspace(-1, 1, 7)
    x, y = np.meshgrid(steps, steps)
    angle = 0.4 * turn
    lean, near = 0.2 * turn, 1 + 0.2 * turn * x
    sag = rng.normal(0, 0.006, (2, 7, 7))
    from_x = (x * np.cos(angle) + y * np.sin(angle)) / np.cos(turn) + lean * y + sag[0]
    from_y = (y * np.cos(angle) - x * np.sin(angle)) * near + sag[1]
    at = np.stack([from_x, from_y], axis=-1) * size / 2 + size / 2
    edges = np.round((steps + 1) * size / 2).astype(int).tolist()
    mesh = [
        (
            (edges[j], edges[i], edges[j + 1], edges[i + 1]),
            tuple(at[[i, i + 1, i + 1, i], [j, j, j + 1, j + 1]].ravel().tolist()),
        )
        for i in range(6)
        for j in range(6)
    ]
    shape = (size, size)
    rgba = Image.fromarray((np.dstack([colour, alpha]) * 255 + 0.5).astype(np.uint8), "RGBA")
    rgba = rgba.transform(shape, Image.Transform.MESH, mesh, Image.Resampling.BICUBIC)
    picture = np.asarray(rgba, dtype=np.float32) / 255
    solid = picture[..., 3] > 0.5
    seen = {"object": solid}
    # One bit for each mask, so that all of them are moved at once.
    bits = np.zeros(shape, np.uint8)
    for bit, mask in enumerate(masks.values()):
        bits |= mask.astype(np.uint8) << bit
    moved = np.asarray(
        Image.fromarray(bits).transform(shape, Image.Transform.MESH, mesh, Image.Resampling.NEAREST)
    )
    for bit, name in enumerate(masks):
        seen[name] = ((moved >> bit) & 1).astype(bool) & solid
    return Layer(np.ascontiguousarray(picture[..., :3]), picture[..., 3].copy(), seen)
