"""The verbs that pages and the command line call."""

import csv
import io
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from qcmfm import evaluation, settings, storage
from qcmfm.encoders.batch import collate
from qcmfm.encoders.features import FeatureCache, load_encoders
from qcmfm.encoders.image import RegionFeatures
from qcmfm.encoders.photo import content_hash, photo_extension, read_photo
from qcmfm.encoders.text import WordFeatures
from qcmfm.errors import QcmfmError, RecordsError, RunError
from qcmfm.fusion._model import Attention
from qcmfm.model_card import write_card
from qcmfm.prediction import Prediction, predict, rank, table_columns, table_row
from qcmfm.progress import Work
from qcmfm.records import (
    Collection,
    Record,
    label_counts,
    read_collection,
    write_collection,
)
from qcmfm.runs import (
    CARD,
    WEIGHTS,
    Run,
    list_runs,
    read_config,
    read_metrics,
    read_run,
    read_splits,
    utc_now,
)

_NAME = re.compile(r"[^\W_][\w -]{0,59}")


@dataclass(frozen=True)
class Labeller:
    """A run with its encoders, ready to label; shared by everybody, so never changed.

    Args:
        run: The run.
        cache: Its encoders and the features on disk.
        folder: The run's folder.
    """

    run: Run
    cache: FeatureCache
    folder: Path


@dataclass(frozen=True)
class Submission:
    """A photo and a caption that somebody wants labelled.

    Args:
        photo: The file's bytes; empty for none.
        caption: May be empty.
        name: The file's name, for messages.
    """

    photo: bytes = b""
    caption: str = ""
    name: str = ""

    @property
    def record_id(self) -> str:
        """The same photo has the same id, whatever its caption; without one, the caption counts."""
        return f"upload-{content_hash(self.photo or self.caption.encode())[:12]}"


@dataclass(frozen=True)
class Labelled:
    """A submission's label and the first evidence for it.

    Args:
        prediction: The answer.
        words: Start and end in the caption of each word the model read.
        attention: Attention maps of this record alone (batch of 1), where the model has them.
        grid: Rows and columns of the photo's regions.
    """

    prediction: Prediction
    words: list[tuple[int, int]]
    attention: Attention | None
    grid: tuple[int, int]


@dataclass(frozen=True)
class CollectionSummary:
    """What a list of collections shows.

    Args:
        name: The folder's name.
        records: Number of records.
        labels: Number of records of each label.
        problems: Number of reports on rows.
    """

    name: str
    records: int
    labels: dict[str, int]
    problems: int


def run_folders() -> dict[str, Path]:
    """Every run there is, by name: the user's own first, then the shipped ones."""
    return list_runs([settings.runs_folder(), settings.SHIPPED_RUNS])


@dataclass(frozen=True)
class RunSummary:
    """What a list of runs shows.

    Args:
        name: The folder's name.
        labels: What it tells apart.
        accuracy: Share of `test` records (of `val` where `test` was not measured) that it labels
            rightly, 0 to 1.
        measured_on: Which split that was.
        created: UTC, ISO 8601.
    """

    name: str
    labels: list[str]
    accuracy: float
    measured_on: str
    created: str


def list_run_summaries() -> tuple[list[RunSummary], list[QcmfmError]]:
    """Every run there is, read without loading its weights; and what is wrong with the others."""
    summaries: list[RunSummary] = []
    errors: list[QcmfmError] = []
    for name, folder in run_folders().items():
        try:
            config, metrics = read_config(folder), read_metrics(folder)
            split = "test" if "test" in metrics else "val"
            accuracy = metrics[split]["accuracy"]["value"]
            summaries.append(RunSummary(name, config["labels"], accuracy, split, config["created"]))
        except RunError as error:
            errors.append(error)
        except (KeyError, TypeError):
            errors.append(RunError(f"The run {name} is incomplete.", "Copy or train it again."))
    return summaries, errors


def study_sentence() -> str:
    """How the shipped model compares with a classical reference, whichever way it fell."""
    study = json.loads(settings.STUDY.read_text("utf-8"))["test"]
    quantum, classical = (study["accuracy"][name] for name in ("qcmfm", "late_fusion"))
    gap = study["qcmfm_minus"]["late_fusion"]
    verdict = (
        "the quantum model did better than this reference"
        if gap["low"] > 0
        else "the classical reference did better"
        if gap["high"] < 0
        else "the difference is within chance, and nothing here shows that quantum is better"
    )
    return (
        f"Measured on {study['records']} test records (mean of {study['seeds']} trainings): the "
        f"simulated quantum model is right on {_percent(quantum)}, a simple classical reference "
        f"(late fusion of photo and caption) on {_percent(classical)}; {verdict}."
    )


