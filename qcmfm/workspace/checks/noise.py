"""Checks that saved noise settings can be read."""

from collections.abc import Iterator
from pathlib import Path

from qcmfm.core.errors import CircuitError
from qcmfm.lab import saved_noise
from qcmfm.workspace._findings import FAULT, Finding


def examine(home: Path) -> Iterator[Finding]:
    """Report each unreadable setting."""
    for name in saved_noise.saved_names():
        try:
            saved_noise.open_setting(name)
        except (CircuitError, UnicodeDecodeError) as error:
            what = f"It cannot be read ({str(error)[:160]})."
            yield Finding(FAULT, f"noise/{name}.json", what, "Save it again in the Noise lab.")
