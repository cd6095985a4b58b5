"""The training loop, with a checkpoint after each epoch."""

import copy
import json
import logging
import math
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import functional

from qcmfm import __version__, evaluation, fusion
from qcmfm.core.progress import Progress, Work
from qcmfm.core.storage import atomic_file
from qcmfm.encoders.batch import Batch
from qcmfm.fusion.base import FusionModel
from qcmfm.training.data import StartingPoint, TrainingData
from qcmfm.training.settings import TrainingSettings

log = logging.getLogger(__name__)

_ALIGNING = 500_000
"""Offset of the random seeds of alignment epochs."""

_PROGRESS = ("aligned", "epoch", "best_epoch", "least", "error")


class Trainer:
    """AdamW with a one-cycle schedule and early stopping on `val`.

    Of the epochs whose calibrated loss on `val` is within one standard error of the smallest one,
    the last is selected (the one-standard-error rule, Breiman et al. 1984): a few validation
    records cannot distinguish them, and the decaying learning rate makes late epochs more stable.

    The random numbers of an epoch are seeded by its number, so that training resumed from a
    checkpoint gives the same run.

    Args:
        data: Training data.
        settings: Training settings.
        made_with: Ids of the encoders.
        checkpoint: Checkpoint file, written after every epoch.
        start: Model to continue from; None for random weights.
    """

    def __init__(
        self,
        data: TrainingData,
        settings: TrainingSettings,
        made_with: list[str],
        checkpoint: Path,
        start: StartingPoint | None = None,
    ):
        self.data, self.settings, self.checkpoint = data, settings, checkpoint
        origin = [start.sha256] if start else []
        key = [data.fingerprint, asdict(settings), made_with, __version__, *origin]
        self.key = json.dumps(key)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(settings.seed)
            self.model: FusionModel = fusion.model_class(settings.model).build(
                data.table.shape, len(data.labels), settings.options
            )
        self.started = start is not None
        if start:
            self.model.load_state_dict(start.grown(self.model.state_dict(), len(data.labels)))
        self.best = copy.deepcopy(self.model)
        self.optimizer = torch.optim.AdamW(
            self.model.parameter_groups(settings.weight_decay), lr=settings.learning_rate
        )
        self.weights = data.loss_weights(settings.balance)
        self.aligned, self.epoch, self.best_epoch = 0, 0, 0
        self.least, self.error = float("inf"), 0.0

    def run(self, epochs: int) -> Work[None]:
        """Train for a number of epochs, or until `val` has stopped improving."""
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
        """Run the alignment epochs, then freeze the parameters that they train."""
        passes = self.settings.alignment if self.model.attends else 0
        # A model that training continues from is aligned already.
        while self.aligned < passes and not self.started:
            self._one_pass(self.aligned, passes, self._misalignment, _ALIGNING)
            self.aligned += 1
            self._save()
            yield Progress("Teaching words to point", self.aligned, passes)
        for parameter in self.model.pointing() if passes else ():
            parameter.requires_grad_(False)

    @torch.inference_mode()
    def logits(self, model: FusionModel, rows: Sequence[int]) -> Tensor:
        """Logits of some records in evaluation mode."""
        model.eval()
        return torch.cat([model(self.data.table.batch(part)).logits for part in _chunks(rows, 256)])

    def _validate(self) -> tuple[float, float, str]:
        """Calibrated loss on `val`, its standard error and a note; zeros if there is no `val`."""
        if not self.data.val:
            return 0.0, 0.0, ""
        logits = self.logits(self.model, self.data.val).numpy()
        truth = self.data.target[self.data.val].numpy()
        temperature = evaluation.fit_temperature(logits, truth)
        losses = evaluation.losses(evaluation.softmax(logits, temperature), truth)
        note = f"val accuracy {(logits.argmax(1) == truth).mean():.3f}"
        return float(losses.mean()), float(losses.std() / len(losses) ** 0.5), note

    def _solve(self) -> None:
        """Solve a model that is not trained in epochs, on all records and views at once."""
        data, parts = self.data, _chunks(self.data.train, 256)
        views = [
            [data.table.batch(rows, [view] * len(rows)) for rows in parts]
            for view in data.table.images
        ]
        self.model.solve(views, data.target[data.train])

    def _one_pass(
        self, number: int, of: int, loss_of: Callable[[Batch, Tensor], Tensor], phase: int = 0
    ) -> None:
        """Train for one epoch.

        Args:
            number: Number of the epoch, from 0.
            of: Number of epochs of the learning rate schedule.
            loss_of: Loss of a batch and its targets.
            phase: Offset of the random seed, different for each phase of the training.
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
        """Alignment loss of a batch; it does not depend on the labels."""
        return self.model.alignment(batch)

    def _loss(self, batch: Batch, target: Tensor) -> Tensor:
        """Cross-entropy of a batch with and without each modality, where records have both."""
        both, weight = batch.has_image & batch.has_text, self.settings.modality_dropout
        if not (weight and both.any()):
            return self._cross_entropy(self.model(batch).logits, target).mean()
        complete, image, text = (
            self._cross_entropy(logits, target[both])
            for logits in self.model.fuse_each_way(batch.select(both))
        )
        total = (complete + weight * (image + text)).sum()
        if not both.all():
            alone = self.model(batch.select(~both)).logits
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
        """Restore the checkpoint; False if there is none of the same training."""
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


def _one_cycle(progress: float, warm_up: float = 0.1) -> float:
    """Learning rate relative to its peak: linear warm-up, then cosine decay.

    Args:
        progress: Share of the training that is done, 0 to 1.
        warm_up: Share of the training with a rising learning rate.
    """
    if progress < warm_up:
        return 0.04 + 0.96 * progress / warm_up
    return 0.5 * (1 + math.cos(math.pi * (progress - warm_up) / (1 - warm_up)))


def _chunks(rows: Sequence[int], size: int) -> list[Sequence[int]]:
    return [rows[start : start + size] for start in range(0, len(rows), size)]


def _below(tensors: dict[str, Tensor], name: str) -> dict[str, Tensor]:
    """The tensors whose keys start with `name` and a dot, by the rest of their keys."""
    return {k[len(name) + 1 :]: v for k, v in tensors.items() if k.startswith(f"{name}.")}
