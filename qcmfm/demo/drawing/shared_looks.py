"""Looks that two materials share, so that a photo alone cannot tell which it is."""

import numpy as np

from qcmfm.demo.drawing import patterns
from qcmfm.demo.drawing.decoration import linear
from qcmfm.demo.drawing.lighting import Skin
from qcmfm.demo.drawing.materials import GILT, flat, inlaid, relief
from qcmfm.demo.drawing.site import Site, mixed, threshold


def gilt(site: Site) -> Skin:
    """Fire gilding on a dark core, satin, in bold relief on a punched ground, rubbed bare."""
    done = site.decoration
    ground = site.pattern(patterns.punched, site.rng.uniform(0.55, 0.75))
    height = relief(site, 6.0, 2.2) - 1.0 * ground * site.bare + 2.5 * site.noise(1.4, 1.8)
    rubbed = threshold(site.noise(1.1, 1.1), 0.68 - 0.16 * site.wear, 0.06)
    dark = np.clip(0.75 * done.lines + 0.45 * ground * site.bare, 0, 1)
    albedo = GILT * (0.85 + 0.2 * site.noise(0.8))
    albedo = mixed(albedo, linear((96, 58, 36)), np.clip(0.85 * rubbed + 0.6 * dark, 0, 0.95))
    albedo = mixed(albedo, linear((70, 48, 34)), 0.7 * site.inside)
    rough = 0.44 + 0.2 * rubbed + 0.1 * site.noise(0.5)
    skin = Skin(albedo, 0.9 - 0.35 * rubbed, rough, height, gloss=0.5)
    return inlaid(site, skin, 0.35)


def red_gloss(site: Site) -> Skin:
    """A smooth glossy red coat with flat painted motifs; dark inside."""
    done = site.decoration
    tone = site.rng.uniform(0, 1)
    red = mixed(linear((150, 20, 20)), linear((176, 36, 26)), tone) * (
        0.92 + 0.16 * site.noise(1.8)
    )
    own = linear((72, 8, 12))
    albedo = mixed(red, own, 0.8 * done.shape * (1 - done.painted))
    albedo = mixed(albedo, linear((24, 18, 18)), 0.92 * site.inside)
    gone = site.lost(0.6, 0.2)
    height = 0.5 * done.shape - 0.3 * done.lines - 0.8 * gone + 0.5 * site.noise(1.5, 1.9)
    skin = Skin(albedo, flat(site, 0.0), flat(site, 0.08), height, gloss=1.25)
    skin = inlaid(site, skin, 0.12, 0.96)
    skin.albedo = mixed(skin.albedo, linear((48, 8, 10)), 0.7 * done.lines)
    skin.albedo = mixed(skin.albedo, linear((60, 40, 32)), gone)
    skin.rough = skin.rough + 0.5 * gone
    return skin


def green_gloss(site: Site) -> Skin:
    """A smooth soft blue-green, even all over."""
    done = site.decoration
    tone = site.rng.uniform(0, 1)
    colour = mixed(linear((96, 166, 150)), linear((62, 138, 134)), tone)
    albedo = colour * (0.9 + 0.2 * site.noise(2.0, 1.9)) * (1 - 0.3 * done.lines)
    height = relief(site, 3.6, 1.2) + 0.5 * site.noise(1.4, 1.9)
    skin = Skin(albedo, flat(site, 0.0), flat(site, 0.12), height, glow=0.5, gloss=1.15)
    skin = inlaid(site, skin, 0.15, 0.9)
    crackle = site.veins(0.7) * (0.1 + 0.5 * site.wear)
    skin.albedo = skin.albedo * (1 - 0.5 * crackle)
    return skin


def dark(site: Site) -> Skin:
    """Near black with a brown cast; faint relief, motifs drawn in thin gold lines."""
    done = site.decoration
    albedo = linear((44, 34, 30)) * (0.7 + 0.6 * site.noise(1.4, 1.5))
    rubbed = threshold(site.noise(0.9, 1.2), 0.74 - 0.12 * site.wear, 0.06)
    albedo = mixed(albedo, linear((86, 60, 44)), 0.6 * rubbed)
    height = relief(site, 2.2, 0.6) + 1.2 * site.noise(1.2, 1.7)
    skin = Skin(albedo, flat(site, 0.0), 0.3 + 0.15 * rubbed, height, gloss=1.1)
    skin = inlaid(site, skin, 0.35, 0.85)
    kept = 1 - 0.85 * site.lost(0.5, 0.5)
    line = np.clip(1.3 * done.lines, 0, 1) * kept
    skin.albedo = mixed(skin.albedo, GILT, line)
    skin.metal = mixed(skin.metal, 0.85, line)
    return skin


def pale(site: Site) -> Skin:
    """Pale grey and smooth, with a soft bright light on it."""
    done = site.decoration
    tone = mixed(linear((186, 190, 190)), linear((204, 204, 198)), site.rng.random())
    clouds = site.noise(1.7, 1.7)
    albedo = tone * (0.82 + 0.3 * clouds) * (1 - 0.45 * done.lines)
    albedo = mixed(albedo, linear((120, 122, 122)), 0.35 * site.inside)
    height = relief(site, 4.2, 1.6) + 0.8 * site.noise(1.3, 1.8)
    scratches = threshold(site.noise(0.35, 0.7), 0.82 - 0.1 * site.wear, 0.03)
    albedo = albedo * (1 - 0.3 * scratches)
    skin = Skin(albedo, flat(site, 0.3), 0.24 + 0.1 * clouds, height, glow=0.3, gloss=1.4)
    return inlaid(site, skin, 0.25, 0.9)
