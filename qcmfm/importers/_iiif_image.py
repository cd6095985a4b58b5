"""IIIF Image API, versions 1.1 to 3: which address gives a photo of a sensible size.

https://iiif.io/api/image/3.0/ and https://iiif.io/api/image/2.1/.
"""

from collections.abc import Mapping
from typing import Any

SIDE = 1024
"""The longer side of the photo that is asked for, in pixels."""


def sized_address(info: Mapping[str, Any], side: int = SIDE) -> str:
    """The address of the whole photo, its longer side at most `side` where the server can do that.

    Args:
        info: What the server's `info.json` says.
        side: In pixels.

    Raises:
        ValueError: The document is none of the Image API.
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
    whole = "max" if version == 3 else "full"
    most = [side, *(info[name] for name in ("maxWidth", "maxHeight") if _is_size(info.get(name)))]
    scale = min(min(most) / max(width, height), 1.0)
    if _is_size(info.get("maxArea")):
        scale = min(scale, (info["maxArea"] / (width * height)) ** 0.5)
    if not _can_scale(info):
        return _offered(info, side, version) or whole
    if scale == 1.0:
        return whole
    wide, high = max(1, int(width * scale)), max(1, int(height * scale))
    return f"{wide},{high}" if version == 3 else f"{wide},"


def _offered(info: Mapping[str, Any], side: int, version: int) -> str:
    """The smallest of the sizes a server has ready that is large enough, else the largest."""
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
    told = f"{info.get('@context')} {info.get('type')} {info.get('profile')}"
    if "image/3" in told or "ImageService3" in told:
        return 3
    return 1 if "image-api/1" in told or "image/1" in told else 2


def _can_scale(info: Mapping[str, Any]) -> bool:
    """Whether the server makes any width that is asked for: level 1 and above."""
    profile = info.get("profile")
    told = profile if isinstance(profile, list) else [profile]
    features = {"sizeByW", "sizeByWh", "sizeByForcedWh"}
    extra = set(_strings(info.get("extraFeatures")))
    for part in told:
        if isinstance(part, str) and ("level1" in part or "level2" in part):
            return True
        if isinstance(part, Mapping):
            extra |= set(_strings(part.get("supports")))
    return bool(extra & features)


def _strings(value: Any) -> list[str]:
    return [part for part in value if isinstance(part, str)] if isinstance(value, list) else []


def _is_size(value: Any) -> bool:
    return isinstance(value, int) and value > 0
