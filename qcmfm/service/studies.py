"""Results of the studies, as the app shows them."""

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
    """Folder with the last results of a study: the user's own, else the shipped ones.

    Args:
        name: Name of the study.

    Returns:
        The folder; None if there are no results.
    """
    for folder in (settings.home() / "studies" / name, settings.ASSETS / "studies" / name):
        if any((folder / file).is_file() for file in ("summary.json", "curves.json")) or any(
            folder.glob("curves_*.json")
        ):
            return folder
    return None


@requires(Permission.LOOK)
def comparison() -> dict[str, Any]:
    """The summary of the last comparison, by collection and scheme; empty if there is none.

    Raises:
        StudyError: It cannot be read.
    """
    return _read(COMPARISON, "summary.json")


@requires(Permission.LOOK)
def study_verdict(part: Mapping[str, Any]) -> str:
    """A sentence: which model is best, and whether the difference is significant.

    Args:
        part: Summary of one collection and scheme, from `comparison`.
    """
    return summary.verdict(part)


@requires(Permission.LOOK)
def ablation() -> dict[str, Any]:
    """The summary of the last ablation study, in the form of `comparison`.

    Raises:
        StudyError: It cannot be read.
    """
    return _read("ablation", "summary.json")


@requires(Permission.LOOK)
def view_curves() -> dict[str, Any]:
    """Accuracy against parameters, by image data set; empty if there are no results.

    Raises:
        StudyError: It cannot be read.
    """
    return _read(VIEWS, "curves.json")


@requires(Permission.LOOK)
def noise_curves() -> dict[str, Any]:
    """Accuracy against noise strength, by collection; empty if there are no results.

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
