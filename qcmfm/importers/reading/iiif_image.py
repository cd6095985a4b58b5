"""IIIF Image API, versions 1.1 to 3: build the address of a photo of suitable size.

https://iiif.io/api/image/3.0/ and https://iiif.io/api/image/2.1/.
"""

from collections.abc import Mapping
from typing import Any

SIDE = 1024
"""Longer side of the requested photo, in pixels."""


def sized_address(info: Mapping[str, Any], side: int = SIDE) -> str:
    """Address of the full photo, scaled down to `side` if the server supports it.

    Args:
        info: The server's `info.json`.
        side: Longer side of the photo, in pixels.

    Raises:
        ValueError: The document is not an Image API description.
    """
    service = info.get("id") or info.get("@id")
    width, height = info.get("width"), info.get("height")
    if not isinstance(service, str) or not isinstance(width, int) or not isinstance(height, int):
        raise ValueError("the server's description of the photo cannot be read")
    if width < 1 or height < 1:
        raise ValueError("the server says that the photo is empty")
    version = _version(info)
    quality = "native" if version == 1 else "default"
    return f"{service.rstrip('/')}/full/{_size(info, version, side)}/0/{quality}.jpg"


def _size(info: Mapping[str, Any], version: int, side: int) -> str:
    """The size parameter of the address."""
    width, height = info["width"], info["height"]
    full_size = "max" if version == 3 else "full"
    most = [side, *(info[name] for name in ("maxWidth", "maxHeight") if _is_size(info.get(name)))]
    scale = min(min(most) / max(width, height), 1.0)
    if _is_size(info.get("maxArea")):
        scale = min(scale, (info["maxArea"] / (width * height)) ** 0.5)
    if not _can_scale(info):
        return _offered(info, side, version) or full_size
    if scale == 1.0:
        return full_size
    wide, high = max(1, int(width * scale)), max(1, int(height * scale))
    return f"{wide},{high}" if version == 3 else f"{wide},"


def _offered(info: Mapping[str, Any], side: int, version: int) -> str:
    """The smallest of the server's fixed sizes that is large enough, else the largest of them."""
    sizes = [
        (size["width"], size["height"])
        for size in info.get("sizes") or ()
        if isinstance(size, Mapping)
        and _is_size(size.get("width"))
        and _is_size(size.get("height"))
    ]
    enough = [size for size in sizes if max(size) >= side]
    found = min(enough, key=max) if enough else max(sizes, key=max, default=None)
    if found is None:
        return ""
    return f"{found[0]},{found[1]}" if version == 3 else f"{found[0]},"


def _version(info: Mapping[str, Any]) -> int:
    declared = f"{info.get('@context')} {info.get('type')} {info.get('profile')}"
    if "image/3" in declared or "ImageService3" in declared:
        return 3
    return 1 if "image-api/1" in declared or "image/1" in declared else 2


def _can_scale(info: Mapping[str, Any]) -> bool:
    """Whether the server can scale to any width (compliance level 1 and above)."""
    profile = info.get("profile")
    profiles = profile if isinstance(profile, list) else [profile]
    features = {"sizeByW", "sizeByWh", "sizeByForcedWh"}
    extra = set(_strings(info.get("extraFeatures")))
    for part in profiles:
        if isinstance(part, str) and ("level1" in part or "level2" in part):
            return True
        if isinstance(part, Mapping):
            extra |= set(_strings(part.get("supports")))
    return bool(extra & features)


def _strings(value: Any) -> list[str]:
    return [part for part in value if isinstance(part, str)] if isinstance(value, list) else []


def _is_size(value: Any) -> bool:
    return isinstance(value, int) and value > 0
