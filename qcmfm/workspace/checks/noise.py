"""The noise settings that somebody saved."""

from collections.abc import Iterator
from pathlib import Path

from qcmfm.core.errors import CircuitError
from qcmfm.lab import condition
from qcmfm.workspace._findings import FAULT, Finding


def examine(home: Path) -> Iterator[Finding]:
    """Each saved setting."""
    for name in condition.saved_names():
        try:
            condition.open_condition(name)
        except (CircuitError, UnicodeDecodeError) as error:
            what = f"It cannot be read ({str(error)[:160]})."
            yield Finding(FAULT, f"noise/{name}.json", what, "Save it again in the Noise lab.")
