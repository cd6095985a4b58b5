"""Findings of the checks of a workspace."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

FAULT, NOTE = "fault", "note"


@dataclass(frozen=True)
class Finding:
    """A finding about a workspace, for those who maintain it.

    Args:
        level: `FAULT` if something is lost or does not work, else `NOTE`.
        path: File or folder, relative to the workspace.
        what: Sentence that says what was found.
        remedy: Sentence that says what to do about it.
        act: Repairs it, losing nothing that cannot be computed again; None if the program cannot.
    """

    level: str
    path: str
    what: str
    remedy: str
    act: Callable[[], object] | None = None

    def to_json(self) -> dict[str, Any]:
        """The finding as JSON values."""
        return {
            "level": self.level,
            "path": self.path,
            "what": self.what,
            "remedy": self.remedy,
            "can_be_mended": self.act is not None,
        }

    def __str__(self) -> str:
        """The finding as one line, for the command line."""
        return f"{self.path}: {self.what} {self.remedy}"
