"""Job that builds the search index of a collection."""

from dataclasses import asdict
from typing import Any

from qcmfm import service
from qcmfm.core.progress import Work


def work(collection: str, anew: bool = False) -> Work[dict[str, Any]]:
    """Run `service.build_catalog`; `anew`, as job files name it, rebuilds everything."""
    return asdict((yield from service.build_catalog(collection, anew)))
