"""Weaves a decorated cloth: threads, sheen, and how motifs stand on it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from PIL import Image
from scipy.ndimage import uniform_filter

from qcmfm.demo.drawing.cloth import DECORATED, TRIM, Cloth, Colour, Plane, blurred, diaper, noise
from qcmfm.demo.drawing.looks import Look
from qcmfm.demo.drawing.plan import COLOURS

Picture = Float[np.ndarray, "row column 3"]
_LUMA = np.array([0.3, 0.59, 0.11], np.float32)
_METALS = (np.array([0.86, 0.66, 0.27], np.float32), np.array([0.78, 0.76, 0.7], np.float32))


@dataclass
class Ornament:
    """Motifs on a cloth, before they are woven.

    Args:
        cover: How much of each pixel they cover.
        relief: Height within a motif, 0 to 1.
        which: Place of the motif in the plan; one past the last where there is none.
        colours: Of each motif, 0 to 1; None where it is tone on tone.
    """

    cover: Plane
    relief: Plane
    which: Int[np.ndarray, "row column"]
    colours: Sequence[Colour | None]


@dataclass
class Surface:
    """Cloth before light falls on it.

    Args:
        albedo: Its colour.
        bumps: Heights of threads and motifs, frame units.
        gloss: Strength of highlights.
        glint: Colour of highlights.
    """

    albedo: Picture
    bumps: Plane
    gloss: Plane
    glint: Picture


def weave(look: Look, cloth: Cloth, ornament: Ornament, rng: np.random.Generator) -> Surface:
    """The surface of a decorated cloth."""
    if look.cell[0]:
        _step(look, cloth.size, ornament)
    elif look.wash:
        ornament.cover = blurred(ornament.cover, cloth.size * 0.002)
    woven = (cloth.kind <= TRIM).astype(np.float32)
    decorated = (cloth.kind == DECORATED).astype(np.float32)
    silver = rng.random() < 0.2 and look.gilt != "ground"
    metal = _METALS[int(silver)] * np.float32(rng.uniform(0.92, 1.06))
    albedo = cloth.albedo.copy()
    gilded = np.zeros_like(cloth.alpha)
    if look.gilt == "ground":
        gilded += decorated
        albedo += (0.9 * metal + 0.1 * cloth.ground - albedo) * 0.95 * decorated[..., None]
    if look.figured and rng.random() < 0.6:
        albedo *= 1 + (look.figured * diaper(rng, cloth) * decorated)[..., None]
    if look.slits:
        blocks = _blocks(look, cloth, rng) * decorated
        albedo *= 1 + 0.16 * blocks[..., None]
    _colour_motifs(look, cloth, ornament, metal, albedo, gilded, rng)
    if look.slits:
        _open_slits(cloth.size, albedo, ornament)
    bumps, tone = _threads(look, cloth, rng)
    albedo *= 1 + (tone * woven)[..., None]
    bumps = bumps * woven + _stand_out(look, cloth, ornament, rng)
    gloss = look.gloss * woven + (0.12 - 0.1 * woven)
    gloss += (0.75 - gloss) * np.clip(gilded, 0, 1)
    glint = np.float32(0.55) + np.float32(0.45) * albedo
    glint += (np.float32(1.25) * metal - glint) * gilded[..., None]
    return Surface(albedo, bumps, gloss.astype(np.float32), glint)


def _step(look: Look, size: int, ornament: Ornament) -> None:
    """Motifs made of cells along warp and weft, as on squared paper."""
    across, down = (max(1, round(2 / step)) for step in look.cell)

    def sample(plane: Plane) -> Float[np.ndarray, "down across"]:
        small = Image.fromarray(plane).resize((across, down), Image.Resampling.BOX)
        return np.asarray(small)

    def enlarge(plane: np.ndarray) -> np.ndarray:
        return np.asarray(Image.fromarray(plane).resize((size, size), Image.Resampling.NEAREST))

    cover = sample(ornament.cover)
    drawn = sample(ornament.relief * ornament.cover)
    # Three flat tones: grooves, which are low beside what surrounds them, body, raised parts.
    around = uniform_filter(drawn, 5) / np.maximum(uniform_filter(cover, 5), 0.05)
    groove = (uniform_filter(cover, 3) > 0.6) & (drawn < 0.72 * around)
    high = np.where(drawn < 0.56 * cover, 0.45, 0.85)
    tones = np.where(groove, 0.12, high).astype(np.float32)
    ornament.cover = enlarge((cover > 0.42).astype(np.float32))
    ornament.relief = enlarge(tones)
    spread = ornament.which.copy()
    nearest = np.asarray(
        Image.fromarray(spread.astype(np.uint8)).resize((across, down), Image.Resampling.NEAREST)
    )
    ornament.which = enlarge(nearest).astype(np.int8)


def _blocks(look: Look, cloth: Cloth, rng: np.random.Generator) -> Plane:
    """-1, 0 or 1: areas of the ground woven from different batches of yarn, with stepped edges."""
    down = round(2 / look.cell[1])
    across = round(1 / look.cell[0])
    patches = noise(rng, down, 6, 3)[:, :: max(1, down // across)]
    level = np.sign(patches) * (np.abs(patches) > 0.55)
    picture = Image.fromarray(level.astype(np.float32))
    return np.asarray(picture.resize((cloth.size, cloth.size), Image.Resampling.NEAREST))


def _open_slits(size: int, albedo: Picture, ornament: Ornament) -> None:
    """Dark gaps along the warp where the colour changes."""
    tone = ornament.cover * (1 + ornament.relief)
    gap = np.zeros_like(ornament.cover)
    gap[:, 1:] = np.abs(tone[:, 1:] - tone[:, :-1]) > 0.25
    # A change of a single cell is bridged by the weft; only longer ones stay open.
    long = np.asarray(Image.fromarray(gap).resize((size, max(1, size // 6)), Image.Resampling.BOX))
    long = np.asarray(Image.fromarray(long).resize((size, size), Image.Resampling.BILINEAR))
    gap *= np.clip((long - 0.45) * 3, 0, 1)
    if size > 300:
        gap[:, :-1] = np.maximum(gap[:, :-1], 0.8 * gap[:, 1:])
    albedo *= 1 - 0.78 * gap[..., None]


def _colour_motifs(
    look: Look,
    cloth: Cloth,
    ornament: Ornament,
    metal: Colour,
    albedo: Picture,
    gilded: Plane,
    rng: np.random.Generator,
) -> None:
    """Give the motifs their colours and their inner drawing, and say what of them is metal."""
    ground = metal if look.gilt == "ground" else cloth.ground
    bodies = [_body(look, colour, ground, metal) for colour in [*ornament.colours, None]]
    metals = (metal, _named("gold"), _named("silver"))
    shining = [bool(look.gilt) and any(np.array_equal(b, m) for m in metals) for b in bodies]
    there = np.flatnonzero(ornament.cover > 0.004)
    which, relief, cover = (
        plane.ravel()[there] for plane in (ornament.which, ornament.relief, ornament.cover)
    )
    body = np.asarray(bodies, np.float32)[which]
    if look.wash:
        soft = blurred(ornament.relief, cloth.size * 0.008).ravel()[there] * 1.5 - 0.25
        soft = np.clip(soft, 0, 1) * (0.8 + 0.35 * noise(rng, cloth.size, 14, 14).ravel()[there])
        light = np.float32(0.62 * look.wash) * np.clip(soft, 0, 1)
        body = body * 0.82 + (1 - body * 0.72) * light[:, None]
    elif look.cell[0]:
        body = body * (0.6 + 0.5 * relief)[:, None]
    elif look.weave != "tabby" or look.gloss:
        body = body * (0.84 + 0.28 * relief)[:, None]
    shine = np.asarray(shining, np.float32)[which]
    if look.gilt == "motifs":
        # Coloured parts are bound by broad lines of metal thread.
        share = 1 - np.clip((relief - 0.3) / 0.16, 0, 1)
        shine = np.maximum(shine, share)
    else:
        share = look.lines * (1 - np.clip((relief - 0.16) / 0.22, 0, 1))
    ink = np.asarray([_ink(look, each, metal) for each in bodies], np.float32)[which]
    body += (ink - body) * share[:, None]
    flat = albedo.reshape(-1, 3)
    flat[there] += (body - flat[there]) * cover[:, None]
    gold = gilded.reshape(-1)
    gold[there] += (shine - gold[there]) * cover


def _body(look: Look, colour: Colour | None, ground: Colour, metal: Colour) -> Colour:
    """The main colour of a motif; one without a colour is a tone of the ground, or metal."""
    if colour is not None:
        return colour
    if look.gilt == "motifs":
        return metal
    return ground + (1 - ground) * 0.3 if float(ground @ _LUMA) < 0.5 else ground * 0.62


def _named(colour: str) -> Colour:
    return np.asarray(COLOURS[colour], np.float32) / 255


def _ink(look: Look, body: Colour, metal: Colour) -> Colour:
    """What a motif is outlined and inwardly drawn with."""
    if look.gilt == "motifs":
        return metal * 0.6 if np.abs(body - metal).max() < 0.12 else metal
    if float(body @ _LUMA) > 0.42:
        return body * 0.32
    return body + (np.array([0.95, 0.9, 0.78], np.float32) - body) * 0.72


def _threads(look: Look, cloth: Cloth, rng: np.random.Generator) -> tuple[Plane, Plane]:
    """Heights of the weave, and by how much its threads are lighter or darker."""
    size = cloth.size
    u, v = cloth.x / np.float32(look.pitch), cloth.y / np.float32(look.pitch)
    down = rng.standard_normal((size, 1)).astype(np.float32)
    along = rng.standard_normal((1, size)).astype(np.float32)
    tone = np.float32(look.uneven) * (down + 0.6 * along + 0.8 * noise(rng, size, 5, 4))
    tone = np.clip(tone, -0.3, 0.3)
    over, under = np.abs(np.sin(np.pi * u)), np.abs(np.sin(np.pi * v))
    if look.weave == "tabby":
        odd = (np.floor(u) + np.floor(v)) % 2
        height = np.where(odd > 0, over * (0.4 + 0.6 * under), under * (0.4 + 0.6 * over))
        if not look.gloss:
            # Slubs: places where the yarn is thicker, along the weft.
            slubs = np.clip(noise(rng, size, round(1.2 / look.pitch), 7) - 0.85, 0, 0.6)
            height, tone = height + 1.2 * slubs, tone + 0.22 * slubs + 0.1 * (odd - 0.5)
    elif look.weave == "twill":
        height = np.abs(np.sin(np.pi * 0.7 * (u + v)))
    elif look.weave == "warps":
        height = np.repeat(over, size, axis=0)
    elif look.weave == "wefts":
        height = np.repeat(under, size, axis=1)
    else:
        height = np.zeros((size, size), np.float32)
    return np.float32(look.bump) * height, tone


def _stand_out(look: Look, cloth: Cloth, ornament: Ornament, rng: np.random.Generator) -> Plane:
    """Heights that motifs add: padding, ribs of metal thread, long stitches."""
    cover, relief = ornament.cover, ornament.relief
    if look.cell[0]:
        return look.raised * cover
    bumps = look.raised * cover * (0.35 + 0.65 * relief)
    if look.gilt == "motifs":
        bumps = bumps + 0.0045 * cover * np.abs(np.sin(np.pi * cloth.y / 0.026))
    if look.stitch:
        angles = rng.uniform(0, np.pi, len(ornament.colours) + 1).astype(np.float32)
        turn = angles[ornament.which]
        across = cloth.x * np.cos(turn) + cloth.y * np.sin(turn) + 0.05 * relief
        bumps = bumps + look.stitch * cover * np.abs(np.sin(np.pi * across / 0.02))
    return bumps.astype(np.float32)