def _percent(found: dict[str, float]) -> str:
    return f"{found['value']:.0%} ({found['low']:.0%} to {found['high']:.0%})"


def find_run(name: str) -> Path:
    """The folder of a run given by name or path.

    Raises:
        RunError: There is none.
    """
    folder = Path(name).expanduser()
    if (folder / "run.json").is_file():
        return folder.resolve()
    known = run_folders()
    if name not in known:
        listed = ", ".join(known) or "none"
        raise RunError(f"There is no run {name!r}.", f"Give a folder, or one of: {listed}.")
    return known[name]


def run_version(name: str) -> str:
    """What changes when a run is trained anew under the same name: its weights' hash.

    Raises:
        RunError: There is no such run, or its configuration cannot be read.
    """
    return read_config(find_run(name))["sha256"][WEIGHTS]


def open_labeller(run: str, device: str = "auto") -> Labeller:
    """Load a run and the encoders it was trained with.

    Raises:
        RunError: There is no such run, it is damaged, or the encoders differ from its own.
        EncoderError: An encoder cannot be loaded.
    """
    folder = find_run(run)
    loaded = read_run(folder)
    named = loaded.config["encoders"]
    encoders = load_encoders(named["image"]["name"], named["text"]["name"], device)
    loaded.check_encoders(encoders)
    loaded.model.to(encoders.image.device)
    return Labeller(loaded, FeatureCache(encoders, settings.features_folder()), folder)


def label_submission(labeller: Labeller, submission: Submission) -> Labelled:
    """Label one photo and caption.

    Raises:
        PhotoError: The photo cannot be read.
        RecordsError: There is neither a photo nor a caption with a word.
    """
    run, encoders = labeller.run, labeller.cache.encoders
    photo: RegionFeatures | None = None
    if submission.photo:
        image = encoders.image.read(submission.photo, submission.name or "The photo")
        seen = encoders.image.encode(torch.from_numpy(encoders.image.pixels(image)[None]))[0]
        photo = RegionFeatures(_as_stored(seen.regions), _as_stored(seen.vector))
    read = encoders.text.encode([submission.caption])[0]
    caption = WordFeatures(_as_stored(read.words), read.spans, _as_stored(read.sentence))
    if photo is None and not len(caption.words):
        raise RecordsError(
            "There is neither a photo nor a caption with a word.", "Add one of them, or both."
        )
    terms = run.lexicon.weights([submission.caption])
    batch = collate([photo], [caption], terms, encoders.shape(run.lexicon))
    fused = run.fuse(batch)
    ranked = rank(run.probabilities(fused)[0], run.labels)
    prediction = Prediction(submission.record_id, ranked, run.name, run.sha256, utc_now())
    words = [(int(start), int(end)) for start, end in read.spans.tolist()]
    return Labelled(prediction, words, fused.attention, encoders.image.grid)


def _as_stored(values: torch.Tensor) -> torch.Tensor:
    """Features as they come back from disk, so that a page and a file get the same answer."""
    largest = torch.finfo(torch.float16).max
    return values.clamp(-largest, largest).half().float()


def list_collections() -> tuple[list[CollectionSummary], list[QcmfmError]]:
    """The user's collections, by name; and what is wrong with those that cannot be read."""
    summaries: list[CollectionSummary] = []
    errors: list[QcmfmError] = []
    for file in sorted(settings.collections_folder().glob("*/records.csv")):
        try:
            collection = read_collection(file)
        except RecordsError as error:
            errors.append(error)
            continue
        except OSError as error:
            reason = f"{file.parent.name} cannot be read: {error.strerror}."
            errors.append(RecordsError(reason, "Check the folder."))
            continue
        records = collection.records
        summaries.append(
            CollectionSummary(
                file.parent.name, len(records), label_counts(records), len(collection.problems)
            )
        )
    return summaries, errors


