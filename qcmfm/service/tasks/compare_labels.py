"""Job that looks for catalogue labels that are probably wrong."""

from typing import Any

from qcmfm import service
from qcmfm.core.progress import Work


def work(collection: str, run: str) -> Work[dict[str, Any]]:
    """Run `service.find_doubtful_labels`, which caches the probabilities."""
    answers = yield from service.find_doubtful_labels(collection, run)
    return {"records": len(answers.record_ids), "labels": list(answers.labels)}
