"""Labels single photos and captions with a run and its encoders."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from qcmfm.access import Permission, actor, requires
from qcmfm.core import settings
from qcmfm.core.clock import utc_now
from qcmfm.core.text import escape_formula
from qcmfm.encoders.fair_queue import ENCODERS
from qcmfm.encoders.features import FeatureCache, load_encoders
from qcmfm.fusion.base import Attention
from qcmfm.inference.encoded_record import encode_record
from qcmfm.inference.predict import fused_outputs
from qcmfm.inference.prediction import Prediction, table_columns, table_row
from qcmfm.observability import metrics
from qcmfm.runs.run import Run, read_run
from qcmfm.service.runs import find_run
from qcmfm.service.submissions import Submission


@dataclass(frozen=True)
class Labeller:
    """A run with its encoders, ready to label; shared between sessions, so never modified.

    Args:
        run: Trained run.
        cache: Its encoders, with features on disk.
        folder: Folder of the run.
    """

    run: Run
    cache: FeatureCache
    folder: Path


@dataclass(frozen=True)
class Labelled:
    """A submission's label and the first evidence for it.

    Args:
        prediction: The prediction.
        words: Start and end of each word in the caption, in characters.
        attention: Attention maps (batch of 1); None if the model has none.
        grid: Rows and columns of regions.
        quantum: Whether the model contains a simulated quantum circuit.
    """

    prediction: Prediction
    words: list[tuple[int, int]]
    attention: Attention | None
    grid: tuple[int, int]
    quantum: bool


@requires(Permission.LOOK)
def open_labeller(run: str, device: str = "auto") -> Labeller:
    """Load a run and the encoders that it was trained with.

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


@requires(Permission.LOOK)
def label_submission(labeller: Labeller, submission: Submission) -> Labelled:
    """Label one photo and caption.

    Raises:
        PhotoError: The photo cannot be read.
        RecordsError: There is neither a photo nor a caption with a word.
    """
    run, encoders = labeller.run, labeller.cache.encoders
    with ENCODERS.slot(actor().session):
        subject = encode_record(encoders, submission.photo, submission.caption, submission.name)
        batch = subject.batch(run, encoders)
        fused = run.fuse(batch)
        (output,) = fused_outputs(run, batch, fused)
        metrics.answered(1)
    prediction = Prediction(
        submission.record_id,
        model_run=run.name,
        model_sha256=run.sha256,
        predicted_at=utc_now(),
        **output,
    )
    return Labelled(
        prediction, subject.spans, fused.attention, encoders.image.grid, run.model.quantum
    )


@requires(Permission.LOOK)
def labelled_csv(items: Sequence[tuple[Submission, Prediction]]) -> str:
    """Submissions and their predictions as CSV text, with formulas escaped."""
    out = io.StringIO(newline="")
    columns = ["record_id", "image", "caption", *table_columns()[1:]]
    writer = csv.DictWriter(out, columns)
    writer.writeheader()
    for submission, prediction in items:
        given = {"image": submission.name, "caption": submission.caption}
        row = table_row(prediction) | given
        writer.writerow({name: escape_formula(str(cell)) for name, cell in row.items()})
    return out.getvalue()
