"""Base class, options and output of fusion models."""

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
    """Attention maps; each row adds up to 1, or to 0 if there was nothing to attend to.

    Args:
        word_to_region: Attention of each word to each region, per head.
        region_to_word: Attention of each region to each word, per head.
    """

    word_to_region: Float[Tensor, "batch head word region"]
    region_to_word: Float[Tensor, "batch head region word"]


@dataclass(frozen=True)
class Fused:
    """Output of a fusion model for a batch.

    Args:
        logits: One value per label, before calibration.
        attention: Attention maps; None for a model without attention.
        amplitudes: Input state of the circuit; None for a model without one.
        readout: Measured expectation values; None for a model without a circuit.
    """

    logits: Float[Tensor, "batch label"]
    attention: Attention | None = None
    amplitudes: Float[Tensor, "batch amplitude"] | None = None
    readout: Float[Tensor, "batch observable"] | None = None


@dataclass(frozen=True)
class ModelOptions:
    """Options of a model; each model adds its own.

    Attributes:
        RANGES: Smallest and largest value of each numeric option.
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
        """Options from text or JSON values by name.

        Raises:
            TrainingError: An option does not exist, or its value is invalid.
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
    """Base of all fusion models, which map regions and words to logits.

    A missing photo or caption is a normal input.

    Args:
        shape: Feature dimensions.
        n_labels: Number of labels.
        options: Options of the class's own `Options`.

    Attributes:
        Options: Class of the model's options.
        modalities: The modalities that the model uses, `image`, `text` or both. All records
            without any of these have the same output.
        attends: Whether its output contains attention maps.
    """

    Options: ClassVar[type[ModelOptions]] = ModelOptions
    quantum: ClassVar[bool] = False
    """Whether the model contains a simulated quantum circuit."""
    modalities: ClassVar[tuple[str, ...]] = ("image", "text")
    attends: ClassVar[bool] = False
    reads_regions: ClassVar[bool] = True
    """Whether the model uses regions; otherwise the photo's mean vector suffices."""
    solved: ClassVar[bool] = False
    """Whether `solve` computes the weights directly, instead of training in epochs."""
    registered_as: ClassVar[str] = ""
    """Name in the registry; the file of a plug-in may have another name."""

    quantum_device: str = ""
    """The PennyLane device that evaluates its circuit; empty for the built-in simulator."""

    def __init__(self, shape: FeatureShape, n_labels: int, options: ModelOptions):
        super().__init__()
        self.shape, self.n_labels, self.options = shape, n_labels, options

    @classmethod
    def name(cls) -> str:
        """Name of the model: that of its file, or of a plug-in's entry point."""
        return cls.registered_as or cls.__module__.rsplit(".", 1)[-1]

    def config(self) -> dict[str, Any]:
        """The configuration from which the same model can be built again, as JSON values."""
        return {
            "model": self.name(),
            "shape": asdict(self.shape),
            "n_labels": self.n_labels,
            "options": asdict(self.options),
        }

    @classmethod
    def build(cls, shape: FeatureShape, n_labels: int, options: Mapping[str, Any]) -> "FusionModel":
        """Build a model with options given as text or JSON values."""
        return cls(shape, n_labels, cls.Options.parse(options))

    def observe(self, batches: Iterable[Batch]) -> None:
        """Compute statistics of the training features before training; by default nothing."""

    def solve(self, views: Sequence[Iterable[Batch]], target: Int[Tensor, " record"]) -> None:
        """Compute the weights directly; only for a model that is `solved`.

        Args:
            views: For each view of the photos, the original first, batches of training records.
            target: Label index of each record.
        """
        raise NotImplementedError(f"{self.name()} is trained in passes")

    def parameter_groups(self, weight_decay: float) -> list[dict[str, Any]]:
        """Parameter groups for the optimizer: weight decay applies to matrices only.

        Args:
            weight_decay: Weight decay of matrices; biases, gains and angles have none.
        """
        matrices = [p for p in self.parameters() if p.ndim > 1]
        others = [p for p in self.parameters() if p.ndim <= 1]
        return [
            {"params": matrices, "weight_decay": weight_decay},
            {"params": others, "weight_decay": 0.0},
        ]

    @abstractmethod
    def fuse(self, batch: Batch) -> Fused:
        """Logits and evidence of a batch in which every record has a photo or a caption."""

    def fuse_each_way(
        self, batch: Batch
    ) -> tuple[
        Float[Tensor, "batch label"], Float[Tensor, "batch label"], Float[Tensor, "batch label"]
    ]:
        """Logits from both modalities, from the photos alone and from the captions alone.

        Used to train for missing modalities; every record must have both. A model overrides this
        method where the three share work.
        """
        gone = torch.ones_like(batch.has_image)
        image, text = batch.without(text=gone), batch.without(image=gone)
        return self.fuse(batch).logits, self.fuse(image).logits, self.fuse(text).logits

    def alignment(self, batch: Batch) -> Float[Tensor, ""]:
        """Auxiliary loss that makes words attend to what they name; zero without attention."""
        return batch.regions.new_zeros(())

    def pointing(self) -> list[nn.Parameter]:
        """Parameters that determine where words attend; empty without attention."""
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
        """Device of the parameters."""
        return next(self.parameters()).device
