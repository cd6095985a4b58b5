"""Studies on collections that cost nothing: they run, resume, and say what was measured."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from qcmfm import fusion, studies
from qcmfm.core.errors import StudyError
from qcmfm.core.progress import finish
from qcmfm.records import read_collection
from qcmfm.studies import ablation, compare, noise, request, views
from qcmfm.studies.request import StudyRequest
from qcmfm.studies.summary import read_summary, write_comparison
from qcmfm.studies.trials.loaded_features import LoadedFeatures, load_table
from qcmfm.studies.trials.plan import (
    TEST,
    EncodedCollection,
    StudyPlan,
    carry_out,
    encode_for_study,
)
from qcmfm.studies.trials.results import Results
from qcmfm.studies.trials.trial import System, train_and_answer
from qcmfm.studies.trials.view_networks import FEViews, classical
from qcmfm.studies.trials.worker_processes import side_by_side
from qcmfm.training import TrainingSettings
from tests.cheap import CheapImageEncoder, CheapTextEncoder, cheap_cache, make_collection

QUICK = TrainingSettings(epochs=2, batch_size=32, views=2)
THREE = [
    System("qcmfm", "qcmfm", {"n_qubits": 4, "n_layers": 1, "dim": 8}),
    System("concat", "concat", {"width": 8}),
    System("logistic_late_fusion", "logistic_late_fusion", {}),
]


@pytest.fixture(autouse=True)
def one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trainings happen here, where they can be made cheap."""
    monkeypatch.setenv("LOKY_MAX_CPU_COUNT", "1")


@pytest.fixture
def material(tmp_path: Path) -> EncodedCollection:
    collection = read_collection(make_collection(tmp_path / "vases", 90))
    cache = cheap_cache(tmp_path / "features")
    return finish(encode_for_study(collection, cache, 2, "vases"))


@pytest.fixture
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    from qcmfm.encoders.features import Encoders

    monkeypatch.setattr(
        request, "load_encoders", lambda: Encoders(CheapImageEncoder(), CheapTextEncoder())
    )
    monkeypatch.setattr(compare, "VIEWS", 2)


def test_features_from_memory_are_those_from_disk(tmp_path: Path):
    collection = read_collection(make_collection(tmp_path / "vases", 40))
    table = finish(cheap_cache(tmp_path / "features").encode(collection, ("original", "mirror")))
    table = table.with_lexicon(
        type(table.lexicon).fit([record.caption for record in table.records])
    )
    loaded = load_table(table)
    rows = [4, 7, 0, 11, 7, 39]  # without a photo, without a caption, and others
    for views_asked in (None, ["mirror", "original"] * 3):
        ours, theirs = loaded.batch(rows, views_asked), table.batch(rows, views_asked)
        for name, value in vars(theirs).items():
            torch.testing.assert_close(getattr(ours, name), value, msg=name)
    part = loaded.subset([5, 7]).batch([0, 1])
    torch.testing.assert_close(part.image, table.batch([5, 7]).image)
    bare = replace(loaded, with_regions=False).batch(rows)
    assert not bare.regions.any()
    torch.testing.assert_close(bare.image, table.batch(rows).image)


@pytest.mark.parametrize(
    "name", [n for n in fusion.names() if not fusion.model_class(n).reads_regions]
)
def test_a_model_that_needs_no_regions_answers_the_same_without(
    name: str, material: EncodedCollection
):
    fit, score = material.folds[TEST]
    chosen = replace(QUICK, model=name, epochs=1)
    found = train_and_answer(material.table, fit, score, chosen, material.labels)
    whole = material.table.with_lexicon(found.lexicon).subset(score).batch(range(len(score)))
    with torch.inference_mode():
        again = found.model(whole).logits.numpy()
    np.testing.assert_allclose(found.logits, again, atol=1e-5)


def test_no_group_is_on_both_sides_of_a_fold(material: EncodedCollection):
    records = material.table.records
    for name, (fit, score) in material.folds.items():
        assert not {records[r].group_key for r in fit} & {records[r].group_key for r in score}
        assert all((records[r].split == "test") == (name == TEST) for r in score)
        assert all(records[r].split != "test" for r in fit)


def test_a_plan_that_was_stopped_goes_on_and_does_nothing_twice(
    material: EncodedCollection, tmp_path: Path
):
    plan = StudyPlan(THREE, range(2), (TEST,), QUICK)
    results = Results(tmp_path / "study")
    asked: list[bool] = []

    def after_two() -> bool:
        asked.append(True)
        return len(asked) > 2

    assert finish(carry_out(plan, material, results, after_two)) == 4
    first = results.trials()
    assert len(first) == 2
    assert finish(carry_out(plan, material, results)) == 0
    whole = results.trials()
    assert whole[:2] == first and len(whole) == 6 and len(results.done()) == 6
    finish(carry_out(plan, material, results))
    assert results.trials() == whole
    again = Results(tmp_path / "again")
    finish(carry_out(StudyPlan(THREE, range(1), (TEST,), QUICK), material, again))
    for system in THREE:
        ours, theirs = (r.answers("vases", system.name) for r in (results, again))
        np.testing.assert_array_equal(ours[0, TEST], theirs[0, TEST])


