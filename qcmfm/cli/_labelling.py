"""Commands that use a run on records: predict, evaluate and explain."""

from pathlib import Path
from typing import Annotated, Any

import typer

from qcmfm.cli._arguments import (
    Device,
    Json,
    LabelColumn,
    QuantumDevice,
    Records,
    RunName,
    Shots,
    TrainedColumn,
)
from qcmfm.cli._output import echo, figure, finish_work
from qcmfm.cli._records import need_labels, open_with_run, trained_column
from qcmfm.core.errors import CircuitError, ClusterError, RecordsError


def predict(
    run: RunName,
    records: Records,
    out: Annotated[Path, typer.Option(help="CSV file to write.")],
    top: Annotated[
        int, typer.Option(min=1, help="How many labels to write, with probabilities.")
    ] = 3,
    split: Annotated[str, typer.Option(help="Label only the rows of this split.")] = "",
    caption_column: TrainedColumn = "",
    engine: Annotated[
        str, typer.Option(help="local for one process, ray for many processes.")
    ] = "local",
    address: Annotated[
        str, typer.Option(help="Address of a Ray cluster; by default one starts on this machine.")
    ] = "",
    device: Device = "auto",
    quantum_device: QuantumDevice = "",
    shots: Shots = None,
    as_json: Json = False,
) -> None:
    """Label every record of a collection."""
    _check_engine(engine, address, quantum_device, shots)
    if engine == "ray":
        _predict_on_ray(run, records, out, top, split, caption_column, address, device, as_json)
        return
    from qcmfm import service

    _check_out(out, records)
    labeller, collection = open_with_run(run, records, caption_column, device)
    work = service.label_records(labeller, collection, out, top, split, quantum_device, shots)
    predictions = finish_work(work, as_json)
    labelled = sum(bool(prediction.ranked) for prediction in predictions)
    summary = {
        "predictions": str(out.resolve()),
        "rows": len(predictions),
        "labelled": labelled,
        "with_errors": sum(bool(prediction.error) for prediction in predictions),
        "model_sha256": labeller.run.sha256,
        "quantum_device": quantum_device,
    }
    text = f"{out}: {labelled} of {len(predictions)} rows labelled"
    if quantum_device:
        text += f"; the circuit was evaluated on {quantum_device}"
    echo(summary, text, as_json)


def _check_engine(engine: str, address: str, quantum_device: str, shots: int | None) -> None:
    """Refuse options that contradict each other, before anything is loaded."""
    if engine not in ("local", "ray"):
        raise ClusterError(f"There is no engine {engine!r}.", "One of: local, ray.")
    if address and engine != "ray":
        raise ClusterError("An address is of a Ray cluster.", "Add --engine ray.")
    if quantum_device and engine == "ray":
        raise ClusterError(
            f"The processes of a Ray cluster cannot share the quantum device {quantum_device}.",
            "Leave out --engine ray or --quantum-device.",
        )
    if shots is not None and not quantum_device:
        raise CircuitError(
            "The built-in simulator computes expectation values exactly and takes no --shots.",
            "Name a device with --quantum-device, or leave --shots out.",
        )


def _predict_on_ray(
    run: str,
    records: Path,
    out: Path,
    top: int,
    split: str,
    column: str,
    address: str,
    device: str,
    as_json: bool,
) -> None:
    from dataclasses import asdict

    from qcmfm import service
    from qcmfm.runs.folder import read_config

    _check_out(out, records)
    folder = service.find_run(run)
    column = column or trained_column(read_config(folder), records)
    outcome = finish_work(
        service.label_on_ray(str(folder), records, out, column, top, split, address, device),
        as_json,
    )
    text = (
        f"{out}: {outcome.labelled:,} of {outcome.rows:,} rows labelled by {outcome.workers} "
        f"processes; {outcome.with_errors:,} rows have errors, which the table describes"
    )
    echo({"predictions": str(out.resolve()), **asdict(outcome)}, text, as_json)


