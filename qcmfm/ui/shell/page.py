"""What surrounds every page: the workspace is open, and how long the page took is counted."""

import contextlib
import time
from collections.abc import Iterator

from qcmfm.core.progress import finish
from qcmfm.observability import metrics
from qcmfm.workspace import open_workspace


def check_workspace() -> None:
    """See that the workspace is one that this program knows; it may have been changed meanwhile.

    Raises:
        WorkspaceError: It is not.
    """
    finish(open_workspace())


@contextlib.contextmanager
def count_time(page: str) -> Iterator[None]:
    """Count how long a page's script runs.

    Args:
        page: As the address names it; empty for the first one.
    """
    began = time.perf_counter()
    try:
        yield
    finally:
        metrics.record_page(page or "home", time.perf_counter() - began)
