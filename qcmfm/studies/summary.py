"""Summary of a comparison: metrics with intervals, significance tests, tables and forest plots."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from qcmfm import evaluation, fusion
from qcmfm.core import storage
from qcmfm.core.messages import Message, msg
from qcmfm.studies.trials.figures import draw_forest
from qcmfm.studies.trials.results import Results
from qcmfm.studies.trials.statistics import differences, seed_interval

if TYPE_CHECKING:
    import pandas as pd

SUMMARY = "summary.json"
TABLE = "table.md"
QUANTUM = "qcmfm"
_METRICS = ["macro_precision", "macro_recall", "macro_f1", "ece", "nll"]
_COSTS = ["parameters", "train_seconds", "answer_milliseconds"]


@dataclass(frozen=True)
class ScoredSystem:
    """Which records each system labelled correctly.

    Args:
        groups: Group of each record.
        right: By system, an array of seed x record: 1 if correct, else 0. Seeds may differ.
        calibrated: By system, the expected calibration error after temperature scaling.
    """

    groups: list[str]
    right: dict[str, np.ndarray]
    calibrated: dict[str, float]


def write_comparison(
    results: Results, quantum: Callable[[str], bool] = fusion.is_quantum
) -> dict[str, Any]:
    """Write `summary.json`, `table.md` and a forest plot for each collection and scheme.

    Args:
        results: Results of the study.
        quantum: Returns whether a system contains a simulated circuit.
    """
    summary: dict[str, Any] = {}
    for name, trials in results.table().groupby("collection"):
        collection, found = str(name), {}
        for scheme in ("cv", "test"):
            scored = _scored(results, trials, collection, scheme)
            if scored.right:
                found[scheme] = _summarise(scored, trials, scheme, quantum)
        if not found:
            continue
        best = best_classical(found.get("cv") or found["test"])
        for part in found.values():
            part["best_classical"] = best if best in part["systems"] else best_classical(part)
            part["best_classical_chosen_on"] = "cv" if "cv" in found else "test"
            part["sentence"] = str(verdict(part))
        summary[collection] = found
    storage.write_json(results.folder / SUMMARY, summary)
    storage.write_text(results.folder / TABLE, markdown(summary))
    for collection, found in summary.items():
        for scheme, part in found.items():
            draw_forest(part, results.folder / f"forest_{collection}_{scheme}.png")
    return summary


def read_summary(folder: Path) -> dict[str, Any]:
    """Read the summary that `write_comparison` wrote; empty if there is none."""
    file = folder / SUMMARY
    return json.loads(file.read_text("utf-8")) if file.is_file() else {}


def best_classical(part: Mapping[str, Any]) -> str:
    """The classical system with the highest accuracy; empty if there is none."""
    accuracy = {
        name: found["accuracy"]["value"]
        for name, found in part["systems"].items()
        if not found["quantum"]
    }
    return max(accuracy, key=accuracy.__getitem__, default="")


def _scored(results: Results, trials: "pd.DataFrame", collection: str, scheme: str) -> ScoredSystem:
    """Score every system that has answers for all folds of a scheme, `cv` or `test`."""
    records = results.records(collection)
    folds = _validation_folds(records) if scheme == "cv" else ["test"]
    labels = sorted(set(records["label"]))
    rows, truth = _of_folds(records, folds, labels)
    right: dict[str, np.ndarray] = {}
    calibrated: dict[str, float] = {}
    done = set(trials[["system", "seed", "fold"]].itertuples(index=False, name=None))
    for system in sorted(set(trials["system"])):
        stored = results.answers(collection, system)
        valid = {key: found for key, found in stored.items() if (system, *key) in done}
        seeds = [s for s in sorted({s for s, _ in valid}) if all((s, f) in valid for f in folds)]
        if not (folds and seeds):
            continue
        answers = [np.concatenate([valid[seed, fold] for fold in folds]) for seed in seeds]
        right[system] = np.array([found.argmax(1) == truth for found in answers], dtype=float)
        if scheme == "test":
            error = _calibrated(valid, records, labels, answers, truth)
            calibrated |= {} if error is None else {system: error}
    return ScoredSystem(rows["group"].tolist(), right, calibrated)


def _validation_folds(records: "pd.DataFrame") -> list[str]:
    return sorted(set(records["fold"]) - {"test"})


def _of_folds(
    records: "pd.DataFrame", folds: Sequence[str], labels: list[str]
) -> "tuple[pd.DataFrame, np.ndarray]":
    """The records of some folds, fold after fold, and the index of each one's label."""
    import pandas as pd

    rows = records[records["fold"].isin(folds)].sort_values("fold", kind="stable")
    return rows, pd.Index(labels).get_indexer(pd.Index(rows["label"]))


