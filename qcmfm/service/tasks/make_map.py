"""Job that computes the map of a collection."""

from typing import Any

from qcmfm import service
from qcmfm.core.progress import Work


def work(collection: str, of: str) -> Work[dict[str, Any]]:
    """Run `service.build_map`, which saves the map in the catalog."""
    found = yield from service.build_map(collection, of)
    return {"records": len(found.record_ids)}
