"""The importers that there are: the files beside this one, and those of other packages."""

import logging
from collections.abc import Sequence
from types import ModuleType

from qcmfm.core.errors import ImportingError
from qcmfm.core.messages import msg
from qcmfm.core.registry import Registry
from qcmfm.importers._source import Source

log = logging.getLogger(__name__)


def _missing(name: str, known: Sequence[str]) -> ImportingError:
    return ImportingError(
        msg("There is no importer {name!r}.", name=name[:80]),
        msg("Choose from {names}.", names=", ".join(known)),
    )


IMPORTERS = Registry("qcmfm.importers", _missing, "qcmfm.importers")


def names() -> list[str]:
    """The name of every importer."""
    return IMPORTERS.names()


def title(name: str) -> str:
    """What an importer is called on a page.

    Raises:
        ImportingError: There is no such importer.
    """
    return IMPORTERS.title(name)


def named(name: str) -> ModuleType:
    """An importer by its name.

    Raises:
        ImportingError: There is none, or it is a plug-in that fails to load.
    """
    return IMPORTERS.load(name)


def best_importer(source: Source) -> str:
    """The name of the importer that a source is for.

    Raises:
        ImportingError: It is for none of them.
    """
    importers = IMPORTERS.loadable()
    sure = {name: _recognises(name, importer, source) for name, importer in importers.items()}
    best = max(sure, key=lambda name: sure[name])
    if not sure[best]:
        known = "; ".join(title(name) for name in importers)
        raise ImportingError(
            msg("{name} is nothing that can be imported.", name=source.name),
            msg("What can be: {known}.", known=known),
        )
    return best


def _recognises(name: str, importer: ModuleType, source: Source) -> int:
    """How surely a source is of an importer's kind; a plug-in that fails knows nothing of it."""
    try:
        return importer.recognises(source)
    except Exception:
        if IMPORTERS.is_built_in(name):
            raise
        log.exception("The plug-in %s cannot say whether a source is for it", name)
        return 0
