"""Fusion models: regions and words -> logits.

The folder is the registry: each file that does not start with an underscore holds one model and a
`TITLE = N_("…")` for people, and the file's name is the model's name.
"""

import ast
import importlib
import inspect
import pkgutil
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from qcmfm.core.errors import TrainingError

if TYPE_CHECKING:
    from qcmfm.fusion.base import FusionModel


def names() -> list[str]:
    """The name of every fusion model there is."""
    found = (module.name for module in pkgutil.iter_modules(__path__))
    return sorted(name for name in found if not name.startswith("_"))


@cache
def title(name: str) -> str:
    """What people call a model; read from its file, since to import that loads torch.

    Raises:
        TrainingError: There is no such model.
    """
    _require(name)
    for node in ast.parse((Path(__file__).parent / f"{name}.py").read_text("utf-8")).body:
        match node:
            case ast.Assign([ast.Name("TITLE")], ast.Call(args=[ast.Constant(str(found))])):
                return found
    raise AssertionError(f"The file of the model {name} has no TITLE = N_(…).")


def model_class(name: str) -> type["FusionModel"]:
    """The class of the model called `name`.

    Raises:
        TrainingError: There is no such model.
    """
    from qcmfm.fusion.base import FusionModel

    _require(name)
    module = importlib.import_module(f"{__name__}.{name}")
    classes = [value for _, value in inspect.getmembers(module, inspect.isclass)]
    (found,) = (
        value
        for value in classes
        if value.__module__ == module.__name__ and issubclass(value, FusionModel)
    )
    return found


def _require(name: str) -> None:
    if name not in names():
        raise TrainingError(f"There is no model {name!r}.", f"Choose from {', '.join(names())}.")
