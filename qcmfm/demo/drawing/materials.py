"""Looks: what a surface is made of, as far as a photo can tell.

`plan.ground` decides the enamel of `cloisonne` alone; every other look has its own colour. A motif
without a colour stands in relief in that; any other shows in its named colour in every look.
"""

from collections.abc import Callable

import numpy as np

from qcmfm.demo.drawing import patterns
from qcmfm.demo.drawing.decoration import linear
from qcmfm.demo.drawing.lighting import Skin
from qcmfm.demo.drawing.plan import COLOURS
from qcmfm.demo.drawing.site import Site, mixed, threshold

GOLD = linear((255, 205, 105))
GILT = linear((226, 178, 98))
SILVER = linear((238, 238, 236))


def inlaid(site: Site, skin: Skin, rough: float, strength: float = 1.0) -> Skin:
    """The same surface with the coloured motifs laid into it."""
    painted = site.decoration.painted * strength
    skin.albedo = mixed(skin.albedo, site.decoration.colour, painted)
    skin.metal = mixed(skin.metal, site.decoration.metal, painted)
    skin.rough = mixed(skin.rough, rough, painted)
    return skin


def flat(site: Site, value: float) -> np.ndarray:
    """The same value everywhere."""
    return np.full(site.zone.shape, value, np.float32)


def relief(site: Site, pixels: float, line: float) -> np.ndarray:
    """Motifs that stand up by so many pixels, their inner drawing cut by `line`."""
    done = site.decoration
    return pixels * (0.45 * done.shape + 0.55 * done.relief) - line * done.lines


def cloisonne(site: Site) -> Skin:
    """Cells of enamel between gilt wires, plain gilt rims, a vine all over the ground."""
    rng, done = site.rng, site.decoration
    wires, leaves = site.scroll(rng.uniform(0.5, 0.72))
    ground = linear(COLOURS[site.ground if site.ground in COLOURS else "turquoise"])
    albedo = ground * (0.8 + 0.4 * site.noise(0.9, 1.6))
    palette = [str(name) for name in rng.permutation(["red", "yellow", "white", "green", "blue"])]
    for level, name in zip((0.31, 0.63, 0.94), palette, strict=False):
        leaf = (np.abs(leaves - level) < 0.1).astype(np.float32)
        albedo = mixed(albedo, linear(COLOURS[name]), leaf * site.bare)
    shade = 0.82 + 0.36 * site.noise(0.25, 1.2)
    own = mixed(ground * 1.25 + 0.02, done.colour, done.painted)
    albedo = mixed(albedo, own * shade, done.shape)
    wire = np.maximum(wires * site.bare * (done.lines < 0.3), threshold(done.lines, 0.45, 0.2))
    pits = threshold(site.noise(0.35, 0.35), 0.86 - 0.1 * site.wear, 0.02) * site.body
    albedo = albedo * (1 - 0.7 * pits)
    gilt = np.maximum(np.maximum(wire, 1 - site.body), done.metal)
    worn = site.lost(0.8, 0.45)
    metal = mixed(GILT, linear((120, 82, 52)), worn * 0.6 * site.body + 0.4 * site.inside)
    gone = site.lost(0.5, 0.16) * site.body * (1 - wire)
    albedo = mixed(mixed(albedo, linear((70, 62, 52)), gone), metal, gilt)
    albedo = albedo * (1 - 0.7 * done.lines * done.metal)
    height = 0.8 * wire - 0.5 * pits - 1.2 * gone + 0.25 * site.noise(0.6) * site.body
    return Skin(albedo, 0.95 * gilt, mixed(flat(site, 0.2) + 0.4 * gone, 0.36, gilt), height)


def _worked_metal(site: Site, tile: Callable, depth: float) -> np.ndarray:
    """Chased relief on a ground of small ornament, with dents."""
    ground = site.pattern(tile, site.rng.uniform(0.5, 0.7))
    dents = site.noise(1.6, 1.9)
    return relief(site, 4.5, 1.6) - depth * ground * site.bare + (3 + 6 * site.wear) * dents


