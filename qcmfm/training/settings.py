"""How to train."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from qcmfm.core.errors import TrainingError
from qcmfm.core.messages import msg
from qcmfm.encoders.views import names as view_names


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

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> "TrainingSettings":
        """The settings among all that a run's configuration tells of its training."""
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
