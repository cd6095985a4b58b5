"""A condition is a noise setting and a number of shots: what one column of the Noise lab shows.

Its file is a noise setting's JSON, with `shots` beside the entries where they are finite.
"""

import json
import re
from dataclasses import dataclass, replace
from pathlib import Path

from qcmfm.core import settings, storage
from qcmfm.core.errors import CircuitError
from qcmfm.core.messages import msg
from qcmfm.quantum.noise import NoiseSetting
from qcmfm.quantum.noise_files import from_json, load_preset, preset_names, to_json
from qcmfm.quantum.shots import MOST_SHOTS

NO_NOISE = "none"
"""What stands for no condition in an address."""
_NAME = re.compile(r"[^\W_][\w -]{0,59}")


@dataclass(frozen=True)
class Condition:
    """What a record is measured under.

    Args:
        setting: The noise.
        shots: Measurements of every record; 0 for the exact expectation values.

    Raises:
        CircuitError: So many shots cannot be taken.
    """

    setting: NoiseSetting
    shots: int = 0

    def __post_init__(self) -> None:
        if self.shots not in range(MOST_SHOTS + 1):
            raise CircuitError(
                msg("{shots} shots cannot be taken.", shots=self.shots),
                msg("Choose 1 to {most_shots:,}, or 0 for exact values.", most_shots=MOST_SHOTS),
            )

    def to_json(self) -> str:
        """The text of its file."""
        content = json.loads(to_json(self.setting))
        if self.shots:
            content["shots"] = self.shots
        return json.dumps(content, indent=2, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "Condition":
        """Read a condition, or a noise setting, which is one without shots.

        Raises:
            CircuitError: The text is no such thing.
        """
        try:
            content = json.loads(text)
        except ValueError as error:
            raise CircuitError(
                msg("A noise setting is not JSON: {error}.", error=error), _LOOK
            ) from error
        shots = content.pop("shots", 0) if isinstance(content, dict) else 0
        if type(shots) is not int:
            raise CircuitError(
                msg("The number of shots is {shots!r}.", shots=shots), "Write a whole number."
            )
        return cls(from_json(json.dumps(content)), shots)


_LOOK = "Compare it with the presets in assets/noise."


def folder() -> Path:
    """Where saved conditions lie."""
    return settings.home() / "noise"


def saved_names() -> list[str]:
    """Names of the saved conditions, sorted."""
    return sorted(path.stem for path in folder().glob("*.json") if not path.name.startswith("."))


def save(name: str, condition: Condition, instead: bool = False) -> Path:
    """Keep a condition under a name.

    Args:
        name: Under which it is found again; names that differ in the case of letters are one.
        condition: What is kept.
        instead: Whether it takes the place of one that has the name.

    Raises:
        CircuitError: The name cannot be a file's, is a preset's, or is another condition's.
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
    taken = name if name in alike else next(iter(alike), "")
    name = taken or name
    path = folder() / f"{name}.json"
    named = replace(condition, setting=replace(condition.setting, name=name))
    if taken and not instead and path.read_text("utf-8") != named.to_json():
        raise CircuitError(
            msg("There is a setting {taken} already.", taken=taken),
            "Choose another name, or have it replaced.",
        )
    storage.write_text(path, named.to_json())
    return path


def title(name: str) -> str:
    """What a saved condition or a preset is called on a page."""
    return name if name in saved_names() or name not in preset_names() else load_preset(name).name


def open_condition(name: str) -> Condition:
    """A saved condition, a preset, or the condition of a file.

    Args:
        name: Of either, or a path.

    Raises:
        CircuitError: There is none, or it cannot be read.
    """
    if name in saved_names():
        return Condition.from_json((folder() / f"{name}.json").read_text("utf-8"))
    if name in preset_names():
        return Condition(load_preset(name))
    path = settings.expanded(name)
    if name.endswith(".json") and path.is_file():
        return Condition.from_json(path.read_text("utf-8"))
    listed = ", ".join([*saved_names(), *preset_names()])
    raise CircuitError(
        msg("There is no noise setting {name!r}.", name=name[:80]),
        msg("Give a JSON file, or one of: {listed}.", listed=listed),
    )
