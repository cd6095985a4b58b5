"""The command line: train, predict, evaluate, retrain, demo, import, search, and the lab's three.

Heavy imports stand inside the commands, so that `--help` answers at once.
"""

import json
import logging
import shlex
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from qcmfm import settings
from qcmfm.errors import CatalogError, ClusterError, QcmfmError, RecordsError, TrainingError
from qcmfm.progress import Progress, Result, Work, finish
from qcmfm.safe_text import visible

if TYPE_CHECKING:
    from qcmfm.catalog import Hit
    from qcmfm.records import Collection

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Label, check and search museum collections. Quantum parts are simulated.",
)

Records = Annotated[Path, typer.Option("--records", help="CSV of the records, or its folder.")]
RunName = Annotated[str, typer.Option("--run", help="Folder or name of a run.")]
CaptionColumn = Annotated[str, typer.Option(help="Column to take captions from.")]
TrainedColumn = Annotated[
    str, typer.Option(help="Column to take captions from; by default as in training.")
]
LabelColumn = Annotated[str, typer.Option(help="Column to take labels from.")]
Device = Annotated[str, typer.Option(help="For the encoders: auto, cuda, mps or cpu.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for machines.")]


@app.command()
def train(
    records: Records,
    out: Annotated[Path, typer.Option(help="Folder of the new run; must not exist.")],
    model: Annotated[str, typer.Option(help="Name of the fusion model.")] = "qcmfm",
    option: Annotated[
        list[str] | None, typer.Option(help="Option of the model, NAME=VALUE; may be repeated.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seeds everything.")] = 0,
    epochs: Annotated[int | None, typer.Option(help="Most passes over the records.")] = None,
    views: Annotated[int | None, typer.Option(help="Views of each photo to train on.")] = None,
    alignment: Annotated[
        float | None, typer.Option(help="Weight of the loss that makes words find their regions.")
    ] = None,
    caption_column: CaptionColumn = "caption",
    label_column: LabelColumn = "label",
    image_encoder: Annotated[
        str, typer.Option(help="timm model or folder; @384 behind it sets the pixels a side.")
    ] = "",
    text_encoder: Annotated[str, typer.Option(help="sentence-transformers model or folder.")] = "",
    notes: Annotated[Path | None, typer.Option(help="Markdown for the model card.")] = None,
    calibrate: Annotated[
        bool, typer.Option("--calibrate", help="Find out at once how far it can be trusted.")
    ] = False,
    device: Device = "auto",
    as_json: Json = False,
) -> None:
    """Train a model on labelled records."""
    from qcmfm.crossfit import FOLDS
    from qcmfm.encoders.features import FeatureCache, load_encoders
    from qcmfm.trainer import TrainingSettings
    from qcmfm.training import train as train_run

    chosen = TrainingSettings(model=model, seed=seed, options=_options(option or []))
    given = {"epochs": epochs, "views": views, "alignment": alignment}
    chosen = replace(chosen, **{name: value for name, value in given.items() if value is not None})
    about = _read_notes(notes)
    collection = _open(records, caption_column, label_column)
    _need_labels(collection, label_column)
    encoders = load_encoders(image_encoder, text_encoder, device)
    cache = FeatureCache(encoders, settings.features_folder())
    provenance = {
        "command": shlex.join(["python", "-m", "qcmfm", *sys.argv[1:]]),
        "caption_column": caption_column,
        "notes": about,
    }
    folds = FOLDS if calibrate else 0
    work = train_run(collection, cache, chosen, out.resolve(), provenance, folds=folds)
    run = _finish(work, as_json)
    not_read = run.config["data"]["photos_not_read"]
    _tell(not_read)
    accuracy = run.metrics["val"]["accuracy"]
    said = {
        "run": str(out.resolve()),
        "model_sha256": run.sha256,
        "labels": run.labels,
        "epochs": run.config["training"]["epochs_used"],
        "val_records": run.metrics["val"]["records"],
        "val_accuracy_before_final_fit": accuracy,
        "problems": len(collection.problems) + len(not_read),
    }
    interval = f"{accuracy['low']:.3f} to {accuracy['high']:.3f}"
    text = (
        f"{out}: accuracy {accuracy['value']:.3f} ({interval}) on {said['val_records']} records "
        "of val, before the final fit on train and val together"
    )
    _say(said, text, as_json)


