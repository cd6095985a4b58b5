"""A run with its encoders, and what it makes of a photo and a caption."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from qcmfm import settings
from qcmfm.encoders.batch import collate
from qcmfm.encoders.features import FeatureCache, load_encoders
from qcmfm.encoders.image import RegionFeatures
from qcmfm.encoders.photo import content_hash
from qcmfm.encoders.text import WordFeatures
from qcmfm.errors import RecordsError
from qcmfm.fusion._model import Attention
from qcmfm.prediction import Prediction, rank, table_columns, table_row
from qcmfm.runs import Run, read_run, utc_now
from qcmfm.service.runs import find_run


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
