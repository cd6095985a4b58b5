"""Documents that a source links to, such as the manifests of a collection."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from qcmfm.core.errors import QcmfmError

MOST = 50 * 1024**2
"""Largest size of one document in bytes."""


class Documents:
    """Fetches linked documents for an importer.

    Args:
        each: Fetches addresses concurrently and yields each address with its file or its error;
            yields None while it waits.
    """

    def __init__(
        self,
        each: Callable[[Iterable[str]], Iterator[tuple[str, Path | QcmfmError] | None]],
    ):
        self.each = each

    def get(self, address: str) -> Path:
        """Fetch one document and return its file.

        Raises:
            QcmfmError: It cannot be fetched.
        """
        for found in self.each([address]):
            if found is not None:
                if isinstance(found[1], QcmfmError):
                    raise found[1]
                return found[1]
        raise AssertionError("one address gives one answer")
