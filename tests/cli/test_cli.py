"""The command line, in this process on cheap encoders, and as a process of its own."""

import csv
import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from typer.main import get_group

from qcmfm import cli
from qcmfm.encoders import features
from qcmfm.encoders.features import Encoders
from qcmfm.records import read_collection
from qcmfm.records.regions import region_of, write_regions
from tests.cheap import CheapImageEncoder, CheapTextEncoder, make_collection

COMMANDS = get_group(cli.app).commands


@pytest.fixture
def run_cli(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Run a command; returns exit code, standard output and standard error."""

    def load(image: str = "", text: str = "", device: str = "auto") -> Encoders:
        return Encoders(CheapImageEncoder(), CheapTextEncoder())

    monkeypatch.setattr(features, "load_encoders", load)
    monkeypatch.setattr("qcmfm.service.labelling.load_encoders", load)
    monkeypatch.setattr("qcmfm.service.retraining.load_encoders", load)

    def run(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["qcmfm", *map(str, words)])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        out, err = capsys.readouterr()
        return int(stop.value.code or 0), out, err

    return run


SMALL = ["--option", "n_qubits=4", "--option", "n_layers=1", "--option", "dim=8", "--epochs", 6]


@pytest.mark.slow
def test_retrain_and_adopt(run_cli, home: Path):
    make_collection(home / "collections" / "vases", 90)
    code, out, _ = run_cli("retrain", "--collection", "vases", "--from-scratch", "--json")
    first = json.loads(out)
    assert code == 0 and (first["run"], first["parent"]) == ("vases-1", "")
    code, out, _ = run_cli("retrain", "--collection", "vases", "--adopt")
    assert code == 0 and "before (vases-1)" in out and "Adopted for vases" in out
    assert json.loads((home / "adopted.json").read_text())["vases"][-1]["run"] == "vases-2"
    code, _, err = run_cli("retrain", "--collection", "nowhere")
    assert code == 2 and "'nowhere'" in err
    code, _, err = run_cli("retrain", "--collection", "vases", "--name", "vases-2")
    assert code == 2 and "exists already" in err


def test_the_circuit_on_a_quantum_device(run_cli, tmp_path: Path):
    file = make_collection(tmp_path / "vases", 20)
    common = ["--records", file, "--out", tmp_path / "run", *SMALL[:-1], 1]
    assert run_cli("train", *common)[0] == 0
    common = ["predict", "--run", tmp_path / "run", "--records", file, "--out"]
    here, there = tmp_path / "here.csv", tmp_path / "there.csv"
    code, out, _ = run_cli(*common, here, "--json")
    assert code == 0 and json.loads(out)["quantum_device"] == ""
    code, out, _ = run_cli(*common, there, "--quantum-device", "default.qubit", "--json")
    assert code == 0 and json.loads(out)["quantum_device"] == "default.qubit"
    first, second = (file.read_text().splitlines() for file in (here, there))
    assert first[0] == second[0]
    assert [row.split(",")[:2] for row in first] == [row.split(",")[:2] for row in second]
    code, out, _ = run_cli(*common, there, "--quantum-device", "default.qubit", "--shots", 100)
    assert code == 0 and "evaluated on default.qubit" in out
    for wrong, sentence in (
        (["--quantum-device", "qiskit.aer"], "pip install pennylane-qiskit"),
        (["--quantum-device", "default.qubit", "--engine", "ray"], "Ray"),
        (["--shots", 10], "--quantum-device"),
    ):
        code, _, err = run_cli(*common, there, *wrong)
        assert code == 2 and sentence in err


def test_train_predict_evaluate(run_cli, tmp_path: Path, home: Path):
    file = make_collection(tmp_path / "vases")
    run = home / "runs" / "vases"
    code, out, err = run_cli("train", "--records", file, "--out", run, *SMALL, "--json")
    assert (code, err) == (0, "")
    said = json.loads(out)
    assert said["labels"] == ["blue", "green", "red"] and said["problems"] == 0
    assert "train --records" in json.loads((run / "run.json").read_text())["command"]

    table = tmp_path / "predictions.csv"
    code, out, _ = run_cli("predict", "--run", "vases", "--records", file, "--out", table)
    assert code == 0 and "60 of 60 rows labelled" in out
    with table.open(newline="") as handle:
        assert [row["record_id"] for row in csv.DictReader(handle)] == [f"r{n}" for n in range(60)]

    some = ["--run", run, "--records", file, "--out", table]
    code, out, _ = run_cli("predict", *some, "--split", "val")
    assert code == 0 and "12 of 12 rows labelled" in out
    code, out, err = run_cli("predict", *some, "--split", "elsewhere")
    assert code == 2 and "'elsewhere'" in err

    code, out, _ = run_cli("evaluate", "--run", run, "--records", file, "--json")
    measured = json.loads(out)
    assert code == 0 and measured["split"] == "test" and measured["records"] == 12
    low, high = measured["accuracy"]["low"], measured["accuracy"]["high"]
    assert low <= measured["accuracy"]["value"] <= high

    code, out, _ = run_cli("evaluate", "--run", run, "--records", file, "--save")
    assert code == 0 and "macro_f1" in out
    code, out, err = run_cli(
        "evaluate", "--run", run, "--records", file, "--split", "val", "--save"
    )
    assert code == 2 and "trained on" in err


def test_grounding_is_measured_beside_the_rest(run_cli, tmp_path: Path, home: Path):
    file = make_collection(tmp_path / "vases")
    run = home / "runs" / "vases"
    run_cli("train", "--records", file, "--out", run, *SMALL)
    measure = ["evaluate", "--run", run, "--records", file, "--grounding"]
    code, _, err = run_cli(*measure)
    assert code == 2 and "regions.json" in err

    records = read_collection(file).records
    mask = np.tile(np.arange(16) < 8, (16, 1))
    whole = {
        r.record_id: [region_of(r.caption, 2, 6, "object", mask)] for r in records if r.caption
    }
    write_regions(file.with_name("regions.json"), whole)
    code, out, _ = run_cli(*measure, "--json")
    found = json.loads(out)["grounding"]
    shown = [r for r in records if r.split == "test" and r.image and r.caption]
    assert code == 0 and found["words"] == len(shown)
    assert found["mass"]["chance"] == {"value": 0.5, "low": 0.5, "high": 0.5}
    code, out, _ = run_cli(*measure, "--save")
    value = found["mass"]["attention"]["value"]
    assert code == 0 and "macro_f1" in out and f"object         {value:.3f}  (" in out
    assert "chance 0.500  (0.500 to 0.500)" in out
    card = (run / "README.md").read_text()
    assert "Where it looked on `test`" in card and f"| mass | {value:.3f} (" in card


def test_a_run_is_calibrated_and_a_record_explained(run_cli, tmp_path: Path, home: Path):
    file = make_collection(tmp_path / "vases")
    run = home / "runs" / "vases"
    run_cli("train", "--records", file, "--out", run, *SMALL)
    asked = ["explain", "--run", "vases", "--records", file, "--record"]
    code, out, _ = run_cli(*asked, "r0")
    assert code == 0 and "not calibrated" in out and "parts of the readout" in out

    code, out, _ = run_cli("calibrate", "--run", "vases", "--records", file, "--json")
    said = json.loads(out)
    assert code == 0 and said["records"] == 48 and len(said["test"]) == 3
    code, out, _ = run_cli(*asked, "r0", "--json", "--error-rate", "0.2")
    found = json.loads(out)
    assert code == 0 and found["record_id"] == "r0" and found["trust"]["error_rate"] == 0.2
    parts = found["shares"]
    whole = sum(parts[name] for name in ("image", "text", "interaction", "constant"))
    assert abs(whole - parts["total"]) < 1e-9
    assert found["trust"]["neighbours"][0]["record_id"] == "r0"
    code, out, _ = run_cli(*asked, "r0")
    assert code == 0 and "Faithfulness" in out and "Near: r0" in out
    code, _, err = run_cli(*asked, "r99")
    assert code == 2 and "'r99'" in err


def test_training_can_calibrate_at_once(run_cli, tmp_path: Path, home: Path):
    file = make_collection(tmp_path / "vases")
    run = home / "runs" / "vases"
    code, _, _ = run_cli("train", "--records", file, "--out", run, *SMALL, "--calibrate")
    kept = json.loads((run / "conformal.json").read_text())
    assert code == 0 and len(kept["record_ids"]) == 48
    assert (
        kept["weights"]
        == json.loads((run / "run.json").read_text())["sha256"]["weights.safetensors"]
    )


def test_bad_rows_are_told_on_standard_error(run_cli, tmp_path: Path, home: Path):
    file = make_collection(tmp_path / "vases")
    file.write_text(file.read_text() + "r0,,again,,,,M0\n")
    (tmp_path / "vases" / "images" / "3.png").write_bytes(b"no photo")
    code, _, err = run_cli("train", "--records", file, "--out", home / "run", *SMALL)
    assert code == 0
    assert "row 5, column image: 3.png is not a photo that can be read." in err
    assert "row 62, column record_id: the id 'r0' stands in row 2 already" in err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["train", "--records", "nowhere.csv", "--out", "r"], "no records file"),
        (["train", "--records", "{file}", "--out", "{folder}"], "exists already"),
        (["train", "--records", "{file}", "--out", "r", "--model", "oracle"], "qcmfm"),
        (["train", "--records", "{file}", "--out", "r", "--option", "n_qubits=99"], "4 to 10"),
        (["train", "--records", "{file}", "--out", "r", "--option", "qubits"], "NAME=VALUE"),
        (["train", "--records", "{file}", "--out", "r", "--epochs", "0"], "epochs"),
        (["train", "--records", "{file}", "--out", "r", "--caption-column", "title"], "'title'"),
        (["train", "--records", "{file}", "--out", "r", "--notes", "nowhere.md"], "notes"),
        (["predict", "--run", "r", "--records", "{file}", "--out", "{file}"], "itself"),
        (["predict", "--run", "r", "--records", "{file}", "--out", "{folder}"], "is a folder"),
        (["train", "--records", "{file}", "--out", "r", "--seed", "-1"], "seed"),
        (["predict", "--run", "nowhere", "--records", "{file}", "--out", "o.csv"], "no run"),
        (["evaluate", "--run", "nowhere", "--records", "{file}"], "no run"),
        (["train", "--colour", "red"], "colour"),
        (["frobnicate"], "frobnicate"),
    ],
)
def test_a_user_s_mistake_ends_with_2_and_a_sentence(
    run_cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], message: str
):
    monkeypatch.chdir(tmp_path)
    file = make_collection(tmp_path / "vases", size=15)
    filled = [word.format(file=file, folder=tmp_path / "vases") for word in words]
    code, out, err = run_cli(*filled)
    assert code == 2 and out == ""
    assert message in err and "Traceback" not in err


def test_help_answers_within_a_second():
    times = []
    for _ in range(3):
        start = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "qcmfm", "--help"], capture_output=True, text=True, check=True
        )
        times.append(time.perf_counter() - start)
        assert all(command in done.stdout for command in ("train", "predict", "evaluate"))
    assert sorted(times)[1] < 1.0, times


def test_the_column_of_the_training_is_used_whatever_the_delimiter(
    run_cli, tmp_path: Path, home: Path
):
    file = make_collection(tmp_path / "vases")
    file.write_text(file.read_text().replace("caption", "masked", 1))
    run = home / "runs" / "masked"
    run_cli("train", "--records", file, "--out", run, *SMALL, "--caption-column", "masked")
    tables = []
    for delimiter, encoding in ((",", "utf-8"), (";", "utf-16")):
        with file.open(newline="", encoding="utf-8") as handle:
            rows = list(csv.reader(handle))
        other = file.with_name("other.csv")
        with other.open("w", newline="", encoding=encoding) as handle:
            csv.writer(handle, delimiter=delimiter).writerows(rows)
        out = tmp_path / "out.csv"
        assert run_cli("predict", "--run", run, "--records", other, "--out", out)[0] == 0
        with out.open(newline="") as handle:
            tables.append([(r["label"], r["confidence"]) for r in csv.DictReader(handle)])
    assert tables[0] == tables[1]
    file.write_text(file.read_text().replace("masked", "title", 1))
    code, _, err = run_cli("predict", "--run", run, "--records", file, "--out", out)
    assert code == 2 and "'masked'" in err


def test_records_without_a_label_column_are_told_by_name(run_cli, tmp_path: Path):
    file = make_collection(tmp_path / "vases", size=6)
    file.write_text(file.read_text().replace(",label,", ",material,", 1))
    code, _, err = run_cli("train", "--records", file, "--out", tmp_path / "r", *SMALL)
    assert code == 2 and "--label-column" in err and "material" in err


def test_labelling_on_ray_without_ray_says_how_to_install_it(
    run_cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    file = make_collection(tmp_path / "vases", 20)
    assert run_cli("train", "--records", file, "--out", tmp_path / "run", *SMALL[:-1], 1)[0] == 0
    monkeypatch.setitem(sys.modules, "ray", None)
    common = ["--run", tmp_path / "run", "--records", file, "--out", tmp_path / "labels.csv"]
    code, _, err = run_cli("predict", *common, "--engine", "ray")
    assert code == 2 and "pip install 'qcmfm[scale]'" in err and "Traceback" not in err
    assert not list(tmp_path.glob("labels.csv*"))


@pytest.mark.parametrize(
    ("words", "former", "current", "value"),
    [
        (["doctor"], "--mend", "--repair", []),
        (["catalog"], "--anew", "--rebuild", []),
        (["retrain", "--collection", "vases"], "--from-nothing", "--from-scratch", []),
        (["search"], "--like", "--similar-to", ["vase-7"]),
        (["circuit", "--run", "a", "--records", "b"], "--every", "--granularity", ["layer"]),
        (["circuit", "--run", "a", "--records", "b"], "--off", "--switch-off", ["3,L1"]),
    ],
)
class TestFormerOptions:
    """Option names of version 0.1, which are accepted until 0.3.0."""

    def test_they_do_the_same(self, words, former, current, value):
        name, *given = words
        command = COMMANDS[name]

        def parsed(*option: str) -> dict[str, object]:
            return command.make_context(name, [*given, *option]).params

        assert parsed(former, *value) == parsed(current, *value) != parsed()
        if value:
            assert parsed(f"{former}={value[0]}") == parsed(current, *value)

    def test_help_shows_the_current_ones_alone(self, run_cli, words, former, current, value):
        code, out, _ = run_cli(words[0], "--help")
        assert code == 0 and current in out.split() and former not in out.split()


def test_a_former_option_is_unknown_where_it_never_was_and_plain_text_behind_dashes(run_cli):
    code, _, err = run_cli("doctor", "--like", "x")
    assert code == 2 and "--like" in err and "--similar-to" not in err
    command = COMMANDS["search"]
    assert command.make_context("search", ["--", "--like"]).params["text"] == "--like"
