"""Training settings."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from qcmfm.core.errors import TrainingError
from qcmfm.core.messages import msg
from qcmfm.encoders.views import names as view_names


@dataclass(frozen=True)
class TrainingSettings:
    """Training settings.

    Args:
        model: Name of the fusion model.
        options: Options of the model.
        seed: Seed of all random numbers.
        epochs: Largest number of epochs.
        patience: Number of epochs without a competitive loss on `val` after which training stops.
        batch_size: Records per step.
        learning_rate: Peak learning rate of AdamW.
        weight_decay: Decoupled weight decay of AdamW.
        label_smoothing: Share of each target that is spread evenly over all labels.
        modality_dropout: Weight of the loss without captions and of the loss without photos,
            relative to the loss with both; 0 trains on both alone.
        alignment: Number of initial epochs that train words to attend to what they name
            (`fusion.layers.alignment`), after which the parameters of attention scores are frozen.
            It needs no labelled regions and has no effect on models without attention.
        balance: Power of the inverse label frequency that weights the loss; 0 for equal weights.
        views: Number of views of each photo to train on, including the original.
        refit: Whether the final weights are trained on `train` and `val` together, after `val`
            has determined the number of epochs and the temperature.
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

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> "TrainingSettings":
        """Settings from the `training` section of a run's configuration; other keys are ignored."""
        names = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in given.items() if name in names})

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
                    msg("The setting {name} is {value}.", name=name, value=getattr(self, name)),
                    msg("Choose {low:g} to {high:g}.", low=low, high=high),
                )
