"""A run is a folder: weights, configuration, metrics, lexicon and model card. Never a pickle."""

import datetime
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors

from qcmfm import fusion, run_schema, storage
from qcmfm.calibration import Calibration, calibration_hash, read_calibration
from qcmfm.encoders.batch import Batch, FeatureShape
from qcmfm.encoders.features import Encoders
from qcmfm.encoders.lexicon import Lexicon
from qcmfm.errors import QcmfmError, RunError
from qcmfm.evaluation import softmax
from qcmfm.fusion._model import Fused, FusionModel
from qcmfm.records import Collection
from qcmfm.sentences import say

FORMAT = 2
"""Version of the run folder; one with a higher one is from a later program, 1 has no seal."""
MOST_TEXT = 256 * 1024**2
"""Bytes of a JSON file of a run."""

CARD = "README.md"
WEIGHTS = "weights.safetensors"


def utc_now() -> str:
    """The time in UTC, ISO 8601, to the second."""
    return datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class Run:
    """A trained model and everything needed to use it and to know where it came from.

    Args:
        name: The folder's name.
        model: The fusion model, in evaluation mode.
        labels: Name of each label, in the order of the logits.
        lexicon: The terms of the training captions.
        temperature: What logits are divided by, so that probabilities are calibrated.
        config: The rest of `run.json`: encoders, training settings, data, parent, times.
        metrics: What was measured when it was trained; by split.
        sha256: Hash of the weights file; empty before it is written.
        calibration: Its out-of-fold answers, where it was calibrated.
        version: What changes when the run is trained or calibrated anew; see `run_version`.
    """

    name: str
    model: FusionModel
    labels: list[str]
    lexicon: Lexicon
    temperature: float = 1.0
    config: dict[str, Any] = field(default_factory=dict)
    metrics: dict[str, Any] = field(default_factory=dict)
    sha256: str = ""
    calibration: Calibration | None = None
    version: str = ""

    @torch.inference_mode()
    def fuse(self, batch: Batch) -> Fused:
        """The model's logits and evidence for a batch."""
        return self.model(batch.to(self.model.device))

    def probabilities(self, fused: Fused) -> np.ndarray:
        """Calibrated probabilities, batch x label."""
        return softmax(fused.logits.cpu().numpy(), self.temperature)

    def check_encoders(self, encoders: Encoders) -> None:
        """Make sure that these are the encoders the run was trained with.

        Raises:
            RunError: They are not.
        """
        for kind, encoder in (("image", encoders.image), ("text", encoders.text)):
            wanted = self.config["encoders"][kind]["id"]
            if encoder.id != wanted:
                raise RunError(
                    say(
                        "The run {name} was trained with the {kind} encoder {wanted}, but {id} "
                        "is loaded.",
                        name=self.name,
                        kind=kind,
                        wanted=wanted,
                        id=encoder.id,
                    ),
                    "Install the version that the run names, or train a new run.",
                )


def write_run(
    run: Run, folder: Path, card: str, splits: tuple[Collection, dict[str, str]] | None = None
) -> None:
    """Write a run's files into `folder`, which the caller then gives its final name.

    Args:
        run: What to write; its `sha256` is set.
        folder: Made if it is missing.
        card: The model card, Markdown.
        splits: The collection and the split of each record, where the program made them.
    """
    weights = save_tensors({k: v.contiguous().cpu() for k, v in run.model.state_dict().items()})
    lexicon = json.dumps(run.lexicon.to_json(), ensure_ascii=False, indent=0).encode()
    run.sha256 = hashlib.sha256(weights).hexdigest()
    run.config |= {
        "format": FORMAT,
        "model": run.model.config(),
        "labels": run.labels,
        "temperature": run.temperature,
        "sha256": {
            WEIGHTS: run.sha256,
            "lexicon.json": hashlib.sha256(lexicon).hexdigest(),
        },
    }
    told = json.loads(json.dumps(run.config))  # as it will be read
    run.config[run_schema.SEAL] = run_schema.seal(told)
    storage.write_bytes(folder / WEIGHTS, weights)
    storage.write_bytes(folder / "lexicon.json", lexicon)
    storage.write_json(folder / "metrics.json", run.metrics)
    storage.write_text(folder / CARD, card)
    if splits:
        collection, made = splits
        content = {"collection": _same_records(collection), "splits": made}
        storage.write_json(folder / "splits.json", content)
    storage.write_json(folder / "run.json", run.config)