def _calibrated(
    found: Mapping[tuple[int, str], np.ndarray],
    records: "pd.DataFrame",
    labels: list[str],
    answers: Sequence[np.ndarray],
    truth: np.ndarray,
) -> float | None:
    """Mean calibration error on test, with a temperature fitted on the cross-validation.

    None unless the cross-validation is complete for seed 0.
    """
    folds = _validation_folds(records)
    if not folds or not all((0, fold) in found for fold in folds):
        return None
    _, target = _of_folds(records, folds, labels)
    logits = np.log(np.concatenate([found[0, fold] for fold in folds]).clip(1e-7))
    temperature = evaluation.fit_temperature(logits, target)
    errors = [
        evaluation.evaluate(
            evaluation.softmax(np.log(answer.clip(1e-7)), temperature),
            truth.tolist(), ["any"] * len(truth), labels, resamples=1,
        )["ece"]["value"]
        for answer in answers
    ]  # fmt: skip
    return float(np.mean(errors))


def _summarise(
    scored: ScoredSystem,
    trials: "pd.DataFrame",
    scheme: str,
    quantum: Callable[[str], bool],
) -> dict[str, Any]:
    means = {name: found.mean(0) for name, found in scored.right.items()}
    intervals = evaluation.mean_intervals(means, scored.groups)
    of_scheme = (trials["fold"] == "test") == (scheme == "test")
    by_system = trials[of_scheme & (trials["condition"] == "")].groupby("system")
    metrics, costs = by_system[_METRICS].mean(), by_system[_COSTS].median()
    systems: dict[str, Any] = {}
    for name, found in scored.right.items():
        by_seed = [float(value) for value in found.mean(1)]
        low, high = seed_interval(by_seed)
        systems[name] = {
            "quantum": quantum(name),
            "accuracy": intervals[name].to_json()
            | {"seed_low": low, "seed_high": high, "by_seed": by_seed},
            **metrics.loc[name].to_dict(),
            **costs.loc[name].to_dict(),
        }
        if name in scored.calibrated:
            systems[name]["ece_calibrated"] = scored.calibrated[name]
    return {
        "records": len(scored.groups),
        "groups": len(set(scored.groups)),
        "systems": systems,
        "qcmfm_minus": differences(means, QUANTUM, scored.groups) if QUANTUM in means else {},
    }


def verdict(part: Mapping[str, Any]) -> Message:
    """A sentence: the best system, the QCMFM against the best classical one, and significance."""
    systems = part["systems"]
    winner = max(systems, key=lambda name: systems[name]["accuracy"]["value"])
    kind = (
        msg("a simulated quantum model") if systems[winner]["quantum"] else msg("a classical model")
    )
    best = msg(
        "Right most often: {winner} ({kind}), {value:.1%} ({low:.1%} to {high:.1%}).",
        winner=_title(winner),
        kind=kind,
        **{end: systems[winner]["accuracy"][end] for end in ("value", "low", "high")},
    )
    other = part["best_classical"]
    gap = part["qcmfm_minus"].get(other)
    if gap is None:
        return best
    chance = (
        msg("larger than chance") if gap["p_holm"] < 0.05 else msg("no larger than chance explains")
    )
    return msg(
        "{best} QCMFM minus the best classical model ({other}): {value:+.1f} points ({low:+.1f} "
        "to {high:+.1f}, {p} after correction for {n} comparisons), {chance}.",
        best=best,
        other=_title(other),
        **{end: 100 * gap[end] for end in ("value", "low", "high")},
        p=p_value_text(gap["p_holm"]),
        n=len(part["qcmfm_minus"]),
        chance=chance,
    )


def markdown(summary: Mapping[str, Any]) -> str:
    """The tables of all collections and schemes, as Markdown."""
    lines: list[str] = []
    for collection, found in summary.items():
        for scheme, part in found.items():
            title = "test" if scheme == "test" else "cross-validation on train and val"
            lines += [f"## {collection}, {title}: {part['records']} records", ""]
            lines += [part["sentence"], "", *table_rows(part), ""]
    return "\n".join(lines)


def table_rows(part: Mapping[str, Any]) -> list[str]:
    """The lines of a Markdown table of the systems, the most accurate first."""
    lines = [
        "| system | accuracy | macro F1 | ECE | parameters | training | seeds | QCMFM minus it |",
        "|---|---|---|---|---|---|---|---|",
    ]
    systems = part["systems"]
    for name in sorted(systems, key=lambda name: -systems[name]["accuracy"]["value"]):
        found, gap = systems[name], part["qcmfm_minus"].get(name)
        label = name + (" (simulated quantum)" if found["quantum"] else "")
        error = found.get("ece_calibrated", found["ece"])
        against = f"{figure(gap, '+.3f')}, {p_value_text(gap['p_holm'])}" if gap else ""
        lines.append(
            f"| {label} | {figure(found['accuracy'])} | {found['macro_f1']:.3f} | {error:.3f} | "
            f"{found['parameters']:,.0f} | {found['train_seconds']:.1f} s | "
            f"{len(found['accuracy']['by_seed'])} | {against} |"
        )
    return lines


def p_value_text(p: float) -> str:
    """A p-value with two decimals; below 0.01 as `p < 0.01`, since no p-value is zero."""
    return f"p {p:.2f}" if p >= 0.01 else "p < 0.01"


def figure(found: Mapping[str, float], form: str = ".3f") -> str:
    """Format a value with its interval."""
    return f"{found['value']:{form}} ({found['low']:{form}} to {found['high']:{form}})"


def _title(system: str) -> Message:
    return msg(fusion.title(system) if system in fusion.names() else system.replace("_", " "))
