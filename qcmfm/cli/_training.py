"""Commands that train and improve runs: train, calibrate, retrain and study."""

import shlex
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from qcmfm.cli._arguments import (
    CaptionColumn,
    Command,
    Device,
    Json,
    LabelColumn,
    Records,
    RunName,
    TrainedColumn,
)
from qcmfm.cli._output import echo, echo_result, figure, finish_work
from qcmfm.cli._records import need_labels, open_records, open_with_run
from qcmfm.core import settings
from qcmfm.core.errors import TrainingError


class NamesModels(Command):
    """A command whose help lists the installed models, which are looked up only then."""

    def format_epilog(self, ctx: Any, formatter: Any) -> None:  # click's, or typer's copy of it
        """Write the models below the options."""
        from qcmfm import service

        with formatter.section("Models"):
            formatter.write_dl(list(service.list_models().items()))


def train(
    records: Records,
    out: Annotated[Path, typer.Option(help="Folder of the new run; must not exist.")],
    model: Annotated[str, typer.Option(help="Name of the fusion model.")] = "qcmfm",
    option: Annotated[
        list[str] | None, typer.Option(help="Option of the model, NAME=VALUE; may be repeated.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Random seed of the training.")] = 0,
    epochs: Annotated[int | None, typer.Option(help="Maximum number of epochs.")] = None,
    views: Annotated[
        int | None, typer.Option(help="Number of augmented views of each photo.")
    ] = None,
    alignment: Annotated[
        int | None,
        typer.Option(help="Epochs of pre-training that align words with photo regions."),
    ] = None,
    caption_column: CaptionColumn = "caption",
    label_column: LabelColumn = "label",
    image_encoder: Annotated[
        str, typer.Option(help="timm model or folder; append @384 for photos of 384 pixels a side.")
    ] = "",
    text_encoder: Annotated[str, typer.Option(help="sentence-transformers model or folder.")] = "",
    notes: Annotated[
        Path | None, typer.Option(help="Markdown file to include in the model card.")
    ] = None,
    calibrate: Annotated[
        bool, typer.Option("--calibrate", help="Also calibrate the run, by cross-fitting.")
    ] = False,
    device: Device = "auto",
    as_json: Json = False,
) -> None:
    """Train a model on labelled records."""
    from qcmfm import service
    from qcmfm.training import TrainingSettings

    chosen = TrainingSettings(model=model, seed=seed, options=_options(option or []))
    given = {"epochs": epochs, "views": views, "alignment": alignment}
    chosen = replace(chosen, **{name: value for name, value in given.items() if value is not None})
    about = _read_notes(notes)
    collection = open_records(records, caption_column, label_column)
    need_labels(collection, label_column)
    provenance = {
        "command": shlex.join(["python", "-m", "qcmfm", *sys.argv[1:]]),
        "caption_column": caption_column,
        "notes": about,
    }
    encoders = service.ChosenEncoders(image_encoder, text_encoder, device)
    work = service.train_run(collection, chosen, out.resolve(), encoders, provenance, calibrate)
    run = finish_work(work, as_json)
    not_read = run.config["data"]["photos_not_read"]
    echo_result(not_read)
    accuracy = run.metrics["val"]["accuracy"]
    summary = {
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
        f"{out}: accuracy {accuracy['value']:.3f} ({interval}) on {summary['val_records']} records "
        "of val, before the final fit on train and val together"
    )
    echo(summary, text, as_json)


