"""Make a collection searchable."""

from dataclasses import asdict
from typing import Any

from qcmfm import service
from qcmfm.core.progress import Work


def work(collection: str, anew: bool = False) -> Work[dict[str, Any]]:
    """As `service.make_catalog`; what is in the catalog already is kept."""
    return asdict((yield from service.build_catalog(collection, anew)))