def evaluate(
    run: RunName,
    records: Records,
    split: Annotated[
        str, typer.Option(help="Split to evaluate: train, val, test, holdout or all.")
    ] = "test",
    caption_column: TrainedColumn = "",
    label_column: LabelColumn = "label",
    save: Annotated[
        bool, typer.Option("--save", help="Save the result in the run and its model card.")
    ] = False,
    grounding: Annotated[
        bool,
        typer.Option(
            "--grounding", help="Also measure how much attention lies on what a word names."
        ),
    ] = False,
    device: Device = "auto",
    as_json: Json = False,
) -> None:
    """Measure a run on labelled records."""
    from qcmfm import service

    labeller, collection = open_with_run(run, records, caption_column, device, label_column)
    need_labels(collection, label_column)
    # Grounding goes first because it can fail: it needs records with known regions.
    grounded = (
        finish_work(service.ground_run(labeller, collection, split), as_json) if grounding else {}
    )
    measured = finish_work(service.evaluate_run(labeller, collection, split), as_json)
    measured |= {"grounding": grounded} if grounded else {}
    if save:
        service.save_metrics(labeller, measured)
    lines = [f"{measured['records']} records, {measured['groups']} objects, split {split}"]
    if measured["unanswered"]:
        lines.append(f"{measured['unanswered']} more records could not be labelled")
    if measured["trained_on"]:
        lines.append("The run was trained on these records: the figures say nothing of new ones.")
    for name in ("accuracy", "macro_precision", "macro_recall", "macro_f1", "nll", "brier", "ece"):
        found = measured[name]
        lines.append(f"{name:16} {figure(found)}")
    lines += _grounding_lines(grounded) if grounded else []
    echo(measured, "\n".join(lines), as_json)


def _grounding_lines(found: dict[str, Any]) -> list[str]:
    """Grounding of attention and of two baselines, for all words and by what the words name."""
    groups = {"all": found} | found["by_kind"]
    lines = [f"Attention: {found['words']} words of {found['records']} records name a thing seen"]
    for metric, meaning in (
        ("pointing", "the most attended region touches the thing"),
        ("mass", "share of the attention that lies on the thing"),
    ):
        lines.append(f"{metric}: {meaning}")
        for name, measured in groups.items():
            values = measured[metric]
            baselines = (f"{which} {figure(values[which])}" for which in ("chance", "centre"))
            lines.append(f"  {name:14} {figure(values['attention'])}; {'; '.join(baselines)}")
    return lines


def explain(
    run: RunName,
    records: Records,
    record: Annotated[str, typer.Option(help="Id of the record.")],
    error_rate: Annotated[
        float,
        typer.Option(
            min=0.001, max=0.999, help="Share of prediction sets that may lack the right label."
        ),
    ] = 0.1,
    caption_column: TrainedColumn = "",
    device: Device = "auto",
    as_json: Json = False,
) -> None:
    """Show the evidence for one record's label."""
    from qcmfm import service
    from qcmfm.service.explanations import explanation_lines, find_record

    labeller, collection = open_with_run(run, records, caption_column, device)
    found = find_record(collection, record)
    submission = service.record_submission(collection, found)
    evidence = service.explain_submission(labeller, submission, error_rate)
    content = {"run": labeller.run.name, "record_id": record} | evidence.to_json()
    echo(content, "\n".join(explanation_lines(evidence)), as_json)


def _check_out(out: Path, records: Path) -> None:
    """Refuse a file that cannot be written, before the work is done."""
    from qcmfm.records import records_file

    if out.is_dir():
        raise RecordsError(f"{out} is a folder.", "Give a file, such as predictions.csv.")
    if out.exists() and out.samefile(records_file(records)):
        raise RecordsError(f"{out} is the records file itself.", "Give --out another name.")
    out.resolve().parent.mkdir(parents=True, exist_ok=True)
