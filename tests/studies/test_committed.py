"""README and cards quote the committed comparison, and that is what its rows say."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from qcmfm import demo, fusion
from qcmfm.core import settings
from qcmfm.studies import ablation, views
from qcmfm.studies.noise import (
    AWARE,
    AWARE_CHANNELS,
    AWARE_STRENGTHS,
    CLEAN,
    SEEDS,
    STRENGTHS,
    TRAINED,
    channels,
)
from qcmfm.studies.summary import SUMMARY, TABLE, figure, markdown, p_value_text
from qcmfm.studies.trials.results import Results
from tests.benchmarks.cards import card_notes

FOLDER = settings.COMPARISON
README = (settings.PACKAGE.parent / "README.md").read_text("utf-8")


@pytest.fixture(scope="module")
def summary() -> dict[str, Any]:
    return json.loads((FOLDER / SUMMARY).read_text("utf-8"))


@pytest.fixture(scope="module")
def found(summary: dict[str, Any]) -> dict[str, Any]:
    return summary[settings.DEFAULT_RUN]


def readme_rows(found: Mapping[str, Any]) -> list[str]:
    """The table of the README, the best of the cross-validation first."""
    test, cv = found["test"]["systems"], found["cv"]["systems"]
    order = sorted(cv, key=lambda name: -cv[name]["accuracy"]["value"])
    return [
        f"| `{name}`{' (simulated quantum)' if cv[name]['quantum'] else ''} | "
        f"{figure(test[name]['accuracy'])} | {figure(cv[name]['accuracy'])} | "
        f"{test[name]['parameters']:,.0f} |"
        for name in order
    ]


def readme_differences(found: Mapping[str, Any]) -> list[str]:
    """QCMFM minus its twins, minus the best classical model, minus late fusion."""
    others = ["cross_attention", "cross_attention_dense", found["cv"]["best_classical"]]
    others = list(dict.fromkeys([*others, "logistic_late_fusion"]))
    return [
        f"| `{name}` | "
        + " | ".join(
            f"{figure(found[scheme]['qcmfm_minus'][name], '+.3f')}, "
            f"{p_value_text(found[scheme]['qcmfm_minus'][name]['p_holm'])}"
            for scheme in ("test", "cv")
        )
        + " |"
        for name in others
    ]


def test_the_readme_quotes_the_comparison(found: dict[str, Any]):
    assert "\n".join(readme_rows(found)) in README
    assert "\n".join(readme_differences(found)) in README
    seeds = {len(one["accuracy"]["by_seed"]) for one in found["test"]["systems"].values()}
    (number,) = seeds
    assert f"| model | test, mean of {number} seeds | cross-validation | parameters |" in README


def test_every_model_that_the_readme_counts_is_in_it(found: dict[str, Any]):
    assert "Fourteen models on the same" in README
    for scheme in ("cv", "test"):
        assert len(found[scheme]["systems"]) == 14
        assert set(found[scheme]["systems"]) <= set(fusion.names())


def readme_built_in(summary: Mapping[str, Any]) -> list[str]:
    """The README's table of the drawn collections, the best on average first."""
    parts = [summary[name]["test"]["systems"] for name in demo.names()]

    def value(model: str) -> float:
        return sum(part[model]["accuracy"]["value"] for part in parts)

    return [
        f"| `{model}`{' (simulated quantum)' if parts[0][model]['quantum'] else ''} | "
        + " | ".join(figure(part[model]["accuracy"]) for part in parts)
        + " |"
        for model in sorted(parts[0], key=value, reverse=True)
    ]


def readme_gaps(summary: Mapping[str, Any]) -> list[str]:
    """QCMFM minus its twin, and minus the best classical model of each drawn collection."""
    parts = [summary[name]["test"] for name in demo.names()]
    others = dict.fromkeys(["cross_attention", *(part["best_classical"] for part in parts)])
    return [
        f"| `{other}` | "
        + " | ".join(
            f"{figure(gap, '+.3f')}, {p_value_text(gap['p_holm'])}"
            for gap in (part["qcmfm_minus"][other] for part in parts)
        )
        + " |"
        for other in others
    ]


def test_the_readme_quotes_the_built_in_collections(summary: dict[str, Any]):
    assert "\n".join(readme_built_in(summary)) in README
    assert "\n".join(readme_gaps(summary)) in README
    parts = [summary[name]["cv"] for name in demo.names()]
    assert {part["best_classical"] for part in parts} == {"gated"}
    records = " and ".join(f"{part['records']:,}" for part in parts)
    gaps = " and ".join(f"{-part['qcmfm_minus']['gated']['value']:.3f}" for part in parts)
    assert f"cross-validation of the other records ({records}; one seed) by {gaps}" in " ".join(
        README.split()
    )


@pytest.mark.parametrize("name", demo.names())
def test_the_built_in_collections_are_as_hard_as_they_are_meant_to_be(
    summary: dict[str, Any], name: str
):
    """Neither modality is enough, and fusion is at least 8 points ahead of the better one."""
    systems = summary[name]["test"]["systems"]
    value = {model: found["accuracy"]["value"] for model, found in systems.items()}
    alone = max(value["image_only"], value["text_only"])
    assert alone <= 0.85 and value["qcmfm"] >= alone + 0.08


