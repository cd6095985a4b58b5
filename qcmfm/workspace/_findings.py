"""What a check of a workspace found."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

FAULT, NOTE = "fault", "note"


@dataclass(frozen=True)
class Finding:
    """Something about a workspace that whoever looks after it should know.

    Args:
        level: `FAULT` where something is lost or does not work, `NOTE` where all is well.
        path: The file or folder, inside the workspace.
        what: A sentence.
        remedy: What to do about it, a sentence.
        act: Does that, where the program can; loses nothing that cannot be made again.
    """

    level: str
    path: str
    what: str
    remedy: str
    act: Callable[[], object] | None = None

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "level": self.level,
            "path": self.path,
            "what": self.what,
            "remedy": self.remedy,
            "can_be_mended": self.act is not None,
        }

    def __str__(self) -> str:
        """One line, as the command line prints it."""
        return f"{self.path}: {self.what} {self.remedy}"