@app.command()
def predict(
    run: RunName,
    records: Records,
    out: Annotated[Path, typer.Option(help="CSV to write.")],
    top: Annotated[int, typer.Option(min=1, help="How many labels with probabilities.")] = 3,
    split: Annotated[str, typer.Option(help="Label the rows of this split alone.")] = "",
    caption_column: TrainedColumn = "",
    engine: Annotated[str, typer.Option(help="local, or ray for many processes.")] = "local",
    address: Annotated[
        str, typer.Option(help="Of a Ray cluster; by default this machine is one.")
    ] = "",
    device: Device = "auto",
    as_json: Json = False,
) -> None:
    """Label every record of a collection."""
    if engine not in ("local", "ray"):
        raise ClusterError(f"There is no engine {engine!r}.", "One of: local, ray.")
    if engine == "ray":
        _predict_on_ray(run, records, out, top, split, caption_column, address, device, as_json)
        return
    if address:
        raise ClusterError("An address is of a Ray cluster.", "Add --engine ray.")
    from qcmfm import service
    from qcmfm.prediction import predict as predict_collection
    from qcmfm.prediction import write_predictions

    _check_out(out, records)
    labeller = service.open_labeller(run, device)
    collection = _open(records, caption_column or _trained_column(labeller.run.config, records))
    if split:
        rows = [row for row in collection.rows if row.record and row.record.split == split]
        collection = replace(collection, rows=rows)
        if not rows:
            raise RecordsError(f"No record is in the split {split!r}.", "Choose another split.")
    predictions = _finish(predict_collection(labeller.run, collection, labeller.cache), as_json)
    write_predictions(predictions, out, top)
    labelled = sum(bool(prediction.ranked) for prediction in predictions)
    said = {
        "predictions": str(out.resolve()),
        "rows": len(predictions),
        "labelled": labelled,
        "with_errors": sum(bool(prediction.error) for prediction in predictions),
        "model_sha256": labeller.run.sha256,
    }
    _say(said, f"{out}: {labelled} of {len(predictions)} rows labelled", as_json)


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
    from qcmfm.cluster import label_on_ray
    from qcmfm.runs import read_config

    _check_out(out, records)
    folder = service.find_run(run)
    column = column or _trained_column(read_config(folder), records)
    told = _finish(label_on_ray(folder, records, out, column, top, split, address, device), as_json)
    text = (
        f"{out}: {told.labelled:,} of {told.rows:,} rows labelled by {told.workers} processes; "
        f"something was wrong with {told.with_errors:,} rows, as the table says"
    )
    _say({"predictions": str(out.resolve()), **asdict(told)}, text, as_json)


@app.command()
def evaluate(
    run: RunName,
    records: Records,
    split: Annotated[str, typer.Option(help="train, val, test, holdout or all.")] = "test",
    caption_column: TrainedColumn = "",
    label_column: LabelColumn = "label",
    save: Annotated[bool, typer.Option(help="Keep the result in the run and its card.")] = False,
    grounding: Annotated[
        bool, typer.Option("--grounding", help="Measure where attention looks, too.")
    ] = False,
    device: Device = "auto",
    as_json: Json = False,
) -> None:
    """Measure a run on labelled records."""
    from qcmfm import service

    labeller = service.open_labeller(run, device)
    column = caption_column or _trained_column(labeller.run.config, records)
    collection = _open(records, column, label_column)
    _need_labels(collection, label_column)
    # First, since it is the one that may lack what it needs.
    looked = _finish(service.ground_run(labeller, collection, split), as_json) if grounding else {}
    measured = _finish(service.evaluate_run(labeller, collection, split), as_json)
    measured |= {"grounding": looked} if looked else {}
    if save:
        service.keep_metrics(labeller, measured)
    lines = [f"{measured['records']} records, {measured['groups']} objects, split {split}"]
    if measured["unanswered"]:
        lines.append(f"{measured['unanswered']} more records could not be labelled")
    if measured["trained_on"]:
        lines.append("The run was trained on these records: the figures say nothing of new ones.")
    for name in ("accuracy", "macro_precision", "macro_recall", "macro_f1", "nll", "brier", "ece"):
        found = measured[name]
        lines.append(f"{name:16} {_figure(found)}")
    _say(measured, "\n".join([*lines, *(_grounding_lines(looked) if looked else [])]), as_json)


