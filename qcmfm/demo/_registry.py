"""Which collections the program can draw."""

import importlib
import pkgutil
from pathlib import Path
from typing import TYPE_CHECKING

from qcmfm.core.errors import RecordsError

if TYPE_CHECKING:
    from qcmfm.demo._design import Design


def names() -> list[str]:
    """The name of every collection that the program can draw."""
    found = (module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)]))
    return sorted(name for name in found if not name.startswith("_"))


def design(name: str) -> "Design":
    """How the collection `name` is drawn.

    Raises:
        RecordsError: There is no such built-in collection.
    """
    if name not in names():
        raise RecordsError(
            f"There is no built-in collection {name!r}.", f"Choose from {', '.join(names())}."
        )
    return importlib.import_module(f"{__package__}.{name}").DESIGN
