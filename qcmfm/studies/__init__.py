"""Studies: models trained side by side on the same records, with intervals.

The folder is the registry: each file that does not start with an underscore holds one study, and
the file's name is the study's name. It has a `TITLE` for people, the `SEEDS` that it takes unless
told otherwise, and a function `run` of a `Request`, which goes on where it was stopped.
"""

import importlib
import pkgutil
from types import ModuleType

from qcmfm.core.errors import StudyError


def names() -> list[str]:
    """The name of every study there is."""
    found = (module.name for module in pkgutil.iter_modules(__path__))
    return sorted(name for name in found if not name.startswith("_"))


def study(name: str) -> ModuleType:
    """The module of a study.

    Raises:
        StudyError: There is no such study.
    """
    if name not in names():
        raise StudyError(f"There is no study {name[:80]!r}.", f"Choose from {', '.join(names())}.")
    return importlib.import_module(f"{__name__}.{name}")