def _grounding_lines(looked: dict[str, Any]) -> list[str]:
    """Where attention lies, beside maps that see nothing, for all words and by what they name."""
    groups = {"all": looked} | looked["by_kind"]
    lines = [f"Attention: {looked['words']} words of {looked['records']} records name a thing seen"]
    for metric, told in (
        ("pointing", "the most attended region touches the thing"),
        ("mass", "share of the attention that lies on the thing"),
    ):
        lines.append(f"{metric}: {told}")
        for name, measured in groups.items():
            found = measured[metric]
            against = (f"{which} {_figure(found[which])}" for which in ("chance", "centre"))
            lines.append(f"  {name:14} {_figure(found['attention'])}; {'; '.join(against)}")
    return lines


def _figure(found: dict[str, float]) -> str:
    return f"{found['value']:.3f}  ({found['low']:.3f} to {found['high']:.3f})"


@app.command()
def calibrate(
    run: RunName,
    records: Records,
    caption_column: TrainedColumn = "",
    label_column: LabelColumn = "label",
    device: Device = "auto",
    as_json: Json = False,
) -> None:
    """Find out on its training records how far a run can be trusted, and keep it in the run.

    Five models are trained as the run was, each without a fifth of the records.
    """
    from qcmfm import service

    labeller = service.open_labeller(run, device)
    column = caption_column or _trained_column(labeller.run.config, records)
    collection = _open(records, column, label_column)
    _need_labels(collection, label_column)
    said = _finish(service.calibrate_run(labeller, collection), as_json)
    lines = [f"{labeller.folder}: calibrated on {said['records']} records out of fold"]
    for found in said["test"]:
        lines.append(
            f"asked {found['asked']:.2f}: the set holds the label on {_figure(found['coverage'])} "
            f"of {found['records']} test records; labels in a set {_figure(found['mean_size'])}"
        )
    _say(said, "\n".join(lines), as_json)


@app.command()
def explain(
    run: RunName,
    records: Records,
    record: Annotated[str, typer.Option(help="Id of the record.")],
    error_rate: Annotated[
        float, typer.Option(min=0.001, max=0.999, help="Of the set of labels.")
    ] = 0.1,
    caption_column: TrainedColumn = "",
    device: Device = "auto",
    as_json: Json = False,
) -> None:
    """Show the evidence for one record's label."""
    from qcmfm import service
    from qcmfm.service.explaining import find_record, told_lines

    labeller = service.open_labeller(run, device)
    column = caption_column or _trained_column(labeller.run.config, records)
    collection = _open(records, column)
    found = find_record(collection, record)
    submission = service.record_submission(collection, found)
    evidence = service.explain_submission(labeller, submission, error_rate)
    said = {"run": labeller.run.name, "record_id": record} | evidence.to_json()
    _say(said, "\n".join(told_lines(evidence)), as_json)


@app.command()
def study(
    name: Annotated[str, typer.Argument(help="compare, ablation, noise or views.")],
    out: Annotated[Path | None, typer.Option(help="Folder of the results.")] = None,
    records: Annotated[
        list[str] | None,
        typer.Option(help="artifacts, textiles, or a folder of records; may be repeated."),
    ] = None,
    seeds: Annotated[int | None, typer.Option(min=1, help="Trainings of each system.")] = None,
    fold: Annotated[
        list[str] | None, typer.Option(help="test, or 0 to 4 of the cross-validation.")
    ] = None,
    only: Annotated[list[str] | None, typer.Option(help="One system; may be repeated.")] = None,
    caption_column: CaptionColumn = "caption",
    minutes: Annotated[
        float, typer.Option(min=0, help="Begin nothing after so long; the same command goes on.")
    ] = float("inf"),
    data: Annotated[Path | None, typer.Option(help="Folder of the image sets, for views.")] = None,
    as_json: Json = False,
) -> None:
    """Train models side by side, with intervals; a study that was stopped goes on."""
    from qcmfm import studies
    from qcmfm.studies._request import Request

    module = studies.study(name)
    folder = (out or settings.home() / "studies" / name).resolve()
    request = Request(
        folder, tuple(records or ("artifacts", "textiles")), seeds or module.SEEDS,
        tuple(fold or ()), tuple(only or ()), caption_column, minutes, data,
    )  # fmt: skip
    _finish(module.run(request), as_json)
    rows = len(request.results.trials())
    _say({"study": name, "out": str(folder), "trials": rows}, f"{folder}: {rows} trials", as_json)