@pytest.mark.slow
def test_two_processes_train_what_one_does(
    material: EncodedCollection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    plan = StudyPlan(THREE, range(1), (TEST,), QUICK)
    alone, beside = Results(tmp_path / "alone"), Results(tmp_path / "beside")
    assert finish(carry_out(plan, material, alone)) == 0
    monkeypatch.setenv("LOKY_MAX_CPU_COUNT", "2")
    assert finish(carry_out(plan, material, beside)) == 0
    assert beside.done() == alone.done()
    for system in THREE:
        ours, theirs = (r.answers("vases", system.name) for r in (alone, beside))
        np.testing.assert_allclose(ours[0, TEST], theirs[0, TEST], atol=2e-3)


def test_large_arrays_are_mapped_by_the_other_processes(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LOKY_MAX_CPU_COUNT", "2")
    none, large = np.zeros((1, 1)), np.full((1, 600, 49, 32), 2, np.float16)
    given = LoadedFeatures({}, large, none, {}, none, none, none, [])
    found = list(side_by_side(look, given, [1, 2, 3], lambda: False))
    assert found == [(True, 2.0)] * 3


def look(given: LoadedFeatures, cell: int) -> tuple[bool, float]:
    return isinstance(given.regions, np.memmap), float(given.regions[0, cell].mean())


def test_an_error_of_another_process_is_told_as_it_is(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LOKY_MAX_CPU_COUNT", "2")
    with pytest.raises(StudyError, match=r"Two is too many\. Give one\."):
        list(side_by_side(refuse, "Two is too many.", [1, 2], lambda: False))


def refuse(message: str, cell: int) -> None:
    raise StudyError(message, "Give one.")


def test_a_comparison_says_who_won(material: EncodedCollection, tmp_path: Path):
    results = Results(tmp_path / "study")
    folds = tuple(name for name in material.folds if name != TEST)
    finish(carry_out(StudyPlan(THREE, range(1), folds, QUICK), material, results))
    finish(carry_out(StudyPlan(THREE, range(2), (TEST,), QUICK), material, results))
    summary = write_comparison(results)
    assert read_summary(results.folder) == summary
    for scheme, seeds in (("test", 2), ("cv", 1)):
        part = summary["vases"][scheme]
        assert part["best_classical"] in ("concat", "logistic_late_fusion")
        for name, found in part["systems"].items():
            rows = [
                t for t in results.trials()
                if t.system == name and (t.fold == "test") == (scheme == "test")
            ]  # fmt: skip
            weight = [t.records for t in rows]
            mean = np.average([t.accuracy for t in rows], weights=weight)
            assert found["accuracy"]["value"] == pytest.approx(mean, abs=1e-5)
            assert len(found["accuracy"]["by_seed"]) == seeds
            assert found["quantum"] == (name == "qcmfm")
        highest = max(part["systems"], key=lambda n: part["systems"][n]["accuracy"]["value"])
        assert part["sentence"].startswith(f"Right most often: {fusion.title(highest)} (")
        assert set(part["qcmfm_minus"]) == {"concat", "logistic_late_fusion"}
    text = (results.folder / "table.md").read_text()
    assert text.count("\n| qcmfm (simulated quantum) |") == 2
    for scheme in ("test", "cv"):
        picture = results.folder / f"forest_vases_{scheme}.png"
        assert picture.read_bytes().startswith(b"\x89PNG")


def test_compare_takes_every_model_and_stops_in_time(tmp_path: Path, home: Path, cheap: None):
    assert [s.name for s in compare.systems()] == fusion.names()
    folder = make_collection(tmp_path / "vases", 90).parent
    request = StudyRequest(
        tmp_path / "out", (str(folder),), 1, (TEST,), ("logistic_tfidf", "concat")
    )
    finish(compare.run(replace(request, minutes=-1.0)))
    assert request.results.trials() == []
    finish(compare.run(request))
    assert {t.system for t in request.results.trials()} == {"logistic_tfidf", "concat"}
    assert "vases" in read_summary(request.out)


def test_a_collection_that_is_not_there_is_told(tmp_path: Path):
    request = StudyRequest(tmp_path / "out", ("nowhere",))
    with pytest.raises(StudyError, match="no collection 'nowhere'"):
        finish(compare.run(request))
    with pytest.raises(StudyError, match="no study"):
        studies.study("alchemy")
    assert studies.names() == ["ablation", "compare", "noise", "views"]


def test_every_ablation_changes_one_thing():
    whole, *others = ablation.systems()
    assert whole.options == {} and len({s.name for s in others}) == len(others) == 19
    shape = dict.fromkeys(range(4, 11))
    assert {s.options["n_qubits"] for s in others if "n_qubits" in s.options} == set(shape) - {8}


@pytest.mark.parametrize("channel", noise.channels())
def test_no_noise_is_no_noise_and_strong_noise_is_some(channel: str):
    from qcmfm.quantum.ansatz import two_stage
    from qcmfm.quantum.noisy_simulation import NoisySimulator
    from qcmfm.quantum.simulation import Simulator

    torch.manual_seed(0)
    circuit = two_stage(3, 1)
    angles = torch.randn(circuit.n_weights, dtype=torch.float64)
    states = torch.nn.functional.normalize(torch.randn(9, 8, dtype=torch.float64), dim=1)
    clean = Simulator(circuit).expectations(states, angles)
    none, strong = (
        NoisySimulator(circuit, noise.setting(channel, s)).expectations(states, angles)
        for s in (0.0, 0.2)
    )
    torch.testing.assert_close(none, clean, atol=1e-10, rtol=0)
    assert (strong - clean).abs().max() > 0.01


def test_noise_is_answered_under_and_trained_under(
    tmp_path: Path, home: Path, cheap: None, monkeypatch: pytest.MonkeyPatch
):
    for name, value in (
        ("VIEWS", 1), ("STRENGTHS", (0.0, 0.2)), ("AWARE_CHANNELS", ("depolarizing",)),
        ("AWARE_STRENGTHS", (0.05,)), ("QUBITS", 4),
    ):  # fmt: skip
        monkeypatch.setattr(noise, name, value)
    monkeypatch.setattr(noise, "TrainingSettings", lambda **k: TrainingSettings(**k, epochs=2))
    folder = make_collection(tmp_path / "vases").parent
    request = StudyRequest(tmp_path / "out", (str(folder),), 1)
    finish(noise.run(request))
    rows = request.results.trials()
    assert len(rows) == 1 + 2 * len(noise.channels()) + 1
    clean = next(t for t in rows if t.condition == "none 0")
    for found in rows:
        if found.condition.endswith(" 0"):
            assert found.accuracy == clean.accuracy
    finish(noise.run(request))
    assert request.results.trials() == rows
    assert (request.out / "curves_vases.json").is_file()


def make_views(folder: Path) -> Path:
    chance = np.random.default_rng(0)
    for name, shape in (("mnist", (28, 28)), ("cifar10", (32, 32, 3))):
        parts = {}
        for part, size in (("train", 256), ("test", 64)):
            labels = np.arange(size) % 3
            images = chance.integers(0, 60, (size, *shape)) + 90 * labels.reshape(
                -1, *[1] * len(shape)
            )
            parts |= {f"x_{part}": images.astype(np.uint8), f"y_{part}": labels}
        np.savez(folder / f"{name}.npz", **parts)
    return folder


def test_views_are_studied_over_a_range_of_sizes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for name, value in (("FE_FEATURES", (4,)), ("WIDTHS", (2, 8)), ("EPOCHS", 3)):
        monkeypatch.setattr(views, name, value)
    request = StudyRequest(tmp_path / "out", seeds=1, data=make_views(tmp_path))
    finish(views.run(request))
    rows = request.results.trials()
    assert len(rows) == 2 * (1 + 2 * len(views.FAMILIES))
    finish(views.run(request))
    assert request.results.trials() == rows
    found = views.curves(request.results, "mnist")
    assert set(found) == {"fe_qmfnn", *views.FAMILIES}
    assert (request.out / "views_mnist.png").is_file()
    with pytest.raises(StudyError, match="--data"):
        finish(views.run(replace(request, data=None)))


def test_the_saving_is_told_from_the_curves():
    def points(*pairs: tuple[float, float]) -> list[dict[str, float]]:
        return [{"parameters": n, "value": v, "low": v, "high": v} for n, v in pairs]

    found = {
        "fe_qmfnn": points((100.0, 0.8), (200.0, 0.9)),
        "concat": points((500.0, 0.9), (3000.0, 0.95)),
    }
    assert views.saving(found) == {
        "accuracy": 0.9, "parameters": 200, "best_classical": 0.95, "times_fewer": 2.5,
        "behind_ten_times": pytest.approx(0.05),
    }  # fmt: skip
    del found["concat"][1]
    assert "behind_ten_times" not in views.saving(found)


@pytest.mark.parametrize("family", ["fe_qmfnn", *views.FAMILIES])
@pytest.mark.parametrize("count", [2, 3])
def test_a_network_takes_any_number_of_views(family: str, count: int):
    torch.manual_seed(0)
    sizes = [6, 5, 4][:count]
    network = (FEViews if family == "fe_qmfnn" else classical(family))(sizes, 8, 4)
    logits = network([torch.randn(7, size) for size in sizes])
    assert logits.shape == (7, 4)
    logits.square().sum().backward()
    for name, parameter in network.named_parameters():
        assert parameter.grad is not None and parameter.grad.abs().max() > 0, name


def test_the_table_is_tidy(material: EncodedCollection, tmp_path: Path):
    results = Results(tmp_path / "study")
    finish(carry_out(StudyPlan(THREE[1:2], range(1), (TEST,), QUICK), material, results))
    with (results.folder / "trials.csv").open() as handle:
        (row,) = csv.DictReader(handle)
    assert row["collection"] == "vases" and row["system"] == "concat" and row["fold"] == TEST
    assert int(row["records"]) == len(material.folds[TEST][1])
