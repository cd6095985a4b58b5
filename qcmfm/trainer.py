"""The passes of a training: what is trained on, how, and which pass is kept."""

import copy
import hashlib
import json
import logging
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import functional

from qcmfm import __version__, evaluation, fusion
from qcmfm.encoders.batch import Batch
from qcmfm.encoders.features import FeatureTable
from qcmfm.encoders.lexicon import Lexicon
from qcmfm.encoders.views import names as view_names
from qcmfm.errors import TrainingError
from qcmfm.fusion._model import FusionModel
from qcmfm.progress import Progress, Work
from qcmfm.records import Collection
from qcmfm.storage import atomic_file

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class TrainingSettings:
    """How to train.

    Args:
        model: Name of the fusion model.
        options: The model's own options.
        seed: Seeds everything.
        epochs: Most passes over the training records.
        patience: Passes in a row that are clearly worse on `val` after which training stops.
        batch_size: Records per step.
        learning_rate: Highest step size of AdamW.
        weight_decay: Decoupled weight decay of AdamW.
        label_smoothing: Share of each target that goes to all labels alike.
        modality_dropout: Weight of the loss with the caption taken away, and of the loss with the
            photo taken away, beside the loss of the whole record; 0 trains on whole records alone.
        alignment: Passes before all others that teach words to look at what they name
            (`fusion._alignment`); where they look is then left as it is. No true region takes part
            in it. Without meaning for a model that does not attend.
        balance: Power of the inverse label frequency that weighs the loss; 0 weighs all alike.
        views: Number of views of each photo to train on, the original included.
        refit: Whether, once `val` has chosen the number of passes and the temperature, the final
            weights are trained on `train` and `val` together.
    """

    model: str = "qcmfm"
    options: dict[str, Any] = field(default_factory=dict)
    seed: int = 0
    epochs: int = 20
    patience: int = 10
    batch_size: int = 64
    learning_rate: float = 2e-3
    weight_decay: float = 0.02
    label_smoothing: float = 0.05
    modality_dropout: float = 0.5
    alignment: int = 0
    balance: float = 0.0
    views: int = 5
    refit: bool = True

    def __post_init__(self) -> None:
        for name, low, high in (
            ("seed", 0, 2**32 - 1),
            ("epochs", 1, 10_000),
            ("patience", 1, 10_000),
            ("batch_size", 2, 65_536),
            ("learning_rate", 1e-7, 1.0),
            ("weight_decay", 0.0, 100.0),
            ("label_smoothing", 0.0, 0.9),
            ("modality_dropout", 0.0, 10.0),
            ("alignment", 0, 10_000),
            ("balance", 0.0, 1.0),
            ("views", 1, len(view_names())),
        ):
            if not low <= getattr(self, name) <= high:
                raise TrainingError(
                    f"The setting {name} is {getattr(self, name)}.", f"Choose {low:g} to {high:g}."
                )


@dataclass(frozen=True)
class Start:
    """A trained model to go on from, instead of from chance.

    Args:
        state: Its tensors.
        labels: What it tells apart; labels that it does not know are added behind them.
        lexicon: Its terms, which stay.
        sha256: Hash of its weights file.
    """

    state: Mapping[str, Tensor]
    labels: list[str]
    lexicon: Lexicon
    sha256: str


