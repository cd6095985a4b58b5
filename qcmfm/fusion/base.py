"""What every fusion model is and returns."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, ClassVar, get_type_hints

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from qcmfm.core.errors import CircuitError, TrainingError
from qcmfm.encoders.batch import Batch, FeatureShape


@dataclass(frozen=True)
class Attention:
    """Where words and regions looked; each row adds up to 1, or to 0 where there was nothing.

    Args:
        word_to_region: What each word took from each region, per head.
        region_to_word: What each region took from each word, per head.
    """

    word_to_region: Float[Tensor, "batch head word region"]
    region_to_word: Float[Tensor, "batch head region word"]


@dataclass(frozen=True)
class Fused:
    """What a fusion model says of a batch.

    Args:
        logits: One value for each label, before calibration.
        attention: Attention maps, where the model has them.
        amplitudes: The vector put into the qubits, where the model has one.
        readout: Measured expectation values, where the model has them.
    """

    logits: Float[Tensor, "batch label"]
    attention: Attention | None = None
    amplitudes: Float[Tensor, "batch amplitude"] | None = None
    readout: Float[Tensor, "batch observable"] | None = None


@dataclass(frozen=True)
class ModelOptions:
    """Choices a model can be built with; each model adds its own.

    Attributes:
        RANGES: Least and greatest value of each option that is a number.
    """

    RANGES: ClassVar[Mapping[str, tuple[float, float]]] = {}

    def __post_init__(self) -> None:
        for name, (low, high) in self.RANGES.items():
            if not low <= getattr(self, name) <= high:
                raise TrainingError(
                    f"Option {name} is {getattr(self, name)}.", f"Choose {low} to {high}."
                )

    @classmethod
    def parse(cls, values: Mapping[str, Any]) -> "ModelOptions":
        """Options from text or JSON values.

        Raises:
            TrainingError: There is no such option, or its value is no such thing.
        """
        hints = get_type_hints(cls)
        kinds = {field.name: hints[field.name] for field in fields(cls)}
        parsed: dict[str, Any] = {}
        for name, value in values.items():
            if name not in kinds:
                known = ", ".join(kinds) or "none"
                raise TrainingError(f"There is no option {name!r}.", f"Options: {known}.")
            parsed[name] = _convert(name, value, kinds[name])
        return cls(**parsed)


def _convert(name: str, value: Any, kind: Any) -> Any:
    text = str(value).strip()
    known = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    try:
        return known[text.lower()] if kind is bool else kind(text)
    except (KeyError, ValueError):
        word = {bool: "true or false", int: "a whole number", float: "a number"}.get(kind, "text")
        raise TrainingError(f"Option {name} cannot be {value!r}.", f"Give {word}.") from None


class FusionModel(nn.Module, ABC):
    """Regions and words -> logits. A missing photo or caption is a normal input.

    Args:
        shape: Sizes of the features.
        n_labels: Number of labels.
        options: Choices, of the class's own `Options`.

    Attributes:
        Options: What the model's choices are.
        modalities: What the model answers from, `image` and `text` or one of them. A record that
            lacks all of it gets the same answer as every other such record.
        attends: Whether it says where it looked.
    """

    Options: ClassVar[type[ModelOptions]] = ModelOptions
    quantum: ClassVar[bool] = False
    """Whether a simulated quantum circuit has a part in the answer."""
    modalities: ClassVar[tuple[str, ...]] = ("image", "text")
    attends: ClassVar[bool] = False
    reads_regions: ClassVar[bool] = True
    """Whether it looks at regions; else the photo's mean vector is all it needs."""
    solved: ClassVar[bool] = False
    """Whether `solve` finds the weights at once, in place of passes over the records."""
    registered_as: ClassVar[str] = ""
    """The name that the registry found it under; a plug-in's file may be called otherwise."""

    quantum_device: str = ""
    """The PennyLane device that evaluates its circuit; empty for the built-in simulator."""

    def __init__(self, shape: FeatureShape, n_labels: int, options: ModelOptions):
        super().__init__()
        self.shape, self.n_labels, self.options = shape, n_labels, options

    @classmethod
    def name(cls) -> str:
        """The model's name: that of its file, or of a plug-in's entry point."""
        return cls.registered_as or cls.__module__.rsplit(".", 1)[-1]

    def config(self) -> dict[str, Any]:
        """What is needed to build the same model again, as JSON values."""
        return {
            "model": self.name(),
            "shape": asdict(self.shape),
            "n_labels": self.n_labels,
            "options": asdict(self.options),
        }

    @classmethod
    def build(cls, shape: FeatureShape, n_labels: int, options: Mapping[str, Any]) -> "FusionModel":
        """A model with options given as text or JSON values."""
        return cls(shape, n_labels, cls.Options.parse(options))

    def observe(self, batches: Iterable[Batch]) -> None:
        """Look once at the training features before training, for instance to scale them."""

    def solve(self, views: Sequence[Iterable[Batch]], target: Int[Tensor, " record"]) -> None:
        """Find the weights at once; only for a model that is `solved`.

        Args:
            views: For each view of the photos the training records, in batches; the original first.
            target: Number of each record's label.
        """
        raise NotImplementedError(f"{self.name()} is trained in passes")

    def parameter_groups(self, weight_decay: float) -> list[dict[str, Any]]:
        """Parameters for the optimizer: matrices decay, biases, gains and angles do not."""
        matrices = [p for p in self.parameters() if p.ndim > 1]
        others = [p for p in self.parameters() if p.ndim <= 1]
        return [
            {"params": matrices, "weight_decay": weight_decay},
            {"params": others, "weight_decay": 0.0},
        ]

    @abstractmethod
    def fuse(self, batch: Batch) -> Fused:
        """Logits and evidence for a batch in which every record has a photo or a caption."""

    def fuse_each_way(
        self, batch: Batch
    ) -> tuple[
        Float[Tensor, "batch label"], Float[Tensor, "batch label"], Float[Tensor, "batch label"]
    ]:
        """Logits of whole records, of their photos alone, and of their captions alone.

        For training without a modality; every record has both. A model overrides this where the
        three share work.
        """
        gone = torch.ones_like(batch.has_image)
        image, text = batch.without(text=gone), batch.without(image=gone)
        return self.fuse(batch).logits, self.fuse(image).logits, self.fuse(text).logits

    def alignment(self, batch: Batch) -> Float[Tensor, ""]:
        """What training may lower so that words look at what they name.

        Zero for a model without attention.
        """
        return batch.regions.new_zeros(())

    def pointing(self) -> list[nn.Parameter]:
        """What decides where words look; none for a model without attention."""
        return []

    def on_device(self, device: Any, shots: int | None = None) -> "FusionModel":
        """A copy of the model whose circuit is evaluated on a PennyLane device.

        Args:
            device: The device's name, or a device.
            shots: How often each circuit is measured; None leaves that to the device.

        Raises:
            CircuitError: The model has no circuit that a device could run, or there is no such
                device.
        """
        what = "a circuit that cannot be run on a device" if self.quantum else "no circuit"
        raise CircuitError(
            f"The model {self.name()} has {what}.",
            "Choose a run of the model qcmfm, or leave out the quantum device.",
        )

    def forward(self, batch: Batch) -> Fused:
        """As `fuse`."""
        return self.fuse(batch)

    def n_parameters(self) -> int:
        """Number of trainable parameters."""
        return sum(p.numel() for p in self.parameters() if p.requires_grad)

    @property
    def device(self) -> torch.device:
        """Where the parameters lie."""
        return next(self.parameters()).device
