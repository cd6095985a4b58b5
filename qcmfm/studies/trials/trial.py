"""One training of a study: fit on some records, label others, and time both."""

import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from qcmfm import fusion
from qcmfm.core.progress import finish
from qcmfm.encoders.features import FeatureTable
from qcmfm.encoders.lexicon import Lexicon
from qcmfm.evaluation import softmax
from qcmfm.fusion.base import FusionModel
from qcmfm.studies.trials.loaded_features import LoadedTable
from qcmfm.training import Trainer, TrainingData, TrainingSettings


@dataclass(frozen=True)
class System:
    """A model with its options, as a study compares it.

    Args:
        name: Name in the results of the study.
        model: Name of the fusion model.
        options: Options of the model.
    """

    name: str
    model: str
    options: dict[str, Any]


@dataclass(frozen=True)
class TrialAnswers:
    """The result of one training.

    Args:
        logits: Logits, scored record x label.
        parameters: Number of trainable parameters.
        train_seconds: Time of the training in seconds, without encoding.
        answer_milliseconds: Time per record in milliseconds, in batches of 256.
        model: Trained model.
        lexicon: Lexicon that it was trained with.
    """

    logits: np.ndarray
    parameters: int
    train_seconds: float
    answer_milliseconds: float
    model: FusionModel
    lexicon: Lexicon

    @property
    def probabilities(self) -> np.ndarray:
        """Probabilities, scored record x label, without temperature scaling."""
        return softmax(self.logits)


def train_and_answer(
    table: LoadedTable,
    fit: Sequence[int],
    score: Sequence[int],
    chosen: TrainingSettings,
    labels: list[str],
    prepare: Callable[[FusionModel], None] = lambda model: None,
) -> TrialAnswers:
    """Train on all of `fit` for a fixed number of epochs, and label `score`.

    There is no early stopping, so no record is held out: the number of epochs and all other
    settings are the same for all models that are trained in epochs.

    Args:
        table: Features of the records.
        fit: Rows to train on.
        score: Rows to label.
        chosen: Training settings.
        labels: Labels to distinguish.
        prepare: Modifies the model before it is trained.
    """
    uses_regions = fusion.model_class(chosen.model).reads_regions
    known = replace(table, with_regions=uses_regions).subset(fit)
    data = TrainingData(known, ["train"] * len(fit), labels)
    with tempfile.TemporaryDirectory() as folder:
        trainer = Trainer(data, chosen, [], Path(folder) / "checkpoint.safetensors")
        prepare(trainer.model)
        prepare(trainer.best)
        start = time.perf_counter()
        finish(trainer.run(chosen.epochs))
        trained = time.perf_counter() - start
    scored = replace(table, with_regions=uses_regions).subset(score).with_lexicon(data.lexicon)
    start = time.perf_counter()
    logits = _answer(trainer.best, scored)
    answered = time.perf_counter() - start
    return TrialAnswers(
        logits, trainer.best.n_parameters(), trained, 1000 * answered / len(score),
        trainer.best, data.lexicon,
    )  # fmt: skip


@torch.inference_mode()
def _answer(model: FusionModel, table: FeatureTable) -> np.ndarray:
    """Logits of every record of a table."""
    model.eval()
    parts = [range(start, min(start + 256, len(table))) for start in range(0, len(table), 256)]
    return torch.cat([model(table.batch(part)).logits for part in parts]).numpy()
