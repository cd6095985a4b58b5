"""Read and write noise settings as JSON, and load the built-in presets."""

import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from functools import cache
from typing import Any, get_origin

from qcmfm.core.errors import CircuitError
from qcmfm.core.settings import ASSETS
from qcmfm.quantum.noise import NoiseSetting, PlacedChannel, require_known

PRESETS = ASSETS / "noise"
_LOOK = "Compare it with the presets in assets/noise."
_NAMES = {NoiseSetting: "noise setting", PlacedChannel: "noise channel"}
_JSON: dict[Any, type] = {str: str, int: int, tuple: list, Mapping: dict}
_WRITE = {str: "a text", int: "a whole number", list: "a list", dict: "an object"}
_WRITE_ITEMS = {str: " of texts", int: " of whole numbers"}


def to_json(setting: NoiseSetting) -> str:
    """A setting as JSON text for `from_json`; empty fields are left out."""
    entries = [
        {key: value for key, value in asdict(entry).items() if value or key == "strengths"}
        for entry in setting.entries
    ]
    content: dict[str, Any] = {"name": setting.name, "source": setting.source, "entries": entries}
    if setting.shots:
        content["shots"] = setting.shots
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def from_json(text: str) -> NoiseSetting:
    """Parse a setting.

    Raises:
        CircuitError: The text is not a noise setting, or contains invalid values.
    """
    try:
        content = json.loads(text)
    except ValueError as error:
        raise CircuitError(f"A noise setting is not JSON: {error}.", _LOOK) from error
    content = _checked(content, NoiseSetting)
    entries = tuple(PlacedChannel(**_checked(e, PlacedChannel)) for e in content.pop("entries", ()))
    return NoiseSetting(entries=entries, **content)


def preset_names() -> list[str]:
    """Names of the built-in presets, sorted."""
    return sorted(path.stem for path in PRESETS.glob("*.json"))


@cache
def load_preset(name: str) -> NoiseSetting:
    """Load a built-in preset.

    Raises:
        CircuitError: There is no such preset.
    """
    require_known("noise preset", [name], preset_names())
    return from_json((PRESETS / f"{name}.json").read_text(encoding="utf-8"))


def _checked(content: object, kind: type) -> dict[str, Any]:
    """Validate the JSON fields of a dataclass; lists become tuples."""
    if not isinstance(content, dict):
        raise CircuitError(f"A {_NAMES[kind]} is {content!r}.", "Write an object with its fields.")
    require_known(f"field of a {_NAMES[kind]}", content, [f.name for f in fields(kind)])
    required = "name" if kind is NoiseSetting else "channel"
    if required not in content:
        raise CircuitError(f"A {_NAMES[kind]} has no {required}.", _LOOK)
    for f in fields(kind):
        if f.name not in content:
            continue
        found = content[f.name]
        expected = _JSON[get_origin(f.type) or f.type]
        items = {"gates": str, "stages": str, "layers": int, "wires": int}.get(f.name, object)
        listed = found if isinstance(found, list) else []
        if type(found) is not expected or not all(isinstance(item, items) for item in listed):
            raise CircuitError(
                f"The field {f.name} of a {_NAMES[kind]} is {found!r}.",
                f"Write {_WRITE[expected]}{_WRITE_ITEMS.get(items, '')}.",
            )
    return {key: tuple(v) if isinstance(v, list) else v for key, v in content.items()}
