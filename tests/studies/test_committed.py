"""The README quotes the comparison that is committed, and that is what its rows say."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from qcmfm import fusion, settings
from qcmfm.studies._results import Results
from qcmfm.studies._summary import SUMMARY, TABLE, markdown

FOLDER = settings.ASSETS / "studies" / "compare"
README = (settings.ROOT / "README.md").read_text("utf-8")
COLLECTION = "museum_materials"


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    return json.loads((FOLDER / SUMMARY).read_text("utf-8"))[COLLECTION]


def figure(a: Mapping[str, float], form: str = ".3f") -> str:
    return f"{a['value']:{form}} ({a['low']:{form}} to {a['high']:{form}})"


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
            f"p {found[scheme]['qcmfm_minus'][name]['p_holm']:.2f}"
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


def test_every_model_is_in_it(found: dict[str, Any]):
    for scheme in ("cv", "test"):
        assert set(found[scheme]["systems"]) == set(fusion.names())


def test_the_summary_is_of_the_committed_rows(found: dict[str, Any]):
    trials = Results(FOLDER).trials()
    # Answers are kept in float16, so that a near tie of one record may fall the other way.
    record = 1.01 / found["test"]["records"]
    for name, one in found["test"]["systems"].items():
        of_rows = {t.seed: t.accuracy for t in trials if t.system == name and t.fold == "test"}
        assert sorted(of_rows) == list(range(len(of_rows)))
        expected = [of_rows[seed] for seed in sorted(of_rows)]
        np.testing.assert_allclose(one["accuracy"]["by_seed"], expected, atol=record)
    folds = {t.fold for t in trials}
    assert folds == {"test", "0", "1", "2", "3", "4"}


def test_the_table_is_of_the_summary():
    summary = json.loads((FOLDER / SUMMARY).read_text("utf-8"))
    assert Path(FOLDER / TABLE).read_text("utf-8") == markdown(summary)