@app.command()
def retrain(
    collection: Annotated[str, typer.Option(help="Name of a collection of the workspace.")],
    run: Annotated[
        str, typer.Option(help="Run to improve; by default the one that proposes labels there.")
    ] = "",
    from_nothing: Annotated[
        bool, typer.Option("--from-nothing", help="Improve no run; train the usual model.")
    ] = False,
    name: Annotated[str, typer.Option(help="Name of the new run.")] = "",
    adopt: Annotated[
        bool, typer.Option("--adopt", help="Let it propose the collection's labels.")
    ] = False,
    device: Device = "auto",
    as_json: Json = False,
) -> None:
    """Train on recorded and reviewed labels, and compare on the same test records."""
    import getpass
    from dataclasses import asdict

    from qcmfm import service

    labels = service.labels_of(collection)
    parent = "" if from_nothing else run or service.run_to_improve(collection, labels)
    found = _finish(service.learn(collection, parent, name, device=device), as_json)
    if adopt:
        service.adopt_run(collection, found.run, getpass.getuser())
    lines = [f"{found.run}: {found.decided} labels decided, {found.changed} of them changed"]
    for title, value in (
        (f"before ({found.parent})", found.before),
        ("after", found.after),
        ("difference", found.difference),
    ):
        lines += [f"{title:24} {_figure(value)}"] if value else []
    lines += [] if found.after else ["No labelled record is in the test split: not measured."]
    lines += [f"Adopted for {collection}."] if adopt else []
    _say(asdict(found) | {"adopted": adopt}, "\n".join(lines), as_json)


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="Folder; each collection gets one of its own in it.")],
    collection: Annotated[
        list[str] | None, typer.Option(help="artifacts or textiles; by default both.")
    ] = None,
    size: Annotated[
        int | None, typer.Option(help="Records of each collection; by default 600 and 480.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Two seeds share no photo.")] = 0,
    pixels: Annotated[int, typer.Option(help="Side of the photos.")] = 384,
    as_json: Json = False,
) -> None:
    """Draw the built-in collections, with the true region of every word."""
    from qcmfm import demo as built_in

    said: list[dict[str, Any]] = []
    for name in collection or built_in.names():
        folder = out.resolve() / name
        drawn = _finish(built_in.draw(name, folder, size, seed, pixels), as_json)
        said.append({"collection": name, "folder": str(folder), "records": len(drawn.records)})
    text = "\n".join(f"{found['folder']}: {found['records']} records" for found in said)
    _say({"collections": said}, text, as_json)


@app.command()
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
    save: Annotated[str, typer.Option(help="Name to keep the setting under.")] = "",
    caption_column: TrainedColumn = "",
    device: Device = "auto",
    as_json: Json = False,
) -> None:
    """Simulate what a noisy device would make of the labels: the Noise lab's figures."""
    from qcmfm import service
    from qcmfm.lab import condition, report

    chosen = condition.open_condition(setting)
    if save:
        condition.save(save, chosen)
    labeller = service.open_labeller(run, device)
    column = caption_column or _trained_column(labeller.run.config, records)
    material = _finish(service.open_material(labeller, _open(records, column)), as_json)
    work = report.noise_report(material, chosen, record, mitigation, sweep or (), seed)
    said = _finish(work, as_json)
    lines = [f"{said['setting']}: {said['records']} records, {said['labelled']} with a label"]
    for name, found in said.get("intervals", {}).items():
        lines.append(f"{name:12} {_figure(found)}")
    before = said["reference"]
    if before["accuracy"] is not None:
        lines.append(f"without it   {before['accuracy']:.3f} ({before['setting']})")
    lines.append(f"confidence   {said['confidence']:.3f} ({said['confidence_change']:+.3f})")
    lines.append(f"labels that change: {len(said['flips'])}")
    _say(said, "\n".join(lines), as_json)


@app.command()
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
    from qcmfm.lab.altered import SwitchedOff, altered
    from qcmfm.lab.report import circuit_report
    from qcmfm.lab.walk import walk

    labeller = service.open_labeller(run, device)
    column = caption_column or _trained_column(labeller.run.config, records)
    material = _finish(service.open_material(labeller, _open(records, column)), as_json)
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
    _say(said, text, as_json)


