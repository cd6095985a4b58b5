"""Lay a collection out as a map."""

from typing import Any

from qcmfm import service
from qcmfm.core.progress import Work


def work(collection: str, of: str) -> Work[dict[str, Any]]:
    """As `service.make_map`, which keeps the map in the catalog."""
    found = yield from service.build_map(collection, of)
    return {"records": len(found.record_ids)}
