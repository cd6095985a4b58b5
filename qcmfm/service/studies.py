"""Results of the studies, as the app shows them."""

import functools
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qcmfm import demo, studies
from qcmfm.access import Permission, requires
from qcmfm.core import settings
from qcmfm.core.errors import StudyError
from qcmfm.core.messages import msg
from qcmfm.core.progress import Work
from qcmfm.studies import summary

if TYPE_CHECKING:
    from qcmfm.studies.request import StudyRequest

COMPARISON, VIEWS, NOISE = "compare", "views", "noise"
DRAWN, FRESH = 2000, 2026
"""Number of records of a built-in collection, and their seed, which no choice was based on."""


@requires(Permission.RETRAIN, on=("name",))
def run_study(name: str, request: "StudyRequest") -> Work[int]:
    """Run a study on collections that may be built-in ones; the same request continues it.

    Args:
        name: Name of the study.
        request: Parameters; without seeds, as many as the study has by default.

    Returns:
        Number of trials that are done.

    Raises:
        StudyError: There is no such study or collection.
    """
    module = studies.study(name)
    draw = {
        built_in: functools.partial(demo.draw, built_in, records=DRAWN, seed=FRESH)
        for built_in in demo.names()
    }
    asked = replace(request, seeds=request.seeds or module.SEEDS, built_in=draw)
    yield from module.run(asked)
    return len(asked.results.trials())


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
