"""Adoption: which run suggests labels for a collection, and who decided that."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from qcmfm.core import settings, storage
from qcmfm.core.errors import RunError
from qcmfm.core.messages import msg


@dataclass(frozen=True)
class Adoption:
    """The adoption of a run for a collection.

    Args:
        run: Name of the run.
        by: Person who adopted it.
        at: Time in UTC, ISO 8601.
    """

    run: str
    by: str
    at: str


def adopt(collection: str, adoption: Adoption) -> None:
    """Adopt a run, which suggests labels for a collection from now on; the history is retained.

    Args:
        collection: Name of the collection.
        adoption: The run, the person and the time.

    Raises:
        RunError: The file of adoptions is damaged.
    """
    file = _file()
    with storage.lock(file):
        known = _read(file)
        known[collection] = [*known.get(collection, []), adoption]
        rows = {name: [asdict(each) for each in found] for name, found in known.items()}
        storage.write_json(file, rows)


def adoptions(collection: str) -> list[Adoption]:
    """The adoptions of a collection in chronological order; the last one is in effect.

    Raises:
        RunError: The file of adoptions is damaged.
    """
    return _read(_file()).get(collection, [])


def every_adoption() -> dict[str, list[Adoption]]:
    """The adoptions of all collections, by collection.

    Raises:
        RunError: The file of adoptions is damaged.
    """
    return _read(_file())


def _file() -> Path:
    return settings.home() / "adopted.json"


def _read(file: Path) -> dict[str, list[Adoption]]:
    try:
        content = json.loads(file.read_text("utf-8"))
        return {name: [Adoption(**row) for row in rows] for name, rows in content.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise RunError(
            msg("The file {name} of adopted models cannot be read.", name=file.name),
            "Put its backup back, or delete it and adopt again.",
        ) from error
