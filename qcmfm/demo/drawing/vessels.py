"""Draws the artifacts of the built-in collection: a form, its motifs, its material, its light."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from scipy.ndimage import gaussian_filter

from qcmfm.demo.drawing import materials, shared_looks
from qcmfm.demo.drawing.boxes import box
from qcmfm.demo.drawing.decoration import Decoration, decorate
from qcmfm.demo.drawing.figures import hairpin, plate
from qcmfm.demo.drawing.figurines import figurine
from qcmfm.demo.drawing.forms import bowl, vase
from qcmfm.demo.drawing.layout import Layout
from qcmfm.demo.drawing.lighting import Skin, crevices, developed, light_up, roughened
from qcmfm.demo.drawing.plan import Layer, Plan
from qcmfm.demo.drawing.scene import Scene, Window
from qcmfm.demo.drawing.site import Site
from qcmfm.demo.drawing.tripods import censer, ding

FORMS: dict[str, tuple[str, ...]] = {
    "vase": ("handles", "neck", "foot"),
    "bowl": ("foot",),
    "box": ("lid", "knob"),
    "censer": ("lid", "handles", "legs"),
    "ding": ("legs", "handles"),
    "plate": ("rim",),
    "figurine": ("base",),
    "hairpin": ("stem", "head"),
}
"""The parts that each form can show."""

_BUILDERS: dict[str, Callable[[Scene, Plan, float, np.random.Generator], Layout]] = {
    "vase": vase,
    "bowl": bowl,
    "box": box,
    "censer": censer,
    "ding": ding,
    "plate": plate,
    "figurine": figurine,
    "hairpin": hairpin,
}

_SKINS: dict[str, Callable[[Site], Skin]] = {
    "cloisonne": materials.cloisonne,
    "gold": materials.gold,
    "silver": materials.silver,
    "carved_lacquer": materials.carved_lacquer,
    "patina": materials.patina,
    "jade_green": materials.jade_green,
    "jade_white": materials.jade_white,
    "gilt": shared_looks.gilt,
    "red_gloss": shared_looks.red_gloss,
    "green_gloss": shared_looks.green_gloss,
    "dark": shared_looks.dark,
    "pale": shared_looks.pale,
}

LOOKS: tuple[str, ...] = tuple(_SKINS)
"""The last five are each shared by two labels."""


def draw_artifact(plan: Plan, turn: float, light: float, size: int) -> Layer:
    """Draws an artifact without its surroundings, upright and in the middle.

    Args:
        plan: What it is.
        turn: How far it is turned about its upright axis, radians.
        light: Where the main light comes from, radians: 0 is from the right, pi / 2 from above.
        size: Rows and columns.
    """
    shaping, ornament, surfacing = np.random.default_rng(plan.seed).spawn(3)
    scene = Scene(size)
    layout = _BUILDERS[plan.form](scene, plan, turn, shaping)
    done = decorate(scene, layout, plan.motifs, ornament)
    window = _bounds(scene)
    site = _site(scene, done, plan, window, surfacing)
    skin = _SKINS[plan.look](site)
    picture = _photographed(scene, skin, window, light)
    return _layer(scene, done, plan, window, picture)


def _bounds(scene: Scene, margin: int = 6) -> Window:
    """The rows and columns that hold the object."""
    rows, columns = (np.flatnonzero((scene.zone > 0).any(axis=axis)) for axis in (1, 0))
    return (
        slice(max(rows[0] - margin, 0), min(rows[-1] + margin + 1, scene.size)),
        slice(max(columns[0] - margin, 0), min(columns[-1] + margin + 1, scene.size)),
    )


def _site(
    scene: Scene,
    done: Decoration,
    plan: Plan,
    window: Window,
    rng: np.random.Generator,
) -> Site:
    shown = done.within(window)
    zone = scene.zone[window]
    across, up = scene.grain[:, *window]
    depth = scene.depth[window]
    return Site(across, up, zone, depth, shown, plan.ground, plan.wear, rng)


def _photographed(scene: Scene, skin: Skin, window: Window, light: float) -> np.ndarray:
    """The window as sRGB, axis first."""
    seen = scene.zone[window] > 0
    scale = np.float32(scene.size / 384)
    height = skin.height.astype(np.float32) * scale
    normal = roughened(scene.normal[:, *window], np.where(seen, height, 0))
    depth = np.where(seen, scene.depth[window], np.float32(-0.35))
    hollow = np.clip(1 - 0.09 * np.maximum(gaussian_filter(height, 3 * scale) - height, 0), 0.4, 1)
    open_sky = crevices(depth, scene.size) * hollow
    skin = replace(
        skin,
        albedo=np.broadcast_to(skin.albedo, (3, *seen.shape))[:, seen].astype(np.float32),
        metal=skin.metal[seen],
        height=skin.height[seen],
        rough=np.clip(skin.rough[seen], 0, 1).astype(np.float32),
    )
    picture = np.zeros((3, *seen.shape), np.float32)
    picture[:, seen] = developed(light_up(normal[:, seen], skin, open_sky[seen], light))
    return picture


def _layer(
    scene: Scene, done: Decoration, plan: Plan, window: Window, picture: np.ndarray
) -> Layer:
    """The picture moved to the middle, with a smooth edge and its masks."""
    size = scene.size
    height, width = picture.shape[1:]
    moved = (
        slice((size - height) // 2, (size - height) // 2 + height),
        slice((size - width) // 2, (size - width) // 2 + width),
    )

    def placed(plane: np.ndarray) -> np.ndarray:
        whole = np.zeros((size, size, *plane.shape[2:]), plane.dtype)
        whole[moved] = plane
        return whole

    seen = scene.zone[window] > 0
    soft = gaussian_filter(seen.astype(np.float32), 1.1)
    alpha = np.clip(2.4 * soft - 1.1, 0, 1) * seen
    masks = {"object": placed(seen & (alpha > 0))}
    for name in plan.parts:
        number = scene.names.index(name) if name in scene.names else -1
        masks[name] = placed(scene.part[window] == number) & masks["object"]
    for name, cover in done.covers.items():
        masks[name] = placed(cover[window] > 0.5) & masks["object"]
    return Layer(placed(picture.transpose(1, 2, 0)), placed(alpha), masks)