def save_submission(name: str, submission: Submission) -> str:
    """Keep a photo and caption as a record of the collection `name`, made if it is new.

    Saving a photo again changes the caption of its record, unless the new one is empty.

    Returns:
        The record's id.

    Raises:
        RecordsError: The name cannot be a folder's, or there is nothing to keep.
        PhotoError: The photo cannot be read.
    """
    if not _NAME.fullmatch(name.strip()):
        raise RecordsError(
            f"A collection cannot be called {name[:80]!r}.",
            "Use up to 60 letters, digits, spaces, hyphens and underscores.",
        )
    if not (submission.photo or submission.caption.strip()):
        raise RecordsError("There is nothing to save.", "Add a photo or a caption.")
    folder = settings.collections_folder() / name.strip()
    file, image = folder / "records.csv", ""
    if submission.photo:
        read_photo(submission.photo, submission.name or "The photo")
        image = f"images/{submission.record_id}{photo_extension(submission.photo)}"
    with storage.lock(file):
        collection = read_collection(file) if file.is_file() else Collection(folder)
        lost = [problem for problem in collection.problems if problem.refused or problem.altered]
        if lost:  # writing the table anew would lose something of these rows
            raise RecordsError(
                f"The collection {name.strip()} cannot be added to: {lost[0]}.",
                "Mend its records.csv, or save to another collection.",
            )
        records = {record.record_id: record for record in collection.records}
        about = {"original_name": submission.name, "added_at": utc_now()}
        old = records.get(submission.record_id, Record(submission.record_id, cells=about))
        caption = submission.caption.strip() or old.caption
        records[submission.record_id] = old.changed(
            record_id=submission.record_id, image=image, caption=caption
        )
        if image and not (folder / image).is_file():
            storage.write_bytes(folder / image, submission.photo)
        written = Collection.from_records(folder, list(records.values()))
        written.encoding, written.delimiter = collection.encoding, collection.delimiter
        written.columns = tuple(dict.fromkeys((*collection.columns, *written.columns)))
        write_collection(written, file)
    return submission.record_id


def labelled_csv(items: Sequence[tuple[Submission, Prediction]]) -> str:
    """Submissions and their labels as the text of a CSV file."""
    out = io.StringIO(newline="")
    columns = ["record_id", "image", "caption", *table_columns()[1:]]
    writer = csv.DictWriter(out, columns)
    writer.writeheader()
    for submission, prediction in items:
        given = {"image": submission.name, "caption": submission.caption}
        writer.writerow(table_row(prediction) | given)
    return out.getvalue()


def evaluate_run(labeller: Labeller, collection: Collection, split: str) -> Work[dict[str, Any]]:
    """Measure a run on the labelled records of one split.

    Where the run's training made splits for these very records, those are used. The result says
    under `trained_on` whether the weights have seen records of that split.

    Args:
        labeller: The run and its encoders.
        collection: The records.
        split: train, val, test, holdout, or all.

    Raises:
        RecordsError: No labelled record is in that split.
    """
    made = read_splits(labeller.folder, collection)
    rows = [
        row
        for row in collection.rows
        if row.record
        and row.record.label
        and split in ("all", made.get(row.record_id) or row.record.split)
    ]
    if not rows:
        raise RecordsError(
            f"No labelled record is in the split {split!r}.",
            "Choose another split with --split, or all.",
        )
    chosen = replace(collection, rows=rows, problems=[])
    predictions = yield from predict(labeller.run, chosen, labeller.cache)
    answered = [
        (row.record, prediction)
        for row, prediction in zip(rows, predictions, strict=True)
        if row.record is not None and prediction.ranked
    ]
    if not answered:
        raise RecordsError("No record could be labelled.", "Check the photos and captions.")
    unknown = {record.label for record, _ in answered} - set(labeller.run.labels)
    labels = [*labeller.run.labels, *sorted(unknown)]
    place = {label: index for index, label in enumerate(labels)}
    probabilities = np.zeros((len(answered), len(labels)))
    for index, (_, prediction) in enumerate(answered):
        for label, probability in prediction.ranked:
            probabilities[index, place[label]] = probability
    measured = evaluation.evaluate(
        probabilities,
        [place[record.label] for record, _ in answered],
        [record.group_key for record, _ in answered],
        labels,
    )
    refit = labeller.run.config["training"]["refit"]
    seen = split in ("train", "all") or (split == "val" and refit)
    unanswered = len(rows) - len(answered)
    return measured | {"split": split, "unanswered": unanswered, "trained_on": seen}


def keep_metrics(labeller: Labeller, measured: dict[str, Any]) -> None:
    """Add what `evaluate_run` measured to a run's metrics and to its card.

    Raises:
        RunError: The run was trained on these records.
    """
    if measured["trained_on"]:
        raise RunError(
            f"The run was trained on records of the split {measured['split']!r}.",
            "Only figures of records that it has not seen are kept in it.",
        )
    run = labeller.run
    run.metrics[measured["split"]] = measured
    storage.write_json(labeller.folder / "metrics.json", run.metrics)
    storage.write_text(labeller.folder / CARD, write_card(run))
