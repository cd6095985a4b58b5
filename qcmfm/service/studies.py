"""What the studies found, as the app shows it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from qcmfm.access import Permission, requires
from qcmfm.core import settings
from qcmfm.core.errors import StudyError
from qcmfm.core.messages import msg
from qcmfm.studies import summary

COMPARISON, VIEWS, NOISE = "compare", "views", "noise"


@requires(Permission.LOOK)
def study_folder(name: str) -> Path | None:
    """Where the last results of a study lie: the user's own, else the shipped ones.

    Args:
        name: Of the study.
    """
    for folder in (settings.home() / "studies" / name, settings.ASSETS / "studies" / name):
        if any((folder / file).is_file() for file in ("summary.json", "curves.json")) or any(
            folder.glob("curves_*.json")
        ):
            return folder
    return None


@requires(Permission.LOOK)
def comparison() -> dict[str, Any]:
    """The summary of the last comparison, by collection and scheme; empty where there is none.

    Raises:
        StudyError: It cannot be read.
    """
    return _read(COMPARISON, "summary.json")


@requires(Permission.LOOK)
def study_verdict(part: Mapping[str, Any]) -> str:
    """Who won a comparison, and whether the difference is larger than chance.

    Args:
        part: One collection and scheme of `comparison`.
    """
    return summary.verdict(part)


@requires(Permission.LOOK)
def ablation() -> dict[str, Any]:
    """The summary of the last ablation, as `comparison`.

    Raises:
        StudyError: It cannot be read.
    """
    return _read("ablation", "summary.json")


@requires(Permission.LOOK)
def view_curves() -> dict[str, Any]:
    """Accuracy against parameters, by image set; empty where there is none.

    Raises:
        StudyError: It cannot be read.
    """
    return _read(VIEWS, "curves.json")


@requires(Permission.LOOK)
def noise_curves() -> dict[str, Any]:
    """Accuracy against the strength of the noise, by collection; empty where there is none.

    Raises:
        StudyError: It cannot be read.
    """
    folder = study_folder(NOISE)
    files = sorted(folder.glob("curves_*.json")) if folder else []
    return {file.stem.removeprefix("curves_"): _read(NOISE, file.name) for file in files}


def _read(name: str, file: str) -> dict[str, Any]:
    folder = study_folder(name)
    if folder is None or not (folder / file).is_file():
        return {}
    try:
        return json.loads((folder / file).read_text("utf-8"))
    except ValueError:
        raise StudyError(
            msg("The results of the study {name} cannot be read.", name=name),
            msg(
                "Delete {file} in its folder and run `python -m qcmfm study {name}` again.",
                file=file,
                name=name,
            ),
        ) from None