def _vine_lines(variant: int) -> np.ndarray:
    return patterns.scroll(variant)[0]


def gold(site: Site) -> Skin:
    """Polished gold, chased with a fine vine."""
    albedo = GOLD * (0.94 + 0.12 * site.noise(1.2))
    height = _worked_metal(site, _vine_lines, 0.9)
    scratches = threshold(site.noise(0.4, 0.7), 0.78 - 0.1 * site.wear, 0.05)
    rough = 0.17 + 0.1 * site.noise(0.7) + 0.25 * scratches
    albedo = albedo * (1 - 0.35 * np.clip(site.decoration.lines, 0, 1))
    albedo = mixed(albedo, albedo * linear((190, 130, 80)), 0.5 * site.inside)
    return inlaid(site, Skin(albedo, flat(site, 1.0), rough, height), 0.25)


def silver(site: Site) -> Skin:
    """Bright silver, tarnished in its hollows and in soft patches."""
    height = _worked_metal(site, patterns.punched if site.rng.random() < 0.5 else _vine_lines, 0.9)
    patches = threshold(site.noise(1.4, 1.5), 0.64 - 0.16 * site.wear, 0.14)
    hollow = np.clip(site.decoration.lines * 0.9 + 0.5 * (height < -0.4), 0, 1)
    tarnish = np.clip(0.45 * patches + 0.6 * hollow, 0, 0.85)
    albedo = mixed(SILVER + 0 * patches, linear((92, 84, 84)), tarnish)
    rough = 0.15 + 0.1 * site.noise(0.6) + 0.25 * tarnish
    return inlaid(site, Skin(albedo, flat(site, 1.0), rough, height), 0.25)


def carved_lacquer(site: Site) -> Skin:
    """Cinnabar lacquer cut deep: a diaper below, rounded motifs above, rims left smooth."""
    rng, done = site.rng, site.decoration
    ground = site.pattern(patterns.diaper, rng.uniform(0.5, 0.7))
    height = 2.2 * ground * site.bare + relief(site, 8.5, 3.0) + 6.5 * (site.zone == 2)
    deep = np.clip(1 - ground * 1.4, 0, 1) * site.bare
    tone = 0.86 + 0.28 * site.noise(1.0)
    red = linear((164, 38, 28)) * tone
    albedo = mixed(red, linear((58, 10, 12)), 0.85 * deep)
    albedo = mixed(albedo, linear((70, 10, 12)), 0.6 * np.clip(done.lines, 0, 1))
    layers = 0.5 + 0.5 * np.cos(done.relief * 30)
    albedo = mixed(albedo, linear((118, 24, 20)), 0.3 * layers * done.shape * (done.relief < 0.7))
    albedo = mixed(albedo, linear((22, 16, 16)), site.inside)
    cracks = site.veins(1.3) * threshold(site.noise(1.5), 0.75 - 0.45 * site.wear, 0.05)
    albedo = albedo * (1 - 0.75 * cracks)
    gone = site.lost(0.7, 0.25)
    albedo = mixed(albedo, linear((92, 66, 48)), gone)
    rough = flat(site, 0.5) + 0.3 * gone
    skin = inlaid(site, Skin(albedo, flat(site, 0.0), rough, height - 2 * gone - cracks), 0.5)
    skin.gloss = 0.8
    skin.albedo = skin.albedo * (1 - 0.45 * done.lines * done.painted)
    return skin


