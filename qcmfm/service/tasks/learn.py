"""Job that trains a run on the reviewed labels of a collection."""

from dataclasses import asdict
from typing import Any

from qcmfm import service
from qcmfm.core.progress import Work


def work(collection: str, parent: str, out: str) -> Work[dict[str, Any]]:
    """Run `service.retrain`; an interrupted job continues the run of the same name."""
    return asdict((yield from service.retrain(collection, parent, out)))
