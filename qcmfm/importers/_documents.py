"""The documents that a source points to, such as the manifests of a collection."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from qcmfm.core.errors import QcmfmError

MOST = 50 * 1024**2
"""Bytes of one document."""


class Documents:
    """Gets documents from the web for an importer.

    Args:
        each: Gets many at once: the address and the file, or what went wrong; None meanwhile.
    """

    def __init__(
        self,
        each: Callable[[Iterable[str]], Iterator[tuple[str, Path | QcmfmError] | None]],
    ):
        self.each = each

    def get(self, address: str) -> Path:
        """The file that holds one document.

        Raises:
            QcmfmError: It cannot be had.
        """
        for found in self.each([address]):
            if found is not None:
                if isinstance(found[1], QcmfmError):
                    raise found[1]
                return found[1]
        raise AssertionError("one address gives one answer")