@pytest.mark.parametrize("name", demo.names())
def test_the_notes_of_the_cards_are_of_the_comparison(summary: dict[str, Any], name: str):
    notes = (settings.ASSETS / "cards" / f"{name}.md").read_text("utf-8")
    assert notes == card_notes(name, summary[name]["test"])


@pytest.mark.parametrize("name", [settings.DEFAULT_RUN, *demo.names()])
def test_the_summary_is_of_the_committed_rows(summary: dict[str, Any], name: str):
    trials = [trial for trial in Results(FOLDER).trials() if trial.collection == name]
    for system, one in summary[name]["test"]["systems"].items():
        of_rows = {t.seed: t.accuracy for t in trials if t.system == system and t.fold == "test"}
        assert sorted(of_rows) == list(range(len(of_rows)))
        expected = [of_rows[seed] for seed in sorted(of_rows)]
        np.testing.assert_allclose(one["accuracy"]["by_seed"], expected, atol=1e-6)
    assert {t.fold for t in trials} == {"test", "0", "1", "2", "3", "4"}


def test_the_readme_quotes_the_views_of_an_image():
    folder = settings.ASSETS / "studies" / "views"
    kept = json.loads((folder / "curves.json").read_text("utf-8"))
    told = " ".join(README.split())
    for name in ("mnist", "cifar10"):
        curves = views.curves(Results(folder), name)
        saving = views.saving(curves)
        assert kept[name] == {"curves": curves, "saving": saving}
        assert f"{saving['accuracy']:.3f} with {saving['parameters']:,.0f}" in told
        assert 0 < saving["times_fewer"] < 1
    savings = [kept[name]["saving"] for name in ("mnist", "cifar10")]
    few = " and ".join(f"{saving['times_fewer']:.2f}" for saving in savings)
    behind = " and ".join(f"{100 * saving['behind_ten_times']:.1f}" for saving in savings)
    assert f"A classical network with {few} times as many" in told
    assert f"it is {behind} points behind. It saves none." in told


def test_the_table_is_of_the_summary(summary: dict[str, Any]):
    assert Path(FOLDER / TABLE).read_text("utf-8") == markdown(summary)


SHOWN = (
    "qcmfm", "no_circuit", "frozen_circuit", "no_entanglement", "mixing_stage_only",
    "interaction_stage_only", "angle_encoding", "qubits_04", "qubits_10", "layers_1", "layers_8",
)  # fmt: skip
"""The systems of the ablation that the README has room for."""


def readme_ablation(part: Mapping[str, Any]) -> list[str]:
    """The README's table of the ablation."""
    gaps = part["qcmfm_minus"]
    told = {
        name: f"{figure(gaps[name], '+.3f')}, {p_value_text(gaps[name]['p_holm'])}"
        if name in gaps
        else ""
        for name in SHOWN
    }
    return [
        f"| `{name}` | {figure(part['systems'][name]['accuracy'])} | {told[name]} |"
        for name in SHOWN
    ]


def readme_noise(curves: Mapping[str, Any]) -> list[str]:
    """The README's table of channels: trained clean, and trained under the channel itself."""
    rows: list[str] = []
    for line in sorted(line for line in curves if line.partition(", ")[0] + TRAINED in curves):
        value = {point["strength"]: point["value"] for point in curves[line]}
        figures = [f"{value[at]:.3f}" if at in value else "" for at in (0.0, *AWARE_STRENGTHS)]
        rows.append(f"| {line.replace('_', ' ')} | {' | '.join(figures)} |")
    return rows


def test_the_readme_quotes_the_ablation():
    folder = settings.ASSETS / "studies" / "ablation"
    part = json.loads((folder / SUMMARY).read_text("utf-8"))[settings.DEFAULT_RUN]["test"]
    assert "\n".join(readme_ablation(part)) in README
    systems, trials = part["systems"], Results(folder).trials()
    assert set(systems) == {system.name for system in ablation.systems()}
    assert {name for name, found in systems.items() if not found["quantum"]} == {"no_circuit"}
    for name, found in systems.items():
        of_rows = [t.accuracy for t in trials if t.system == name]
        assert len(of_rows) == len(found["accuracy"]["by_seed"]) == ablation.SEEDS
        mean = float(np.mean(of_rows))
        assert found["accuracy"]["value"] == pytest.approx(mean, abs=1.01 / part["records"])


def test_the_readme_quotes_the_noise():
    folder = settings.ASSETS / "studies" / "noise"
    curves = json.loads((folder / f"curves_{settings.DEFAULT_RUN}.json").read_text("utf-8"))
    assert "\n".join(readme_noise(curves)) in README
    trials = [t for t in Results(folder).trials() if not t.condition.startswith("none")]
    assert len({t.condition for t in trials}) == len(channels()) * len(STRENGTHS) + len(
        set(AWARE_STRENGTHS) - set(STRENGTHS)
    ) * len(AWARE_CHANNELS)
    for line, points in curves.items():
        channel, trained, _it = line.partition(TRAINED)
        system = AWARE if trained else CLEAN
        for point in points:
            condition = f"{channel} {point['strength']:g}"
            found = [t for t in trials if (t.system, t.condition) == (system, condition)]
            assert len(found) == SEEDS
            assert point["value"] == pytest.approx(np.mean([t.accuracy for t in found]))
