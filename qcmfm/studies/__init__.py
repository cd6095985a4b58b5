"""Studies: several models trained on the same records and compared, with intervals.

The folder is a registry: each file that does not start with an underscore, but `request.py` and
`summary.py`, holds one study, and the file's name is the study's name. It has a display name
`TITLE`, the default number of `SEEDS`, and a function `run` of a `StudyRequest`, which continues
where it was interrupted.
"""

from collections.abc import Sequence
from types import ModuleType

from qcmfm.core.errors import StudyError
from qcmfm.core.registry import Registry


def _missing(name: str, known: Sequence[str]) -> StudyError:
    return StudyError(f"There is no study {name[:80]!r}.", f"Choose from {', '.join(known)}.")


STUDIES = Registry(__name__, _missing, exclude=("request", "summary"))


def names() -> list[str]:
    """The names of all studies."""
    return STUDIES.names()


def study(name: str) -> ModuleType:
    """The module of a study.

    Raises:
        StudyError: There is no such study.
    """
    return STUDIES.load(name)
