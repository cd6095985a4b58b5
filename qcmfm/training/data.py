"""Training data: records with features, splits and labels, and an optional initial model."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from qcmfm.core.errors import TrainingError
from qcmfm.core.messages import msg
from qcmfm.encoders.features import FeatureTable
from qcmfm.encoders.lexicon import Lexicon
from qcmfm.records import Collection


@dataclass(frozen=True)
class StartingPoint:
    """A trained model that training continues from, instead of random weights.

    Args:
        state: Tensors of its `state_dict`.
        labels: Its labels; new labels are appended to them.
        lexicon: Its lexicon, which is not changed.
        sha256: Hash of its weights file.
    """

    state: Mapping[str, Tensor]
    labels: list[str]
    lexicon: Lexicon
    sha256: str

    def grown(self, fresh: Mapping[str, Tensor], labels: int) -> dict[str, Tensor]:
        """Initial tensors for a model with more labels, whose rows come from the fresh model.

        Args:
            fresh: State of a freshly initialised model.
            labels: Number of labels of the fresh model.

        Raises:
            TrainingError: The tensors are those of another model.
        """
        grown = {name: tensor.clone() for name, tensor in fresh.items()}
        before = len(self.labels)
        for name, tensor in grown.items():
            old = self.state.get(name)
            if old is not None and old.shape == tensor.shape:
                tensor.copy_(old)
            elif old is not None and (len(old), len(tensor)) == (before, labels):
                tensor[:before] = old  # the classifier has one row per label
            else:
                raise TrainingError(
                    msg(
                        "The training cannot go on from the given run: {name} does not fit.",
                        name=name,
                    ),
                    "Use the same kind of model with the same options, or train from nothing.",
                )
        return grown


class TrainingData:
    """The records of one training.

    Args:
        table: Features of the records, each with a label and a photo or caption.
        split: `train`, `val` or empty for each record.
        labels: Labels to predict; by default those of the training records.
        start: Model to continue from; None for random weights.
    """

    def __init__(
        self,
        table: FeatureTable,
        split: list[str],
        labels: list[str] | None = None,
        start: StartingPoint | None = None,
    ):
        train = [row for row, name in enumerate(split) if name == "train"]
        before = start.labels if start else []
        found = {table.records[row].label for row in train}
        self.labels = labels or [*before, *sorted(found - set(before))]
        if len(self.labels) < 2:
            raise TrainingError(
                msg("The training records have {n} label(s).", n=len(self.labels)),
                "Records of at least two labels are needed.",
            )
        number = {label: index for index, label in enumerate(self.labels)}
        self.target = torch.tensor([number.get(r.label, -1) for r in table.records])
        known = self.target >= 0
        self.train = [row for row in train if known[row]]
        self.val = [row for row, name in enumerate(split) if name == "val" and known[row]]
        if not self.val and labels is None:
            raise TrainingError(
                "No validation record has a label that the training records have.",
                "Mark some more records with val, or leave the splits empty.",
            )
        captions = [table.records[row].caption for row in self.train]
        self.lexicon = start.lexicon if start else Lexicon.fit(captions)
        self.table = table.with_lexicon(self.lexicon)
        content = zip(
            [r.record_id for r in table.records],
            [r.label for r in table.records],
            split,
            table.image_keys,
            table.caption_keys,
            strict=True,
        )
        self.fingerprint = hashlib.sha256(json.dumps(sorted(content)).encode()).hexdigest()

    def describe(self, collection: Collection) -> dict[str, Any]:
        """Description of the data for `run.json`, as JSON values."""
        return {
            "collection": collection.folder.name,
            "train_records": len(self.train),
            "val_records": len(self.val),
            "fingerprint": self.fingerprint,
            "photos_not_read": [str(problem) for problem in self.table.problems],
        }

    def loss_weights(self, power: float) -> Tensor:
        """Weight of each label in the loss, with a mean of 1 over the training records.

        Args:
            power: Power of the inverse label frequency; 0 gives equal weights.
        """
        count = torch.bincount(self.target[self.train], minlength=len(self.labels)).float()
        weight = count.clamp(min=1) ** -power
        return weight * count.sum() / (weight * count).sum()
