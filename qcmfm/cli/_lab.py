"""Commands with the figures of the Circuit and Noise lab pages."""

from typing import Annotated

import typer

from qcmfm.cli._arguments import Device, Json, Records, RunName, TrainedColumn
from qcmfm.cli._output import echo, figure, finish_work
from qcmfm.cli._records import open_with_run


def noise(
    run: RunName,
    records: Records,
    setting: Annotated[
        str, typer.Option(help="JSON of a noise, or name of a preset or saved one.")
    ],
    record: Annotated[str, typer.Option(help="Id of a record to look at.")] = "",
    mitigation: Annotated[str, typer.Option(help="richardson or linear; by default none.")] = "",
    sweep: Annotated[
        list[str] | None, typer.Option(help="Channel whose strength is swept; may be repeated.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seeds the shots.")] = 0,
    save: Annotated[
        str, typer.Option(help="Name to keep the setting under; replaces one that has it.")
    ] = "",
    caption_column: TrainedColumn = "",
    device: Device = "auto",
    as_json: Json = False,
) -> None:
    """Simulate what a noisy device would make of the labels: the Noise lab's figures."""
    from qcmfm import service
    from qcmfm.lab import condition, report

    chosen = condition.open_condition(setting)
    if save:
        condition.save(save, chosen, instead=True)
    labeller, collection = open_with_run(run, records, caption_column, device)
    material = finish_work(service.open_circuit_inputs(labeller, collection), as_json)
    work = report.noise_report(material, chosen, record, mitigation, sweep or (), seed)
    said = finish_work(work, as_json)
    lines = [f"{said['setting']}: {said['records']} records, {said['labelled']} with a label"]
    for name, found in said.get("intervals", {}).items():
        lines.append(f"{name:12} {figure(found)}")
    before = said["reference"]
    if before["accuracy"] is not None:
        lines.append(f"without it   {before['accuracy']:.3f} ({before['setting']})")
    lines.append(f"confidence   {said['confidence']:.3f} ({said['confidence_change']:+.3f})")
    lines.append(f"labels that change: {len(said['flips'])}")
    echo(said, "\n".join(lines), as_json)


def circuit(
    run: RunName,
    records: Records,
    record: Annotated[str, typer.Option(help="Id of the record; by default the first.")] = "",
    every: Annotated[str, typer.Option(help="A step is a gate, a stage or a layer.")] = "gate",
    step: Annotated[int, typer.Option(help="Which step; by default the last.")] = -1,
    off: Annotated[
        str, typer.Option(help="What is switched off: gates and layers from 0, 3,17,L1, and E.")
    ] = "",
    caption_column: TrainedColumn = "",
    device: Device = "auto",
    as_json: Json = False,
) -> None:
    """Follow a record through a run's circuit: the Circuit page's figures."""
    from qcmfm import service
    from qcmfm.lab.report import circuit_report
    from qcmfm.lab.state_steps import walk
    from qcmfm.lab.switched_gates import SwitchedOff, altered

    labeller, collection = open_with_run(run, records, caption_column, device)
    material = finish_work(service.open_circuit_inputs(labeller, collection), as_json)
    row = material.row(record) if record else 0
    whole = material.readout
    numbers = SwitchedOff.from_text(off, whole.circuit).numbers(whole.circuit)
    changed = altered(whole, numbers)
    taken = walk(changed, material.amplitudes[row], every)
    step = min(step, len(taken) - 1) if step >= 0 else len(taken) - 1
    said = {"record_id": material.records[row].record_id, "off": sorted(numbers)}
    said |= circuit_report(changed, whole, taken, step)
    best = max(said["labels"], key=said["labels"].get)
    text = f"{said['record_id']}: {best} ({said['labels'][best]:.3f}), {len(numbers)} gates off"
    echo(said, text, as_json)


def playground(
    family: Annotated[str, typer.Option(help="two_stage, hardware_efficient, …")] = "two_stage",
    qubits: Annotated[int, typer.Option(help="2 to 10.")] = 6,
    layers: Annotated[int, typer.Option(help="1 to 8.")] = 3,
    as_json: Json = False,
) -> None:
    """Count what an untrained circuit needs, and measure the slopes of random angles."""
    from qcmfm.lab.playground import trial_report, try_out

    trial = finish_work(try_out(family, qubits, layers), as_json)
    said = trial_report(family, qubits, layers, trial)
    slopes = "\n".join(f"{n:2} qubits: {slope:.2e}" for n, slope in trial.slopes.items())
    echo(said, f"{family}: variance of the slope in an angle\n{slopes}", as_json)