@app.command()
def playground(
    family: Annotated[str, typer.Option(help="two_stage, hardware_efficient, …")] = "two_stage",
    qubits: Annotated[int, typer.Option(help="2 to 10.")] = 6,
    layers: Annotated[int, typer.Option(help="1 to 8.")] = 3,
    as_json: Json = False,
) -> None:
    """Count what an untrained circuit needs, and measure the slopes of random angles."""
    from qcmfm.lab.playground import trial_report, try_out

    trial = _finish(try_out(family, qubits, layers), as_json)
    said = trial_report(family, qubits, layers, trial)
    slopes = "\n".join(f"{n:2} qubits: {slope:.2e}" for n, slope in trial.slopes.items())
    _say(said, f"{family}: variance of the slope in an angle\n{slopes}", as_json)


@app.command(name="import")
def import_source(
    source: Annotated[str, typer.Argument(help="A file, a folder or a web address.")],
    name: Annotated[str, typer.Option(help="Of the collection; one that is there is updated.")],
    importer: Annotated[str, typer.Option(help="By default the one that fits.")] = "",
    photos: Annotated[
        Path | None, typer.Option(help="Folder or ZIP of the photos that a table names.")
    ] = None,
    id_column: Annotated[str | None, typer.Option(help="Column of the ids.")] = None,
    image_column: Annotated[str | None, typer.Option(help="Column of the photos.")] = None,
    caption_column: Annotated[
        list[str] | None, typer.Option(help="Column of the captions; may be repeated.")
    ] = None,
    label_column: Annotated[str | None, typer.Option(help="Column of the labels.")] = None,
    group_column: Annotated[str | None, typer.Option(help="Column of the objects.")] = None,
    as_json: Json = False,
) -> None:
    """Import a table, a folder or ZIP of photos, or a IIIF manifest into a collection.

    Columns that are not named are guessed. The same command goes on after an interruption, and
    updates the collection when the source has changed.
    """
    from qcmfm import importers

    given = {
        "record_id": id_column, "image": image_column, "caption": caption_column,
        "label": label_column, "group": group_column,
    }  # fmt: skip
    named = {field: value for field, value in given.items() if value is not None}
    columns = None
    if named:
        found = _finish(importers.preview(source, photos, importer=importer), as_json)
        columns = (found.chosen or importers.Columns()).changed(named)
    work = importers.import_collection(source, name, importer, columns, photos)
    report = _finish(work, as_json)
    _tell([str(problem) for problem in (*report.refused, *report.notes)])
    told = report.summary
    text = (
        f"{report.name}: {report.taken:,} records ({report.added:,} added, {report.updated:,} "
        f"updated), {report.photos:,} with a photo; {len(report.refused):,} refused, "
        f"{len(report.duplicates):,} groups of near-duplicate photos"
    )
    if report.errors_file:
        file = settings.collections_folder() / report.name / report.errors_file
        text += f"\nWhat was wrong, beside each row: {file}"
    _say(told, text, as_json)


@app.command()
def catalog(
    collection: Annotated[
        list[str] | None, typer.Option(help="Its name; may be repeated. By default every one.")
    ] = None,
    anew: Annotated[bool, typer.Option("--anew", help="Make everything again.")] = False,
    as_json: Json = False,
) -> None:
    """Make collections searchable; what did not change since last time is kept."""
    from dataclasses import asdict

    from qcmfm import service

    said: list[dict[str, Any]] = []
    for name in collection or list(service.collection_folders()):
        change = _finish(service.make_catalog(name, anew), as_json)
        said.append({"collection": name, **asdict(change)})
    text = "\n".join(
        f"{found['collection']}: {found['records']:,} records ({found['written']:,} written, "
        f"{found['removed']:,} removed)"
        for found in said
    )
    _say({"collections": said}, text, as_json)


