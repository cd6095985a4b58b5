"""The pages and the command line say the same of the same setting."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

from qcmfm import cli, service
from qcmfm.core.progress import finish
from qcmfm.core.settings import PACKAGE, SHIPPED_COLLECTIONS, shipped
from qcmfm.lab.noise_recipe import NoiseRecipe
from qcmfm.quantum.noise_files import to_json
from qcmfm.ui.shell import sign_in

RECORD = "artifact-00003-1"
NOISES = (
    "depolarizing@gate:probability=0.02+readout:0.02,0.02+shots:300",
    "superconducting_heron*6",
)


@pytest.fixture(autouse=True)
def at_this_computer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Under AppTest a page's visitor has a mock for an address."""
    monkeypatch.setattr(sign_in, "is_at_this_computer", lambda: True)


def told(*arguments: str) -> dict[str, Any]:
    """What a command answers in JSON."""
    done = CliRunner().invoke(cli.app, [*arguments, "--json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def page(name: str, **query: str | list[str]) -> AppTest:
    """A page that was opened with this address."""
    app = AppTest.from_file(str(shipped("pages") / f"{name}.py"), default_timeout=300)
    for parameter, value in query.items():
        app.query_params[parameter] = value
    app.run()
    assert not app.exception and not app.error, [error.value for error in app.error]
    return app


def html(app: AppTest) -> list[str]:
    """The HTML pieces of a page."""
    return [element.proto.body for element in app.get("html")]


@pytest.fixture
def artifacts() -> list[str]:
    folder = str(SHIPPED_COLLECTIONS / "artifacts")
    return ["--run", "artifacts", "--records", folder, "--record", RECORD]


@pytest.mark.slow
def test_the_noise_lab_shows_the_figures_of_the_command_line(artifacts, tmp_path: Path):
    app = page("noise_lab", collection="artifacts", record=RECORD, noise=list(NOISES),
               mitigation="linear", sweep="bit_flip")  # fmt: skip
    columns = [body for body in html(app) if "qcmfm-figures" in body]
    captions = [caption.value for caption in app.caption if "fidelity" in caption.value]
    bars = [body for body in html(app) if "minmax(4.5rem" in body]
    assert len(columns) == len(captions) == 2 and len(bars) == 3
    app.session_state["sweep-table"] = True  # as a click opens it
    rows = app.run().dataframe[0].value.to_dict("records")
    for place, noise in enumerate(NOISES):
        file = tmp_path / "setting.json"
        file.write_text(to_json(NoiseRecipe.from_text(noise).setting()))
        said = told("noise", *artifacts, "--setting", str(file), "--mitigation", "linear",
                    "--sweep", "bit_flip")  # fmt: skip
        shown = [f"{said['accuracy']:.1%}", f"{said['macro_f1']:.1%}"]
        for name in ("accuracy", "macro_f1"):
            low, high = (said["intervals"][name][side] for side in ("low", "high"))
            shown.append(f"{low:.1%} to {high:.1%}")
        shown.append(f"{said['confidence']:.1%}</b> <span")
        shown.append(f"{100 * said['confidence_change']:+.1f}")
        shown.append(f"<b>{len(said['flips'])}</b>")
        better = said["mitigated"]
        shown.append(f"{better['accuracy']:.1%}")
        shown.append(f"{len(better['flips'])} flip")
        if said["shots"]:
            spread = said["with_shots"]
            shown.append(f"With {said['shots']:,} shots")
            shown.append(f"{spread['accuracy']['value']:.1%}")
            shown.append(f"{spread['flips']:.1f} flip")
        missing = [text for text in shown if text.replace("</b> <span", "") not in columns[place]]
        assert not missing, columns[place]
        record = said["record"]
        assert f"fidelity **{record['fidelity']:.3f}**" in captions[place]
        assert f"purity **{record['purity']:.3f}**" in captions[place]
        for label, probability in sorted(record["probabilities"].items(), key=lambda p: -p[1])[:2]:
            assert label.replace("_", " ") in bars[place + 1]
            assert f"{probability:.1%}" in bars[place + 1]
        assert said["reference"]["accuracy"] is not None
        for point, row in zip(said["sweep"], rows, strict=True):
            assert row["Accuracy"] == f"{point['accuracy']['value']:.1%}"
            assert row["Mitigated"] == ("yes" if point["mitigated"] else "no")
            assert row["Labels that flip"] == point["flips"]


@pytest.mark.parametrize(("every", "step", "off"), [("gate", 37, "3,L1"), ("layer", 2, "E")])
@pytest.mark.slow
def test_the_circuit_page_shows_the_figures_of_the_command_line(artifacts, every, step, off):
    app = page("circuit", collection="artifacts", record=RECORD, every=every, step=str(step),
               off=off, qubits="3", layers="1")  # fmt: skip
    said = told(
        "circuit", *artifacts, "--granularity", every, "--step", str(step), "--switch-off", off
    )
    text = "\n".join(caption.value for caption in app.caption)
    assert f"After step {step} of {said['steps']}" in text
    assert f"**{said['modality_entanglement']:.3f}** bit" in text
    assert f"all wires: {said['entanglement']:.3f}" in text
    assert f"meeting: {said['interference']:.3f}" in text
    best = max(said["labels"], key=said["labels"].get)
    assert f"Label: {best.replace('_', ' ')}" in [heading.value for heading in app.header]
    pieces = "\n".join(html(app))
    for figures in (said["labels"], said["labels_if_measured_here"]):
        assert f"{max(figures.values()):.1%}" in pieces
    for parts in said["shares"]:
        assert f"{sum(parts):+.2f}" in pieces
    costs = app.dataframe[0].value.to_dict("records")
    for row, name in zip(costs, ("resources_of_the_whole", "resources"), strict=True):
        assert row["Gates"] == said[name]["n_gates"] and row["Depth"] == said[name]["depth"]


@pytest.mark.slow
def test_the_playground_shows_the_figures_of_the_command_line():
    app = page("circuit", collection="artifacts", family="brick_wall", qubits="4", layers="2")
    said = told("playground", "--family", "brick_wall", "--qubits", "4", "--layers", "2")
    rows = app.dataframe[-1].value.to_dict("records")
    expected = {qubits: f"{slope:.2e}" for qubits, slope in said["slopes"].items()}
    assert {row["Qubits"]: row["Variance of the slope"] for row in rows} == expected
    text = "\n".join(caption.value for caption in app.caption)
    assert f"{said['entangling']:.2f} of 1" in text
    assert f"{said['expressibility']:.3f} nats" in text


@pytest.mark.slow
def test_a_setting_is_kept_from_the_command_line_and_a_wrong_one_is_told(artifacts, home: Path):
    told("noise", *artifacts, "--setting", "trapped_ion_h2", "--save", "ours")
    assert (home / "noise" / "ours.json").is_file()
    command = [sys.executable, "-m", "qcmfm", "noise", *artifacts, "--setting", "nothing"]
    done = subprocess.run(command, cwd=PACKAGE.parent, capture_output=True, text=True)
    assert done.returncode == 2 and "There is no noise setting 'nothing'" in done.stderr


@pytest.mark.slow
def test_the_circuit_follows_every_change_of_its_widgets():
    app = page("circuit", collection="textiles", qubits="2", layers="1")
    before = [heading.value for heading in app.header]
    app.toggle(key="off-entanglement").set_value(True).run()
    assert app.query_params["off"] in ("E", ["E"])
    assert any("The mark is the whole circuit" in c.value for c in app.caption)
    app.button_group(key="off-layers").set_value([1, 2]).run()
    assert app.query_params["off"] in ("L1,L2,E", ["L1,L2,E"])
    next(b for b in app.button if b.label == "Everything on again").click().run()
    assert "off" not in app.query_params
    assert [heading.value for heading in app.header] == before


@pytest.mark.slow
def test_a_saved_noise_orders_the_queue(home: Path):
    noise = "thermal_relaxation@gate:t1=100.0,t2=80.0,gate_time=3.0"
    app = page("noise_lab", collection="artifacts", noise=[noise], sweep="none")
    app.text_input[0].set_value("our device")
    next(b for b in app.button if b.label == "Save").click().run()
    assert "Kept as our device" in app.success[0].value
    labeller = service.open_labeller("artifacts", "cpu")
    collection = service.open_collection("artifacts")
    said = finish(service.label_collection(labeller, "artifacts", collection))
    session = service.OpenReviewSession("artifacts", collection, said)
    order = "unstable_under_noise:our device"
    assert order in session.orders()
    saved = session.unmeasured(order)
    assert saved is not None
    inputs = finish(service.open_circuit_inputs(labeller, collection))
    firm = service.measure_stability(inputs, saved)
    session.keep_stability(order, saved, firm)
    assert session.unmeasured(order) is None
    places = session.places(order)
    assert sorted(firm, key=firm.__getitem__)[0] == min(places, key=places.__getitem__)
    answer = told("noise", "--run", "artifacts", "--records",
                  str(SHIPPED_COLLECTIONS / "artifacts"), "--setting", "our device")  # fmt: skip
    assert {flip["record_id"] for flip in answer["flips"]} == {r for r, v in firm.items() if v < 0}
    assert answer["flips"], "the noise is meant to be strong enough to change a label"
