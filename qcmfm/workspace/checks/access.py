"""Checks the policy file and the audit log."""

from collections.abc import Iterator
from pathlib import Path

from qcmfm.access import audit_file, policy_file, read_audit, read_policy
from qcmfm.core.errors import AccessError
from qcmfm.workspace._findings import FAULT, NOTE, Finding


def examine(home: Path) -> Iterator[Finding]:
    """Report an unreadable policy file, and damaged lines of the audit log."""
    try:
        read_policy()
    except AccessError as error:
        yield Finding(FAULT, policy_file().name, error.message, error.hint)
    _, broken = read_audit()
    if broken:
        what = f"{broken:,} of its lines are no entry: a kill or a full disk cut them short."
        yield Finding(NOTE, audit_file().name, what, "The others are whole.")
