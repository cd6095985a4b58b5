"""One training of a study: fit on some records, answer for others, and how long both took."""

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
    """What a study compares: a model with its options.

    Args:
        name: In the study's table.
        model: Name of the fusion model.
        options: The model's own.
    """

    name: str
    model: str
    options: dict[str, Any]


@dataclass(frozen=True)
class TrialAnswers:
    """What came of one training.

    Args:
        logits: Scored record x label.
        parameters: Number of trainable parameters.
        train_seconds: Time of the training, features at hand.
        answer_milliseconds: Time for a record, in batches of 256.
        model: The trained model.
        lexicon: The terms that it was trained with.
    """

    logits: np.ndarray
    parameters: int
    train_seconds: float
    answer_milliseconds: float
    model: FusionModel
    lexicon: Lexicon

    @property
    def probabilities(self) -> np.ndarray:
        """Record x label, as trained: no temperature was fitted."""
        return softmax(self.logits)


def train_and_answer(
    table: LoadedTable,
    fit: Sequence[int],
    score: Sequence[int],
    chosen: TrainingSettings,
    labels: list[str],
    prepare: Callable[[FusionModel], None] = lambda model: None,
) -> TrialAnswers:
    """Train on all of `fit` for a fixed number of passes and answer for `score`.

    Nothing is chosen on the way, so no record is held back: the number of passes and every other
    setting are the same for all models that are trained in passes.

    Args:
        table: The records' features.
        fit: Rows to train on.
        score: Rows to answer for.
        chosen: How to train.
        labels: What is to be told apart.
        prepare: Changes the model before it is trained.
    """
    looks = fusion.model_class(chosen.model).reads_regions
    known = replace(table, with_regions=looks).subset(fit)
    data = TrainingData(known, ["train"] * len(fit), labels)
    with tempfile.TemporaryDirectory() as folder:
        trainer = Trainer(data, chosen, [], Path(folder) / "checkpoint.safetensors")
        prepare(trainer.model)
        prepare(trainer.best)
        start = time.perf_counter()
        finish(trainer.run(chosen.epochs))
        trained = time.perf_counter() - start
    scored = replace(table, with_regions=looks).subset(score).with_lexicon(data.lexicon)
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