@app.command()
def search(
    text: Annotated[str, typer.Argument(help="Words to search for.")] = "",
    image: Annotated[Path | None, typer.Option(help="A photo to find the like of.")] = None,
    like: Annotated[str, typer.Option(help="Id of a record to find the like of.")] = "",
    collection: Annotated[
        list[str] | None, typer.Option(help="Its name; may be repeated. By default every one.")
    ] = None,
    where: Annotated[str, typer.Option(help="everywhere, captions or photos.")] = "everywhere",
    label: Annotated[list[str] | None, typer.Option(help="May be repeated.")] = None,
    museum: Annotated[list[str] | None, typer.Option(help="May be repeated.")] = None,
    period: Annotated[list[str] | None, typer.Option(help="May be repeated.")] = None,
    reviewed: Annotated[
        list[str] | None, typer.Option(help="Label that reviewers gave; may be repeated.")
    ] = None,
    count: Annotated[int, typer.Option(min=1, max=200, help="The most to show.")] = 10,
    as_json: Json = False,
) -> None:
    """Find records by words, by a photo, or by what is like another record."""
    from qcmfm import service
    from qcmfm.catalog import PLACES, Narrowing

    if sum((bool(text.strip()), image is not None, bool(like))) != 1:
        raise CatalogError(
            "It is not clear what to search for.", "Give words, or --image, or --like: one of them."
        )
    if where not in PLACES:
        raise CatalogError(f"There is no {where!r} to search in.", f"One of: {', '.join(PLACES)}.")
    narrowing = Narrowing({"category": label or (), "museum": museum or (), "period": period or ()})
    searcher, hits = service.Searcher(), []
    for name in service.catalogued(collection or ()):
        shelf = service.open_shelf(name)
        if reviewed:
            decided = service.reviewed_labels(name)
            only = [key for one in reviewed for key in decided.get(one, ())]
            narrowing = replace(narrowing, only=only)
        if like:
            found = shelf.like(like, narrowing, count)
        elif image:
            found = searcher.by_photo(shelf, image, narrowing, count)
        else:
            found = searcher.by_words(shelf, text, narrowing, where, count)
        hits += [(name, hit) for hit in found]
    if like and not hits:
        raise CatalogError(
            f"No record {like[:80]!r} is in the catalog.", "Check id and collection."
        )
    # The best of each collection first; ways of looking are alike in all of them.
    hits = sorted(hits, key=lambda pair: -pair[1].score)[:count]
    said = [
        {"collection": name, "score": hit.score, "found_by": hit.found_by, **hit.row}
        for name, hit in hits
    ]
    _say({"hits": said}, "\n".join(_hit_line(name, hit) for name, hit in hits), as_json)