def calibrate(
    run: RunName,
    records: Records,
    caption_column: TrainedColumn = "",
    label_column: LabelColumn = "label",
    folds: Annotated[
        int | None,
        typer.Option(
            min=2, max=100, help="Models to train, by default 5; more resemble the run better."
        ),
    ] = None,
    device: Device = "auto",
    as_json: Json = False,
) -> None:
    """Calibrate the confidence of a run by cross-fitting, and save the result in the run.

    Each fold of the training records is labelled by a model that was trained in the same way on
    the other folds.
    """
    from qcmfm import service
    from qcmfm.training.cross_fitting import FOLDS

    labeller, collection = open_with_run(run, records, caption_column, device, label_column)
    need_labels(collection, label_column)
    calibrated = finish_work(service.calibrate_run(labeller, collection, folds or FOLDS), as_json)
    lines = [f"{labeller.folder}: calibrated on {calibrated['records']} records out of fold"]
    for found in calibrated["test"]:
        lines.append(
            f"target coverage {found['asked']:.2f}: measured {figure(found['coverage'])} on "
            f"{found['records']} test records; labels per set {figure(found['mean_size'])}"
        )
    echo(calibrated, "\n".join(lines), as_json)


def retrain(
    collection: Annotated[str, typer.Option(help="Name of a collection of the workspace.")],
    run: Annotated[
        str,
        typer.Option(help="Run to start from; by default the one that suggests its labels."),
    ] = "",
    from_scratch: Annotated[
        bool, typer.Option("--from-scratch", help="Train the default model, starting from no run.")
    ] = False,
    name: Annotated[str, typer.Option(help="Name of the new run.")] = "",
    adopt: Annotated[
        bool, typer.Option("--adopt", help="Let the new run suggest the collection's labels.")
    ] = False,
    device: Device = "auto",
    as_json: Json = False,
) -> None:
    """Train on catalogue labels and reviews, and compare the runs on the same test records."""
    from dataclasses import asdict

    from qcmfm import service
    from qcmfm.access import this_computer

    labels = service.training_labels(collection)
    parent = "" if from_scratch else run or service.base_run(collection, labels)
    found = finish_work(service.retrain(collection, parent, name, device=device), as_json)
    if adopt:
        service.adopt_run(collection, found.run, this_computer().who)
    lines = [f"{found.run}: {found.decided} labels decided, {found.changed} of them changed"]
    for title, value in (
        (f"before ({found.parent})", found.before),
        ("after", found.after),
        ("difference", found.difference),
    ):
        lines += [f"{title:24} {figure(value)}"] if value else []
    lines += [] if found.after else ["No labelled record is in the test split: not measured."]
    lines += [f"Adopted for {collection}."] if adopt else []
    echo(asdict(found) | {"adopted": adopt}, "\n".join(lines), as_json)


def study(
    name: Annotated[str, typer.Argument(help="compare, ablation, noise or views.")],
    out: Annotated[Path | None, typer.Option(help="Folder of the results.")] = None,
    records: Annotated[
        list[str] | None,
        typer.Option(help="artifacts, textiles, or a folder of records; may be repeated."),
    ] = None,
    seeds: Annotated[
        int | None, typer.Option(min=1, help="How often each system is trained.")
    ] = None,
    fold: Annotated[
        list[str] | None,
        typer.Option(help="test, or a fold of the cross-validation, 0 to 4; may be repeated."),
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option(help="System to train; may be repeated. By default all.")
    ] = None,
    caption_column: CaptionColumn = "caption",
    minutes: Annotated[
        float,
        typer.Option(
            min=0, help="Start no training after this time; run the same command to continue."
        ),
    ] = float("inf"),
    data: Annotated[
        Path | None, typer.Option(help="Folder of the image data sets, for the study views.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Train and compare models, with intervals. An interrupted study continues where it stopped."""
    from qcmfm import service
    from qcmfm.studies.request import StudyRequest

    folder = (out or settings.home() / "studies" / name).resolve()
    request = StudyRequest(
        folder, tuple(records or ("artifacts", "textiles")), seeds or 0,
        tuple(fold or ()), tuple(only or ()), caption_column, minutes, data,
    )  # fmt: skip
    rows = finish_work(service.run_study(name, request), as_json)
    echo({"study": name, "out": str(folder), "trials": rows}, f"{folder}: {rows} trials", as_json)


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
