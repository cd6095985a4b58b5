"""Packages that only some installations have: the extras of `pyproject.toml`."""

import contextlib
from collections.abc import Iterator

from qcmfm.core.errors import MissingExtraError


@contextlib.contextmanager
def needs_extra(extra: str, purpose: str) -> Iterator[None]:
    """Import the packages of an extra inside the `with` block.

    Example:
        with needs_extra("scale", "Labelling on Ray"):
            import ray

    Args:
        extra: Its name in `pyproject.toml`.
        purpose: What the packages are needed for; begins the sentence that a user reads.

    Raises:
        MissingExtraError: One of them is not installed.
    """
    try:
        yield
    except ImportError as error:
        package = (error.name or str(error)).partition(".")[0]
        raise MissingExtraError(
            f"{purpose} needs the package {package}, which is not installed.",
            f"Install it with: pip install 'qcmfm[{extra}]'",
        ) from error