class TrainingData:
    """The records of one training.

    Args:
        table: Features of the records, each of which has a label and something to go by.
        split: `train` or `val` for each record.
        labels: What is to be told apart; by default what the training records have.
        start: What the training goes on from; None for nothing.
    """

    def __init__(
        self,
        table: FeatureTable,
        split: list[str],
        labels: list[str] | None = None,
        start: Start | None = None,
    ):
        train = [row for row, name in enumerate(split) if name == "train"]
        before = start.labels if start else []
        found = {table.records[row].label for row in train}
        self.labels = labels or [*before, *sorted(found - set(before))]
        if len(self.labels) < 2:
            raise TrainingError(
                f"The training records have {len(self.labels)} label(s).",
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
        """What the run says of its data."""
        return {
            "collection": collection.folder.name,
            "train_records": len(self.train),
            "val_records": len(self.val),
            "fingerprint": self.fingerprint,
            "photos_not_read": [str(problem) for problem in self.table.problems],
        }

    def loss_weights(self, power: float) -> Tensor:
        """Weight of each label in the loss; on average 1 over the training records."""
        count = torch.bincount(self.target[self.train], minlength=len(self.labels)).float()
        weight = count.clamp(min=1) ** -power
        return weight * count.sum() / (weight * count).sum()


_ALIGNING = 500_000
"""What the seeds of passes that align are apart from those of the other passes."""

_PROGRESS = ("aligned", "epoch", "best_epoch", "least", "error")


class Trainer:
    """AdamW with a one-cycle schedule and early stopping on `val`.

    Of the passes whose calibrated loss on `val` is within one standard error of the least one, the
    last is kept (the one-standard-error rule, Breiman et al. 1984): a few validation records cannot
    tell them apart, and the schedule makes late passes calmer than early ones.

    All chance of a pass is seeded by the pass's number, so that training resumed from a checkpoint
    gives the same run.

    Args:
        data: What to train on.
        settings: How to.
        made_with: Ids of the encoders.
        checkpoint: File that keeps what was done, after every pass.
        start: What to go on from; None for chance.
    """

    def __init__(
        self,
        data: TrainingData,
        settings: TrainingSettings,
        made_with: list[str],
        checkpoint: Path,
        start: Start | None = None,
    ):
        self.data, self.settings, self.checkpoint = data, settings, checkpoint
        from_what = [start.sha256] if start else []
        key = [data.fingerprint, asdict(settings), made_with, __version__, *from_what]
        self.key = json.dumps(key)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(settings.seed)
            self.model: FusionModel = fusion.model_class(settings.model).build(
                data.table.shape, len(data.labels), settings.options
            )
        self.started = start is not None
        if start:
            self.model.load_state_dict(_grown(start, self.model.state_dict(), len(data.labels)))
        self.best = copy.deepcopy(self.model)
        self.optimizer = torch.optim.AdamW(
            self.model.parameter_groups(settings.weight_decay), lr=settings.learning_rate
        )
        self.weights = data.loss_weights(settings.balance)
        self.aligned, self.epoch, self.best_epoch = 0, 0, 0
        self.least, self.error = float("inf"), 0.0

    def run(self, epochs: int) -> Work[None]:
        """Train for `epochs` passes, or until `val` has not got better for too long."""
        if not self._resume() and not self.started:
            observed = (self.data.table.batch(rows) for rows in _chunks(self.data.train, 256))
            self.model.observe(observed)
        yield from self._align()
        if self.model.solved:
            epochs = 1
        while self.epoch < epochs and self.epoch - self.best_epoch < self.settings.patience:
            self._solve() if self.model.solved else self._one_pass(
                self.epoch, self.settings.epochs, self._loss
            )
            self.epoch += 1
            loss, error, note = self._validate()
            if loss < self.least:
                self.least, self.error = loss, error
            if loss <= self.least + self.error:
                self.best_epoch = self.epoch
                self.best.load_state_dict(self.model.state_dict())
            self._save()
            yield Progress("Training" if self.data.val else "Final fit", self.epoch, epochs, note)

    def _align(self) -> Work[None]:
        """Teach words to look at what they name, and leave that as it is from then on."""
        passes = self.settings.alignment if self.model.attends else 0
        # A model that is gone on from has learnt it.
        while self.aligned < passes and not self.started:
            self._one_pass(self.aligned, passes, self._misalignment, _ALIGNING)
            self.aligned += 1
            self._save()
            yield Progress("Teaching words to point", self.aligned, passes)
        for parameter in self.model.pointing() if passes else ():
            parameter.requires_grad_(False)

    @torch.inference_mode()
    def logits(self, model: FusionModel, rows: Sequence[int]) -> Tensor:
        """Logits of some records, without dropout."""
        model.eval()
        return torch.cat([model(self.data.table.batch(part)).logits for part in _chunks(rows, 256)])

    def _validate(self) -> tuple[float, float, str]:
        """Calibrated loss on `val`, its standard error, a note; without `val` passes are equal."""
        if not self.data.val:
            return 0.0, 0.0, ""
        logits = self.logits(self.model, self.data.val).numpy()
        truth = self.data.target[self.data.val].numpy()
        temperature = evaluation.fit_temperature(logits, truth)
        losses = evaluation.losses(evaluation.softmax(logits, temperature), truth)
        note = f"val accuracy {(logits.argmax(1) == truth).mean():.3f}"
        return float(losses.mean()), float(losses.std() / len(losses) ** 0.5), note

    def _solve(self) -> None:
        """Give a model that needs no passes all the records at once, in every view."""
        data, parts = self.data, _chunks(self.data.train, 256)
        views = [
            [data.table.batch(rows, [view] * len(rows)) for rows in parts]
            for view in data.table.images
        ]
        self.model.solve(views, data.target[data.train])

    def _one_pass(
        self, number: int, of: int, loss_of: Callable[[Batch, Tensor], Tensor], phase: int = 0
    ) -> None:
        """Step along a loss once over all training records.

        Args:
            number: Of the pass, from 0.
            of: How many passes the schedule is made for.
            loss_of: Of a batch and its targets.
            phase: Tells the chance of one phase of the training from that of another.
        """
        settings, data = self.settings, self.data
        views = list(data.table.images)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(settings.seed * 1_000_003 + phase + number + 1)
            order = [data.train[place] for place in torch.randperm(len(data.train)).tolist()]
            parts = _chunks(order, settings.batch_size)
            self.model.train()
            for step, rows in enumerate(parts):
                rate = _one_cycle((number + step / len(parts)) / of)
                for group in self.optimizer.param_groups:
                    group["lr"] = settings.learning_rate * rate
                chosen = [views[v] for v in torch.randint(len(views), (len(rows),)).tolist()]
                loss = loss_of(data.table.batch(rows, chosen), data.target[rows])
                self.optimizer.zero_grad()
                if loss.requires_grad:  # a last batch of one record has nothing to align
                    loss.backward()
                    self.optimizer.step()

    def _misalignment(self, batch: Batch, target: Tensor) -> Tensor:
        """How badly the words of a batch find their own photos; labels have no part in it."""
        return self.model.alignment(batch)

    def _loss(self, batch: Batch, target: Tensor) -> Tensor:
        """Cross-entropy of the whole records, and of those with both modalities without either."""
        both, weight = batch.has_image & batch.has_text, self.settings.modality_dropout
        if not (weight and both.any()):
            return self._cross_entropy(self.model(batch).logits, target).mean()
        whole, image, text = (
            self._cross_entropy(logits, target[both])
            for logits in self.model.fuse_each_way(batch.take(both))
        )
        total = (whole + weight * (image + text)).sum()
        if not both.all():
            alone = self.model(batch.take(~both)).logits
            total = total + self._cross_entropy(alone, target[~both]).sum()
        return total / len(batch)

    def _cross_entropy(self, logits: Tensor, target: Tensor) -> Tensor:
        smoothing = self.settings.label_smoothing
        return functional.cross_entropy(
            logits, target, self.weights, label_smoothing=smoothing, reduction="none"
        )

    def _save(self) -> None:
        tensors = {f"model.{key}": value for key, value in self.model.state_dict().items()}
        tensors |= {f"best.{key}": value for key, value in self.best.state_dict().items()}
        for index, state in self.optimizer.state_dict()["state"].items():
            tensors |= {f"optimizer.{index}.{key}": value for key, value in state.items()}
        progress = {name: getattr(self, name) for name in _PROGRESS}
        metadata = {"key": self.key, "progress": json.dumps(progress)}
        with atomic_file(self.checkpoint) as temporary:
            save_file({k: v.contiguous() for k, v in tensors.items()}, temporary, metadata)

    def _resume(self) -> bool:
        """Go on from the checkpoint; False where there is none of this very training."""
        if not self.checkpoint.is_file():
            return False
        with safe_open(self.checkpoint, framework="pt") as file:
            metadata = file.metadata()
            if metadata["key"] != self.key:
                log.warning("The interrupted training had other records or settings; starting anew")
                return False
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
        progress = json.loads(metadata["progress"])
        for name in _PROGRESS:
            setattr(self, name, progress[name])
        self.model.load_state_dict(_below(tensors, "model"))
        self.best.load_state_dict(_below(tensors, "best"))
        state: dict[int, dict[str, Tensor]] = {}
        for key, value in _below(tensors, "optimizer").items():
            index, _, what = key.partition(".")
            state.setdefault(int(index), {})[what] = value
        groups = self.optimizer.state_dict()["param_groups"]
        self.optimizer.load_state_dict({"state": state, "param_groups": groups})
        return True


def _grown(start: Start, fresh: Mapping[str, Tensor], labels: int) -> dict[str, Tensor]:
    """The tensors to go on from; rows of labels that they lack are those of the fresh model.

    Raises:
        TrainingError: They are of another model.
    """
    grown = {name: tensor.clone() for name, tensor in fresh.items()}
    before = len(start.labels)
    for name, tensor in grown.items():
        old = start.state.get(name)
        if old is not None and old.shape == tensor.shape:
            tensor.copy_(old)
        elif old is not None and (len(old), len(tensor)) == (before, labels):
            tensor[:before] = old  # the classifier's, one row a label
        else:
            raise TrainingError(
                f"The training cannot go on from the given run: {name} does not fit.",
                "Use the same kind of model with the same options, or train from nothing.",
            )
    return grown


def _one_cycle(progress: float, warm_up: float = 0.1) -> float:
    """Share of the highest learning rate at a share of the training: up a line, down a cosine."""
    if progress < warm_up:
        return 0.04 + 0.96 * progress / warm_up
    return 0.5 * (1 + math.cos(math.pi * (progress - warm_up) / (1 - warm_up)))


def _chunks(rows: Sequence[int], size: int) -> list[Sequence[int]]:
    return [rows[start : start + size] for start in range(0, len(rows), size)]


def _below(tensors: dict[str, Tensor], name: str) -> dict[str, Tensor]:
    """The tensors whose names start with `name`, without it."""
    return {k[len(name) + 1 :]: v for k, v in tensors.items() if k.startswith(f"{name}.")}
