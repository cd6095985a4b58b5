"""The importers that there are: the files beside this one."""

import importlib
import pkgutil
from pathlib import Path
from types import ModuleType

from qcmfm.core.errors import ImportingError
from qcmfm.core.messages import say
from qcmfm.importers._source import Source

_HERE = Path(__file__).parent


def names() -> list[str]:
    """The name of every importer."""
    found = (module.name for module in pkgutil.iter_modules([str(_HERE)]))
    return sorted(name for name in found if not name.startswith("_"))


def title(name: str) -> str:
    """What an importer is called on a page.

    Raises:
        ImportingError: There is no such importer.
    """
    return named(name).TITLE


def named(name: str) -> ModuleType:
    """An importer by its name.

    Raises:
        ImportingError: There is none.
    """
    if name not in names():
        raise ImportingError(
            say("There is no importer {name!r}.", name=name[:80]),
            say("Choose from {names}.", names=", ".join(names())),
        )
    return importlib.import_module(f"qcmfm.importers.{name}")


def fitting(source: Source) -> str:
    """The name of the importer that a source is for.

    Raises:
        ImportingError: It is for none of them.
    """
    sure = {name: named(name).recognises(source) for name in names()}
    best = max(sure, key=lambda name: sure[name])
    if not sure[best]:
        known = "; ".join(title(name) for name in names())
        raise ImportingError(
            say("{name} is nothing that can be imported.", name=source.name),
            say("What can be: {known}.", known=known),
        )
    return best
