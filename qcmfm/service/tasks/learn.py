"""Train a run on what a collection's reviewers decided."""

from dataclasses import asdict
from typing import Any

from qcmfm import service
from qcmfm.core.progress import Work


def work(collection: str, parent: str, out: str) -> Work[dict[str, Any]]:
    """As `service.learn`; a job that was stopped goes on under the same name."""
    return asdict((yield from service.retrain(collection, parent, out)))
