"""What reviewers decided, as a file for another program.

The folder is the registry: each file that does not start with an underscore holds one format, and
the file's name is the format's name. It has a `TITLE` for people, a `SUFFIX` that the file's name
ends with, a media type `MIME`, and a function `content` that gives the bytes of the file.
"""

import importlib
import pkgutil
from dataclasses import dataclass
from types import ModuleType

from qcmfm.core.errors import ReviewError
from qcmfm.core.messages import say
from qcmfm.exports.reviewed import Reviewed


@dataclass(frozen=True)
class Export:
    """A file to give to somebody.

    Args:
        name: Its file name.
        mime: Its media type.
        content: Its bytes.
    """

    name: str
    mime: str
    content: bytes


def names() -> list[str]:
    """The name of every format there is."""
    found = (module.name for module in pkgutil.iter_modules(__path__))
    return sorted(name for name in found if not name.startswith("_"))


def title(name: str) -> str:
    """What a format is called on a page.

    Raises:
        ReviewError: There is no such format.
    """
    return _format(name).TITLE


def described(name: str, collection: str) -> tuple[str, str]:
    """File name and media type of an export before it is made.

    Args:
        name: One of `names()`.
        collection: Name of the collection.

    Raises:
        ReviewError: There is no such format.
    """
    module = _format(name)
    return f"{collection}{module.SUFFIX}", module.MIME


def export(name: str, reviewed: Reviewed) -> Export:
    """The reviewed collection in one format.

    Args:
        name: One of `names()`.
        reviewed: The collection, its predictions and what was decided.

    Raises:
        ReviewError: There is no such format.
    """
    file, mime = described(name, reviewed.name)
    return Export(file, mime, _format(name).content(reviewed))


def _format(name: str) -> ModuleType:
    if name not in names():
        raise ReviewError(
            say("There is no export format {name!r}.", name=name[:80]),
            say("Choose from {names}.", names=", ".join(names())),
        )
    return importlib.import_module(f"{__name__}.{name}")
