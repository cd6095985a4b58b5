"""Registry of the importers: the modules of this package and plug-ins of other packages."""

import logging
from collections.abc import Sequence
from types import ModuleType

from qcmfm.core.errors import ImportingError
from qcmfm.core.messages import msg
from qcmfm.core.registry import Registry
from qcmfm.importers.reading.source import Source

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
    """Display name of an importer.

    Raises:
        ImportingError: There is no such importer.
    """
    return IMPORTERS.title(name)


def named(name: str) -> ModuleType:
    """Load the module of an importer.

    Raises:
        ImportingError: There is no such importer, or it is a plug-in that fails to load.
    """
    return IMPORTERS.load(name)


def best_importer(source: Source) -> str:
    """Name of the importer that fits a source best.

    Raises:
        ImportingError: No importer recognises the source.
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
    """An importer's score for a source; 0 if it is a plug-in that raises an error."""
    try:
        return importer.recognises(source)
    except Exception:
        if IMPORTERS.is_built_in(name):
            raise
        log.exception("The plug-in %s cannot say whether a source is for it", name)
        return 0
