"""Fusion models, which map regions and words to logits.

The folder is a registry: each file except `base.py` that does not start with an underscore holds
one model, named like the file, and its display name `TITLE = N_("…")`. Another package adds a model
through an entry point of the group `qcmfm.models`.
"""

import inspect
from collections.abc import Sequence
from typing import TYPE_CHECKING

from qcmfm.core.errors import TrainingError
from qcmfm.core.registry import Registry

if TYPE_CHECKING:
    from qcmfm.fusion.base import FusionModel


def _missing(name: str, known: Sequence[str]) -> TrainingError:
    return TrainingError(f"There is no model {name[:80]!r}.", f"Choose from {', '.join(known)}.")


MODELS = Registry(__name__, _missing, "qcmfm.models", exclude=("base",))


def names() -> list[str]:
    """Names of all fusion models, in alphabetical order."""
    return MODELS.names()


def title(name: str) -> str:
    """Display name of a model, read from its file because importing it would load torch.

    Raises:
        TrainingError: There is no such model.
    """
    return MODELS.title(name)


def model_class(name: str) -> type["FusionModel"]:
    """The class of a model.

    Raises:
        TrainingError: There is no such model, or it is a plug-in that cannot be used.
    """
    from qcmfm.fusion.base import FusionModel

    module = MODELS.load(name)
    classes = [
        value
        for _, value in inspect.getmembers(module, inspect.isclass)
        if value.__module__ == module.__name__ and issubclass(value, FusionModel)
    ]
    if len(classes) != 1:
        raise TrainingError(
            f"The file of the model {name} holds {len(classes)} models.",
            "It must hold exactly one subclass of FusionModel.",
        )
    classes[0].registered_as = name
    return classes[0]


def is_quantum(name: str) -> bool:
    """Whether a model contains a simulated circuit; False if there is no such model."""
    try:
        return model_class(name).quantum
    except TrainingError:
        return False