@app.command()
def doctor(
    mend: Annotated[bool, typer.Option("--mend", help="Mend what can be mended.")] = False,
    as_json: Json = False,
) -> None:
    """Examine the workspace; exit code 1 where something is wrong."""
    from qcmfm import service

    work = service.mend_workspace() if mend else service.examine_workspace()
    found = _finish(work, as_json)
    lines = [f"Mended: {finding}" for finding in found.mended]
    lines += [f"{finding.level.capitalize()}: {finding}" for finding in found.findings]
    end = "Nothing is wrong." if found.clean else _counted(len(found.faults), "fault") + "."
    if not mend and any(finding.act for finding in found.findings):
        end += " python -m qcmfm doctor --mend mends what can be mended."
    _say(found.to_json(), "\n".join([*lines, f"{found.home}: {end}"]), as_json)
    if not found.clean:
        raise typer.Exit(1)


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="ZIP to write; must not exist.")],
    as_json: Json = False,
) -> None:
    """Copy the workspace into one file, without what can be made again."""
    from qcmfm import service

    made = _finish(service.back_up(file), as_json)
    said = {"backup": str(made.file), "files": made.files, "bytes": made.size}
    left = f", without {', '.join(made.left_out)}" if made.left_out else ""
    text = f"{made.file}: {_counted(made.files, 'file')}, {made.size / 1e6:,.1f} MB{left}"
    _say(said | {"left_out": made.left_out}, text, as_json)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="What backup wrote.")],
    replace_: Annotated[
        bool, typer.Option("--replace", help="Also where there is a workspace; it is kept aside.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Put a backup into the workspace, all of it or nothing."""
    from qcmfm import service

    said = _finish(service.restore(file, replace_), as_json)
    kept = f"; what was there is in {said['before']}" if said["before"] else ""
    _say(said, f"{settings.home()}: {_counted(said['files'], 'file')} put back{kept}", as_json)


def _hit_line(name: str, hit: "Hit") -> str:
    ways = ", ".join(f"{way} {score:.2f}" for way, score in hit.found_by.items())
    row = hit.row
    return f"{name}/{hit.record_id}  {row['category'] or 'no label'}  {row['caption']}  ({ways})"


@app.command(hidden=True)
def job(job_id: Annotated[str, typer.Argument()]) -> None:
    """Do a job that was started from a page, in this process."""
    from qcmfm import access, jobs

    by = jobs.find_job(job_id).by
    with access.acting_as(access.Actor.from_json(by) if by else access.this_computer()):
        jobs.perform(job_id)


def _trained_column(config: dict[str, Any], records: Path) -> str:
    """The caption column that the run was trained on."""
    from qcmfm.records import read_columns

    column = config.get("caption_column", "caption")
    if column != "caption" and column not in map(str.strip, read_columns(records)):
        raise RecordsError(
            f"The run was trained on captions of the column {column!r}, which {records} lacks.",
            "Name the column to use with --caption-column.",
        )
    return column


def _check_out(out: Path, records: Path) -> None:
    """Refuse a place for the table before the work is done."""
    from qcmfm.records import records_file

    if out.is_dir():
        raise RecordsError(f"{out} is a folder.", "Give a file, such as predictions.csv.")
    if out.exists() and out.samefile(records_file(records)):
        raise RecordsError(f"{out} is the records file itself.", "Give --out another name.")
    out.resolve().parent.mkdir(parents=True, exist_ok=True)


def _options(given: list[str]) -> dict[str, str]:
    pairs = [text.partition("=") for text in given]
    for name, equals, _ in pairs:
        if not equals:
            raise TrainingError(f"{name!r} is not an option.", "Write --option NAME=VALUE.")
    return {name.strip(): value.strip() for name, _, value in pairs}


def _read_notes(path: Path | None) -> str:
    try:
        return path.read_text("utf-8") if path else ""
    except (OSError, UnicodeDecodeError) as error:
        raise TrainingError(f"The notes {path} cannot be read.", str(error)) from error


def _open(records: Path, caption_column: str, label_column: str = "label") -> "Collection":
    """Read the records and tell on standard error what is wrong with them."""
    from qcmfm.records import read_collection

    collection = read_collection(records, caption_column, label_column)
    _tell([str(problem) for problem in collection.problems])
    if not collection.rows:
        raise RecordsError(f"{records} holds no record.", "Give a file with at least one row.")
    return collection


def _tell(problems: list[str], most: int = 20) -> None:
    for problem in problems[:most]:
        typer.echo(visible(problem), err=True)
    if len(problems) > most:
        typer.echo(f"... and {len(problems) - most} more problems", err=True)


def _need_labels(collection: "Collection", label_column: str) -> None:
    if not any(record.label for record in collection.records):
        columns = ", ".join(collection.columns[:20])
        raise RecordsError(
            f"No record has a label in the column {label_column!r}.",
            f"Name the column with --label-column; there are: {columns[:500]}.",
        )


def _finish(work: Work[Result], as_json: bool) -> Result:
    """Run long work, with a progress bar where a person is watching."""
    try:
        return _finish_in_view(work) if sys.stderr.isatty() and not as_json else finish(work)
    except KeyboardInterrupt:
        typer.echo("Stopped. The same command goes on from here.", err=True)
        raise


def _finish_in_view(work: Work[Result]) -> Result:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
        TimeRemainingColumn(), TextColumn("{task.fields[note]}", markup=False),
    )  # fmt: skip
    with Bars(*columns, console=Console(stderr=True)) as bars:
        stages: dict[str, Any] = {}

        def show(event: Progress) -> None:
            if event.stage not in stages:
                stages[event.stage] = bars.add_task(event.stage, note="")
            bars.update(
                stages[event.stage], completed=event.done, total=event.total, note=event.note
            )

        return finish(work, show)


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"


def _say(content: dict[str, Any], text: str, as_json: bool) -> None:
    typer.echo(json.dumps(content, ensure_ascii=False) if as_json else visible(text))


def _fail(error: QcmfmError) -> NoReturn:
    """Say what is wrong and how to mend it; 2 is the exit code of a user's mistake."""
    typer.echo(visible(f"Error: {error.message}\n{error.hint}"), err=True)
    raise SystemExit(2)


def main() -> None:
    """Entry point."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s: %(message)s")
    try:
        app()
    except QcmfmError as error:
        _fail(error)
    except OSError as error:
        reason = error.strerror or str(error)
        _fail(
            QcmfmError(f"{error.filename or 'A file'}: {reason}.", "Check the path and the disk.")
        )


if __name__ == "__main__":
    main()
