"""Commands with the results of the Circuit, Noise lab and Playground pages."""

from typing import Annotated

import typer

from qcmfm.cli._arguments import Device, Json, Records, RunName, TrainedColumn
from qcmfm.cli._output import echo, figure, finish_work
from qcmfm.cli._records import open_with_run


def noise(
    run: RunName,
    records: Records,
    setting: Annotated[
        str,
        typer.Option(help="JSON file of a noise setting, or the name of a preset or saved one."),
    ],
    record: Annotated[str, typer.Option(help="Id of a record to report in detail.")] = "",
    mitigation: Annotated[
        str,
        typer.Option(help="Zero-noise extrapolation: richardson or linear; by default none."),
    ] = "",
    sweep: Annotated[
        list[str] | None,
        typer.Option(help="Noise channel whose strength is varied; may be repeated."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Random seed of the shots.")] = 0,
    save: Annotated[
        str, typer.Option(help="Save the setting under this name; an existing one is replaced.")
    ] = "",
    caption_column: TrainedColumn = "",
    device: Device = "auto",
    as_json: Json = False,
) -> None:
    """Simulate the labels that a noisy device would give: the results of the Noise lab page."""
    from qcmfm import service

    chosen = service.open_noise_setting(setting)
    if save:
        service.save_noise_setting(save, chosen, instead=True)
    labeller, collection = open_with_run(run, records, caption_column, device)
    work = service.report_noise(labeller, collection, chosen, record, mitigation, sweep or (), seed)
    result = finish_work(work, as_json)
    lines = [f"{result['setting']}: {result['records']} records, {result['labelled']} with a label"]
    for name, found in result.get("intervals", {}).items():
        lines.append(f"{name:12} {figure(found)}")
    before = result["reference"]
    if before["accuracy"] is not None:
        lines.append(f"without it   {before['accuracy']:.3f} ({before['setting']})")
    lines.append(f"confidence   {result['confidence']:.3f} ({result['confidence_change']:+.3f})")
    lines.append(f"labels that change: {len(result['flips'])}")
    echo(result, "\n".join(lines), as_json)


def circuit(
    run: RunName,
    records: Records,
    record: Annotated[str, typer.Option(help="Id of the record; by default the first.")] = "",
    granularity: Annotated[
        str, typer.Option(help="Size of a step: gate, stage or layer.")
    ] = "gate",
    step: Annotated[int, typer.Option(help="Step to report, from 0; by default the last.")] = -1,
    switch_off: Annotated[
        str,
        typer.Option(
            help="Gates and layers to leave out, counted from 0, and E for the entanglers, "
            "such as 3,17,L1,E."
        ),
    ] = "",
    caption_column: TrainedColumn = "",
    device: Device = "auto",
    as_json: Json = False,
) -> None:
    """Follow a record through a run's circuit step by step: the results of the Circuit page."""
    from qcmfm import service

    labeller, collection = open_with_run(run, records, caption_column, device)
    work = service.report_circuit(labeller, collection, record, granularity, step, switch_off)
    content = finish_work(work, as_json)
    best = max(content["labels"], key=content["labels"].get)
    text = (
        f"{content['record_id']}: {best} ({content['labels'][best]:.3f}), "
        f"{len(content['off'])} gates off"
    )
    echo(content, text, as_json)


def playground(
    family: Annotated[
        str, typer.Option(help="Family of the ansatz, such as two_stage or hardware_efficient.")
    ] = "two_stage",
    qubits: Annotated[int, typer.Option(help="Number of qubits, 2 to 10.")] = 6,
    layers: Annotated[int, typer.Option(help="Number of layers, 1 to 8.")] = 3,
    as_json: Json = False,
) -> None:
    """Count gates of an untrained circuit, and measure its gradients at random angles."""
    from qcmfm import service

    content = finish_work(service.try_circuit(family, qubits, layers), as_json)
    slopes = "\n".join(f"{n:2} qubits: {slope:.2e}" for n, slope in content["slopes"].items())
    echo(content, f"{family}: variance of the slope in an angle\n{slopes}", as_json)