def read_run(folder: Path, device: str | torch.device = "cpu") -> Run:
    """Load a run.

    Args:
        folder: The run's folder.
        device: Where the model goes.

    Raises:
        RunError: A file is missing, altered, or from a later version of the program.
    """
    config = read_config(folder)
    try:
        files = {name: _content(folder, name) for name in (WEIGHTS, "lexicon.json")}
        for name, content in files.items():
            if hashlib.sha256(content).hexdigest() != config["sha256"][name]:
                raise RunError(
                    say(
                        "In the run {run}, {name} is not the file that was written.",
                        run=folder.name,
                        name=name,
                    ),
                    "Copy the run again from where it came from.",
                )
        run_schema.check(config, run_schema.CONFIG)
        described = config["model"]
        lexicon = run_schema.parsed(files["lexicon.json"])
        _check_sizes(config, lexicon)
        shape = FeatureShape(**described["shape"] | {"grid": tuple(described["shape"]["grid"])})
        model = fusion.model_class(described["model"]).build(
            shape, described["n_labels"], described["options"]
        )
        model.load_state_dict(load_tensors(files[WEIGHTS]))
        run = Run(
            folder.name,
            model.eval().to(device),
            config["labels"],
            Lexicon.from_json(lexicon),
            config["temperature"],
            config,
            read_metrics(folder),
            config["sha256"][WEIGHTS],
            read_calibration(folder, config["sha256"][WEIGHTS]),
            run_version(folder),
        )
    except RunError:
        raise
    except (KeyError, TypeError, ValueError, RuntimeError, SafetensorError, QcmfmError) as error:
        raise _unreadable(folder, error) from error
    return run


def read_config(folder: Path) -> dict[str, Any]:
    """What `run.json` says: everything about a run but its weights, lexicon and metrics.

    Raises:
        RunError: There is no run, it cannot be read, or a later version of the program wrote it.
    """
    if not (folder / "run.json").is_file():
        raise RunError(
            say("There is no run at {folder}.", folder=folder),
            "Give the folder of a finished training.",
        )
    try:
        config = run_schema.parsed(_content(folder, "run.json"))
        later = config["format"] > FORMAT
        if config["format"] == FORMAT and config.get(run_schema.SEAL) != run_schema.seal(config):
            raise RunError(
                say(
                    "In the run {run}, run.json is not the file that was written.",
                    run=folder.name,
                ),
                "Copy the run again from where it came from.",
            )
    except (KeyError, TypeError, ValueError) as error:
        raise _unreadable(folder, error) from error
    if later:
        raise RunError(
            say(
                "The run {name} has format {format}, and this program reads up to {known}.",
                name=folder.name,
                format=config["format"],
                known=FORMAT,
            ),
            "Update the program.",
        )
    return config


def _check_sizes(config: dict[str, Any], lexicon: dict[str, Any]) -> None:
    """Hold what is told of a run's sizes against what is there, before anything is built of it."""
    run_schema.check(lexicon, run_schema.LEXICON)
    described, labels, terms = config["model"], len(config["labels"]), len(lexicon["terms"])
    if described["n_labels"] != labels:
        raise ValueError(f"n_labels is {described['n_labels']}, but there are {labels} labels")
    if not described["shape"]["terms"] == terms == len(lexicon["idf"]):
        raise ValueError(f"it tells of {described['shape']['terms']} terms, but there are {terms}")


def run_version(folder: Path) -> str:
    """What changes when a run is trained or calibrated anew: hashes of weights and calibration.

    Raises:
        RunError: There is no such run, or its configuration cannot be read.
    """
    return read_config(folder)["sha256"][WEIGHTS] + calibration_hash(folder)


def read_metrics(folder: Path) -> dict[str, Any]:
    """What was measured of a run, by split.

    Raises:
        RunError: The file is missing or cannot be read.
    """
    try:
        found = json.loads(_content(folder, "metrics.json"))
        if not isinstance(found, dict):
            raise ValueError("metrics.json is no JSON object")
        return found
    except (ValueError, RecursionError) as error:
        raise _unreadable(folder, error) from error


def _unreadable(folder: Path, error: Exception) -> RunError:
    reason = f"{type(error).__name__}: {str(error).splitlines()[0][:200]}" if str(error) else ""
    return RunError(
        say("The run {name} cannot be read ({reason}).", name=folder.name, reason=reason),
        "Copy or train it again.",
    )


def read_splits(folder: Path, collection: Collection) -> dict[str, str]:
    """Split of each record, where the run's training made them for these records; else empty."""
    if not (folder / "splits.json").is_file():
        return {}
    content = json.loads(_content(folder, "splits.json"))
    return content["splits"] if content["collection"] == _same_records(collection) else {}


def _same_records(collection: Collection) -> str:
    """A hash that tells whether two collections hold the same photos under the same ids."""
    named = sorted((record.record_id, record.image) for record in collection.records)
    return hashlib.sha256(json.dumps(named).encode()).hexdigest()


def list_runs(folders: Sequence[Path]) -> dict[str, Path]:
    """Finished runs by name; where two folders hold one of the same name, the first counts."""
    found: dict[str, Path] = {}
    for folder in folders:
        for config in sorted(folder.glob("*/run.json")):
            if not config.parent.name.startswith("."):
                found.setdefault(config.parent.name, config.parent)
    return found


def _content(folder: Path, name: str) -> bytes:
    try:
        if name != WEIGHTS and (folder / name).stat().st_size > MOST_TEXT:
            raise RunError(
                say(
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
            say(
                "In the run {run}, {name} cannot be read ({strerror}).",
                run=folder.name,
                name=name,
                strerror=error.strerror,
            ),
            "Copy or train it again.",
        ) from error
