"""The server and limits that do not make a test wait."""

from collections.abc import Iterator

import pytest

from qcmfm.importers import Limits
from tests.importers.museum_server import Museum, museum_server


@pytest.fixture
def museum() -> Iterator[Museum]:
    with museum_server() as found:
        yield found


@pytest.fixture
def limits() -> Limits:
    return Limits(
        per_second=500.0, tries=3, first_wait=0.02, longest_wait=2.0, read_timeout=0.5,
        request_timeout=2.0, photo=300_000, document=1_000_000, private=("127.0.0.1",),
    )  # fmt: skip