def patina(site: Site) -> Skin:
    """Buried bronze: green, blue and brown crusts over metal, thunder pattern in the ground."""
    done = site.decoration
    ground = site.pattern(patterns.thunder, site.rng.uniform(0.55, 0.75))
    coarse, fine, spots = site.noise(1.0, 1.2), site.noise(0.5, 0.9), site.noise(0.7, 1.1)
    bronze = linear((96, 80, 54)) * (0.7 + 0.6 * fine)
    spread = site.rng.uniform(0.4, 0.56)
    green = threshold(coarse + 0.25 * (fine - 0.5), spread - 0.06 * site.wear, 0.1)
    malachite = mixed(linear((76, 128, 98)), linear((128, 166, 132)), fine)
    albedo = mixed(bronze, malachite, 0.9 * green)
    blue = threshold(spots, 0.7, 0.05) * green
    albedo = mixed(albedo, linear((58, 96, 124)), 0.75 * blue)
    earth = threshold(site.noise(0.9, 1.2), 0.7 - 0.05 * site.wear, 0.06)
    albedo = mixed(albedo, linear((128, 88, 58)), 0.7 * earth)
    cut = np.clip(ground * site.bare * 0.9 + done.lines, 0, 1)
    albedo = albedo * (1 - 0.62 * cut)
    rubbed = np.clip(done.relief * 1.5 - 0.45, 0, 1) * done.shape * (1 - 0.5 * green)
    albedo = mixed(albedo, linear((168, 140, 96)), 0.5 * rubbed)
    height = relief(site, 8.0, 3.0) - 1.3 * ground * site.bare + 2.2 * green * fine + 2.4 * spots
    height = height + 1.2 * site.noise(0.3, 0.5)
    metal = 0.3 * (1 - green) * (1 - earth)
    skin = Skin(albedo, metal, 0.68 + 0.3 * green, height, gloss=0.35)
    return inlaid(site, skin, 0.5, 0.9)


def _stone(site: Site, colour: np.ndarray, vein: np.ndarray, strength: float) -> Skin:
    """Polished translucent stone: clouds, veins and a waxy light."""
    clouds, lines = site.noise(1.6, 1.7), site.veins(1.9)
    albedo = colour * (0.75 + 0.5 * clouds)
    albedo = mixed(albedo, vein, strength * (lines * 0.6 + threshold(clouds, 0.68, 0.1) * 0.5))
    albedo = albedo * (1 - 0.4 * site.decoration.lines)
    cracks = site.veins(0.9) * threshold(site.noise(1.2), 0.84 - 0.3 * site.wear, 0.04)
    albedo = albedo * (1 - 0.5 * cracks)
    height = relief(site, 5.0, 1.8) + 0.6 * site.noise(0.8, 1.8)
    skin = Skin(albedo, flat(site, 0.0), 0.3 + 0.1 * clouds, height, glow=0.85, gloss=0.9)
    skin = inlaid(site, skin, 0.3, 0.85)
    return skin


def jade_green(site: Site) -> Skin:
    """Green nephrite, from pale sea green to spinach with dark flecks."""
    deep = site.rng.uniform(0, 1)
    colour = mixed(linear((142, 168, 122)), linear((58, 88, 56)), deep)
    vein = mixed(linear((214, 220, 190)), linear((136, 150, 96)), deep)
    skin = _stone(site, colour, vein, 0.75)
    flecks = threshold(site.noise(0.6, 0.8), 0.8, 0.03) * (1 - site.decoration.painted)
    skin.albedo = mixed(skin.albedo, linear((24, 34, 24)), (0.25 + 0.5 * deep) * flecks)
    return skin


def jade_white(site: Site) -> Skin:
    """Creamy white nephrite, russet where the pebble's skin was left."""
    warm = mixed(linear((236, 226, 200)), linear((222, 220, 192)), site.rng.random())
    skin = _stone(site, warm, linear((198, 168, 116)), 0.6)
    russet = threshold(site.noise(1.8, 1.6), site.rng.uniform(0.66, 0.82), 0.16)
    russet = russet * (1 - site.decoration.painted)
    skin.albedo = mixed(skin.albedo, linear((168, 112, 62)), 0.6 * russet)
    return skin
