"""Noise settings that were saved in the Noise lab, one JSON file each."""

import re
from dataclasses import replace
from pathlib import Path

from qcmfm.core import settings, storage
from qcmfm.core.errors import CircuitError
from qcmfm.core.messages import msg
from qcmfm.quantum.noise import NoiseSetting
from qcmfm.quantum.noise_files import from_json, load_preset, preset_names, to_json

NO_NOISE = "none"
"""What an address has for no noise."""
_NAME = re.compile(r"[^\W_][\w -]{0,59}")


def folder() -> Path:
    """The folder of saved settings."""
    return settings.home() / "noise"


def saved_names() -> list[str]:
    """Names of the saved settings, sorted."""
    return sorted(path.stem for path in folder().glob("*.json") if not path.name.startswith("."))


def save(name: str, setting: NoiseSetting, instead: bool = False) -> Path:
    """Save a setting under a name.

    Args:
        name: Under which it is found again; names that differ in the case of letters are one.
        setting: What is saved.
        instead: Whether it takes the place of one that has the name.

    Raises:
        CircuitError: The name cannot be a file's, is a preset's, or is another setting's.
    """
    name = name.strip()
    if not _NAME.fullmatch(name):
        raise CircuitError(
            msg("A setting cannot be called {name!r}.", name=name[:80])
            if name
            else "The setting has no name.",
            "Use up to 60 letters, digits, spaces, hyphens and underscores.",
        )
    if name in preset_names():
        raise CircuitError(msg("{name} came with the program.", name=name), "Choose another name.")
    if name.casefold() == NO_NOISE:
        raise CircuitError(msg("{name} means no noise.", name=name), "Choose another name.")
    alike = [old for old in saved_names() if old.casefold() == name.casefold()]
    existing = name if name in alike else next(iter(alike), "")
    name = existing or name
    path = folder() / f"{name}.json"
    text = to_json(replace(setting, name=name))
    if existing and not instead and path.read_text("utf-8") != text:
        raise CircuitError(
            msg("There is a setting {taken} already.", taken=existing),
            "Choose another name, or have it replaced.",
        )
    storage.write_text(path, text)
    return path


def title(name: str) -> str:
    """What a saved setting or a preset is called on a page."""
    return name if name in saved_names() or name not in preset_names() else load_preset(name).name


def open_setting(name: str) -> NoiseSetting:
    """A saved setting, a preset, or the setting of a file.

    Args:
        name: Of either, or a path.

    Raises:
        CircuitError: There is none, or it cannot be read.
    """
    if name in saved_names():
        return from_json((folder() / f"{name}.json").read_text("utf-8"))
    if name in preset_names():
        return load_preset(name)
    path = settings.expanded(name)
    if name.endswith(".json") and path.is_file():
        return from_json(path.read_text("utf-8"))
    listed = ", ".join([*saved_names(), *preset_names()])
    raise CircuitError(
        msg("There is no noise setting {name!r}.", name=name[:80]),
        msg("Give a JSON file, or one of: {listed}.", listed=listed),
    )
