"""Read a run's folder without its weights and without loading torch."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from qcmfm.core.errors import RunError
from qcmfm.core.messages import msg
from qcmfm.records import Collection
from qcmfm.runs import schema
from qcmfm.runs.calibration import calibration_hash

FORMAT = 2
"""Format version of run folders; a higher one is from a later program, version 1 has no seal."""
MOST_TEXT = 256 * 1024**2
"""Largest size of a JSON file of a run, in bytes."""

CARD = "README.md"
WEIGHTS = "weights.safetensors"


def list_runs(folders: Sequence[Path]) -> dict[str, Path]:
    """Finished runs by name; if several folders contain the same name, the first one wins."""
    found: dict[str, Path] = {}
    for folder in folders:
        for config in sorted(folder.glob("*/run.json")):
            if not config.parent.name.startswith("."):
                found.setdefault(config.parent.name, config.parent)
    return found


def read_config(folder: Path) -> dict[str, Any]:
    """The content of `run.json`: everything about a run but its weights, lexicon and metrics.

    Raises:
        RunError: There is no run, it cannot be read, or a later version of the program wrote it.
    """
    if not (folder / "run.json").is_file():
        raise RunError(
            msg("There is no run at {folder}.", folder=folder),
            "Give the folder of a finished training.",
        )
    try:
        config = schema.parsed(content(folder, "run.json"))
        later = config["format"] > FORMAT
        if config["format"] == FORMAT and config.get(schema.SEAL) != schema.seal(config):
            raise RunError(
                msg(
                    "In the run {run}, run.json is not the file that was written.",
                    run=folder.name,
                ),
                "Copy the run again from where it came from.",
            )
    except (KeyError, TypeError, ValueError) as error:
        raise unreadable(folder, error) from error
    if later:
        raise RunError(
            msg(
                "The run {name} has format {format}, and this program reads up to {known}.",
                name=folder.name,
                format=config["format"],
                known=FORMAT,
            ),
            "Update the program.",
        )
    return config


def run_version(folder: Path) -> str:
    """Identifier that changes when a run is retrained or recalibrated: hashes of both.

    Raises:
        RunError: There is no such run, or its configuration cannot be read.
    """
    return read_config(folder)["sha256"][WEIGHTS] + calibration_hash(folder)


def read_metrics(folder: Path) -> dict[str, Any]:
    """Metrics of a run, by split.

    Raises:
        RunError: The file is missing or cannot be read.
    """
    try:
        found = json.loads(content(folder, "metrics.json"))
        if not isinstance(found, dict):
            raise ValueError("metrics.json is no JSON object")
        return found
    except (ValueError, RecursionError) as error:
        raise unreadable(folder, error) from error


def read_splits(folder: Path, collection: Collection) -> dict[str, str]:
    """Splits that the training assigned to the records of a collection; empty if it did not."""
    if not (folder / "splits.json").is_file():
        return {}
    stored = json.loads(content(folder, "splits.json"))
    return stored["splits"] if stored["collection"] == same_records(collection) else {}


def same_records(collection: Collection) -> str:
    """Hash that is equal for collections with the same record ids and photo paths."""
    named = sorted((record.record_id, record.image) for record in collection.records)
    return hashlib.sha256(json.dumps(named).encode()).hexdigest()


def content(folder: Path, name: str) -> bytes:
    """Read one of a run's files.

    Raises:
        RunError: It cannot be read, or is larger than the limit.
    """
    try:
        if name != WEIGHTS and (folder / name).stat().st_size > MOST_TEXT:
            raise RunError(
                msg(
                    "In the run {run}, {name} has more than {most_text} MB.",
                    run=folder.name,
                    name=name,
                    most_text=MOST_TEXT // 1024**2,
                ),
                "Copy the run again from where it came from.",
            )
        return (folder / name).read_bytes()
    except OSError as error:
        raise RunError(
            msg(
                "In the run {run}, {name} cannot be read ({strerror}).",
                run=folder.name,
                name=name,
                strerror=error.strerror,
            ),
            "Copy or train it again.",
        ) from error


def unreadable(folder: Path, error: Exception) -> RunError:
    """The error to raise if a file of a run is malformed."""
    reason = f"{type(error).__name__}: {str(error).splitlines()[0][:200]}" if str(error) else ""
    return RunError(
        msg("The run {name} cannot be read ({reason}).", name=folder.name, reason=reason),
        "Copy or train it again.",
    )
