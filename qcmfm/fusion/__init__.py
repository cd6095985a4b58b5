"""Fusion models: regions and words -> logits.

The folder is the registry: each file that does not start with an underscore holds one model, and
the file's name is the model's name.
"""

import importlib
import inspect
import pkgutil
from typing import TYPE_CHECKING

from qcmfm.errors import TrainingError

if TYPE_CHECKING:
    from qcmfm.fusion._model import FusionModel


def names() -> list[str]:
    """The name of every fusion model there is."""
    found = (module.name for module in pkgutil.iter_modules(__path__))
    return sorted(name for name in found if not name.startswith("_"))


def model_class(name: str) -> type["FusionModel"]:
    """The class of the model called `name`.

    Raises:
        TrainingError: There is no such model.
    """
    from qcmfm.fusion._model import FusionModel

    if name not in names():
        raise TrainingError(f"There is no model {name!r}.", f"Choose from {', '.join(names())}.")
    module = importlib.import_module(f"{__name__}.{name}")
    classes = [value for _, value in inspect.getmembers(module, inspect.isclass)]
    (found,) = (
        value
        for value in classes
        if value.__module__ == module.__name__ and issubclass(value, FusionModel)
    )
    return found
