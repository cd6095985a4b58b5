"""A photographer's table: one large soft box, a fill light opposite, a bright table below."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.ndimage import gaussian_filter, uniform_filter

from qcmfm.demo.drawing.scene import Plane


@dataclass
class Skin:
    """How a surface takes the light.

    Args:
        albedo: Linear light, axis first; of metal the colour of its reflection.
        metal: 0 to 1.
        rough: 0 is a mirror, 1 is chalk.
        height: Fine relief, in pixels of a picture of 384.
        glow: How much light wanders below the surface, as in stone.
        gloss: Strength of the reflection on what is not metal.
    """

    albedo: Float[np.ndarray, "3 *pixel"]
    metal: Float[np.ndarray, "*pixel"]
    rough: Float[np.ndarray, "*pixel"]
    height: Float[np.ndarray, "*pixel"]
    glow: float = 0.0
    gloss: float = 1.0


def _step(values: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    at = np.clip((values - low) / (high - low), 0, 1)
    return at * at * (3 - 2 * at)


def roughened(normal: np.ndarray, height: Plane) -> Float[np.ndarray, "3 row column"]:
    """Normals of a surface with a fine relief on it."""
    up, right = np.gradient(height)
    facing = np.clip(normal[2], 0.05, 1)
    bent = np.stack([normal[0] - right * facing, normal[1] + up * facing, normal[2]]) + 1e-9
    return bent / np.sqrt((bent * bent).sum(axis=0))


def crevices(depth: Plane, size: int) -> Plane:
    """How much light reaches each place from around, 1 in the open."""
    small = depth[::2, ::2]
    open_sky = np.ones_like(small)
    for reach, share in ((0.008, 3.0), (0.03, 2.0)):
        around = gaussian_filter(small, reach * size / 2)
        open_sky -= np.clip((around - small) * share, 0, 0.3)
    full = open_sky.repeat(2, axis=0).repeat(2, axis=1)[: depth.shape[0], : depth.shape[1]]
    return uniform_filter(full, 3)


def _boxes(ray: np.ndarray, light: np.ndarray, rough: np.ndarray) -> np.ndarray:
    """The lamps as seen along rays, the more blurred the rougher the surface."""
    soft = 0.06 + 0.75 * rough
    side = np.array([-light[1], light[0], 0]) / max(np.hypot(light[0], light[1]), 1e-6)
    over = np.cross(light, side)
    total = np.zeros_like(rough)
    lamps = (
        (light, side, over, 0.34, 0.42, 5.0),
        (light * [-1.25, 0.5, 0.55], side, over, 0.18, 0.5, 1.8),
    )
    for towards, first, second, wide, tall, power in lamps:
        towards = towards / np.linalg.norm(towards)
        first = first - towards * (first @ towards)
        first = first / np.linalg.norm(first)
        second = np.cross(towards, first)
        a, b, c = (
            np.tensordot(axis.astype(np.float32), ray, 1) for axis in (first, second, towards)
        )
        inside = _step(-np.abs(a), -wide - soft, -wide + 0.4 * soft)
        inside = inside * _step(-np.abs(b), -tall - soft, -tall + 0.4 * soft)
        total += power * inside * (c > 0) / (1 + 1.6 * rough)
    return total


def _surroundings(ray: np.ndarray, rough: np.ndarray) -> np.ndarray:
    """The studio without its lamps: dark walls, a soft ceiling, a bright table."""
    soft = 0.15 + 0.7 * rough
    ceiling = 0.42 * _step(ray[1], 0.25 - soft, 0.25 + soft)
    table = 0.3 * _step(-ray[1], 0.3 - soft, 0.3 + soft)
    return 0.07 + ceiling + table


def light_up(
    normal: Float[np.ndarray, "3 point"],
    skin: Skin,
    open_sky: Float[np.ndarray, " point"],
    angle: float,
) -> Float[np.ndarray, "3 point"]:
    """What the camera sees of each point, linear light.

    Args:
        normal: Of the surface.
        skin: Its material at the same points.
        open_sky: How much light reaches it from around.
        angle: Direction of the main lamp in the picture, radians.
    """
    light = np.array([0.72 * np.cos(angle), 0.72 * np.sin(angle), 0.7])
    light = (light / np.linalg.norm(light)).astype(np.float32)
    wrap = np.float32(0.12 + 0.55 * skin.glow)
    facing = np.tensordot(light, normal, 1)
    main = np.clip((facing + wrap) / (1 + wrap), 0, 1)
    fill = np.clip(-0.7 * light[0] * normal[0] + 0.7 * normal[2], 0, 1)
    around = 0.2 + 0.13 * normal[1] + 0.24 * skin.glow * (1 - normal[2])
    diffuse = (1.0 * main + 0.16 * fill + around) * (0.25 + 0.75 * open_sky)
    ray = 2 * normal[2] * normal
    ray[2] -= 1
    # A lamp that fills a flat glossy side must not wash out its colour.
    lamps = _boxes(ray, light, skin.rough) * (0.6 + 0.4 * skin.metal)
    mirror = (lamps + _surroundings(ray, skin.rough)) * open_sky
    graze = (1 - np.clip(normal[2], 0, 1)) ** 5 * (1 - 0.8 * skin.rough)
    plain = (0.045 + 0.5 * graze) * skin.gloss
    bright = skin.albedo + (1 - skin.albedo) * graze * 0.6
    reflected = bright * skin.metal + plain * (1 - skin.metal)
    return skin.albedo * (1 - 0.92 * skin.metal) * diffuse + reflected * mirror


def developed(linear_light: np.ndarray) -> np.ndarray:
    """SRGB from linear light, highlights rolled off."""
    return (1 - np.exp(-1.35 * np.maximum(linear_light, 0))) ** np.float32(1 / 2.2)
