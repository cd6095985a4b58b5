"""Errors say what is wrong and what to do about it."""

import pytest

from qcmfm.core import errors
from qcmfm.core.errors import QcmfmError

KINDS = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, QcmfmError)
]


@pytest.mark.parametrize("kind", KINDS)
def test_message_and_hint_are_one_line(kind: type[QcmfmError]):
    error = kind("The cup is broken.", "Glue it.")
    assert (error.message, error.hint) == ("The cup is broken.", "Glue it.")
    assert str(error) == "The cup is broken. Glue it."
    assert kind.__doc__
