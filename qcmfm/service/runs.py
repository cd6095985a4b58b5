"""Runs: list and find them, and describe how good they are."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qcmfm import demo
from qcmfm.access import Permission, requires
from qcmfm.core import settings
from qcmfm.core.errors import QcmfmError, RunError
from qcmfm.core.messages import msg
from qcmfm.runs import folder as run_folder
from qcmfm.runs.folder import list_runs, read_config, read_metrics
from qcmfm.studies.summary import best_classical, read_summary

_REFERENCE = "late_fusion"


@requires(Permission.LOOK)
def run_folders() -> dict[str, Path]:
    """Folders of all runs by name: the user's own first, then the shipped ones."""
    return list_runs([settings.runs_folder(), settings.SHIPPED_RUNS])


@dataclass(frozen=True)
class RunSummary:
    """Summary of a run for a list.

    Args:
        name: Name of its folder.
        labels: Labels that it distinguishes.
        accuracy: Accuracy on `test`, or on `val` if `test` was not measured, 0 to 1.
        measured_on: Split that the accuracy was measured on.
        created: Time when it was created, UTC, ISO 8601.
    """

    name: str
    labels: list[str]
    accuracy: float
    measured_on: str
    created: str


@requires(Permission.LOOK)
def list_run_summaries() -> tuple[list[RunSummary], list[QcmfmError]]:
    """Summaries of all runs, without loading weights, and the errors of those that are damaged."""
    summaries: list[RunSummary] = []
    errors: list[QcmfmError] = []
    for name, folder in run_folders().items():
        try:
            config, metrics = read_config(folder), read_metrics(folder)
            split = "test" if "test" in metrics else "val"
            accuracy = metrics[split]["accuracy"]["value"]
            summaries.append(RunSummary(name, config["labels"], accuracy, split, config["created"]))
        except RunError as error:
            errors.append(error)
        except (KeyError, TypeError):
            errors.append(
                RunError(msg("The run {name} is incomplete.", name=name), "Copy or train it again.")
            )
    return summaries, errors


@requires(Permission.LOOK)
def runs_for(labels: Collection[str]) -> list[str]:
    """Names of the runs that know all these labels, those with the fewest other labels first.

    Args:
        labels: Labels to distinguish; without any, all runs match.
    """
    matching: list[tuple[int, str]] = []
    for name, folder in run_folders().items():
        try:
            known = read_config(folder)["labels"]
        except RunError:
            continue  # The list of runs on Home reports what is wrong with it.
        if set(labels) <= set(known):
            matching.append((len(known), name))
    return [name for _, name in sorted(matching, key=lambda found: found[0])]


@requires(Permission.LOOK)
def study_sentence() -> str:
    """A sentence: how the shipped model compares with a classical reference."""
    study = _compared_on(settings.DEFAULT_RUN)
    quantum, classical = (study["systems"][name]["accuracy"] for name in ("qcmfm", _REFERENCE))
    gap = study["qcmfm_minus"][_REFERENCE]
    verdict = (
        msg("the quantum model did better than this reference")
        if gap["low"] > 0
        else msg("the classical reference did better")
        if gap["high"] < 0
        else msg("the difference is within chance, and nothing here shows that quantum is better")
    )
    return msg(
        "Measured on {records} test records (mean of {seeds} trainings): the simulated quantum "
        "model is right on {quantum}, a simple classical reference (late fusion of photo and "
        "caption) on {classical}; {verdict}.",
        records=study["records"],
        seeds=_trainings(quantum),
        quantum=_percent(quantum),
        classical=_percent(classical),
        verdict=verdict,
    )


@requires(Permission.LOOK)
def built_in_sentence(name: str) -> str:
    """A sentence: how accurate the models are on a built-in collection; empty if not measured."""
    study = _compared_on(name) if name in demo.names() else {}
    if not study:
        return ""
    accuracy = {model: found["accuracy"] for model, found in study["systems"].items()}
    alone = max(("image_only", "text_only"), key=lambda model: accuracy[model]["value"])
    words = {"image_only": msg("the photo"), "text_only": msg("the caption")}
    classical = best_classical(study)
    return msg(
        "These objects are designed so that photo and caption are needed together. Measured on "
        "{records} fresh ones (mean of {seeds} trainings): {one} alone is right on {alone}, the "
        "simulated quantum model on {quantum}, the best classical fusion on {classical}.",
        records=study["records"],
        seeds=_trainings(accuracy["qcmfm"]),
        one=words[alone],
        alone=_percent(accuracy[alone]),
        quantum=_percent(accuracy["qcmfm"]),
        classical=_percent(accuracy[classical]),
    )


@requires(Permission.LOOK)
def scope_sentence(name: str) -> str:
    """A sentence: how well a run detects out-of-distribution records, with a leading space.

    Empty if it was not measured for the run `name`.
    """
    if not settings.SCOPE_STUDY.is_file():
        return ""
    study = json.loads(settings.SCOPE_STUDY.read_text("utf-8")).get(name)
    if study is None:
        return ""
    results = [
        msg(
            "{told} (area under the ROC curve {area:.2f}, {flagged:.0%} flagged)",
            told=found["told"],
            area=found["auc"]["value"],
            flagged=found["flagged"],
        )
        for found in study["against"].values()
    ]
    return msg(
        " It was measured against {told}; of {records} test records it flags {flagged:.0%} "
        "wrongly.",
        told=results,
        records=study["in_scope"],
        flagged=study["flagged_in_scope"],
    )


def _compared_on(collection: str) -> dict[str, Any]:
    """The committed comparison on a collection's `test`; empty if there is none."""
    return read_summary(settings.COMPARISON).get(collection, {}).get("test", {})


def _trainings(accuracy: dict[str, Any]) -> int:
    return len(accuracy["by_seed"])


def _percent(found: dict[str, float]) -> str:
    return msg(
        "{value:.0%} ({low:.0%} to {high:.0%})",
        **{name: found[name] for name in ("value", "low", "high")},
    )


@requires(Permission.LOOK)
def find_run(name: str) -> Path:
    """The folder of a run, given by name or path.

    Raises:
        RunError: There is no such run.
    """
    folder = settings.expanded(name)
    if (folder / "run.json").is_file():
        return folder.resolve()
    known = run_folders()
    if name not in known:
        listed = ", ".join(known) or "none"
        raise RunError(
            msg("There is no run {name!r}.", name=name),
            msg("Give a folder, or one of: {listed}.", listed=listed),
        )
    return known[name]


@requires(Permission.LOOK)
def run_version(name: str) -> str:
    """A version that changes when a run is trained or calibrated again under the same name.

    Raises:
        RunError: There is no such run, or its configuration cannot be read.
    """
    return run_folder.run_version(find_run(name))
