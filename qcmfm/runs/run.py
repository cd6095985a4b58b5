"""A trained model in memory, and its folder: weights, configuration, metrics, lexicon and card."""

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors

from qcmfm import fusion
from qcmfm.core import storage
from qcmfm.core.errors import QcmfmError, RunError
from qcmfm.core.messages import msg
from qcmfm.encoders.batch import Batch, FeatureShape
from qcmfm.encoders.features import Encoders
from qcmfm.encoders.lexicon import Lexicon
from qcmfm.evaluation import softmax
from qcmfm.fusion.base import Fused, FusionModel
from qcmfm.records import Collection
from qcmfm.runs import schema
from qcmfm.runs.calibration import Calibration, read_calibration
from qcmfm.runs.folder import (
    CARD,
    FORMAT,
    WEIGHTS,
    content,
    read_config,
    read_metrics,
    run_version,
    same_records,
    unreadable,
)


@dataclass
class Run:
    """A trained model with everything needed to use it and to trace its origin.

    Args:
        name: Name of the folder.
        model: Fusion model in evaluation mode.
        labels: Name of each label, in the order of the logits.
        lexicon: Terms of the training captions.
        temperature: Divisor of the logits that calibrates the probabilities.
        config: The content of `run.json`: encoders, training settings, data, parent, times.
        metrics: Metrics after training, by split.
        sha256: Hash of the weights file; empty before it is written.
        calibration: Out-of-fold predictions; None if the run is not calibrated.
        version: Identifier that changes with retraining or recalibration, see `run_version`.
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
        """Logits and evidence of a batch, on the model's device."""
        return self.model(batch.to(self.model.device))

    def probabilities(self, fused: Fused) -> np.ndarray:
        """Calibrated probabilities, batch x label, of the output of `fuse`."""
        return softmax(fused.logits.cpu().numpy(), self.temperature)

    def check_encoders(self, encoders: Encoders) -> None:
        """Check that these are the encoders that the run was trained with.

        Raises:
            RunError: They are others.
        """
        for kind, encoder in (("image", encoders.image), ("text", encoders.text)):
            required = self.config["encoders"][kind]["id"]
            if encoder.id != required:
                raise RunError(
                    msg(
                        "The run {name} was trained with the {kind} encoder {wanted}, but {id} "
                        "is loaded.",
                        name=self.name,
                        kind=kind,
                        wanted=required,
                        id=encoder.id,
                    ),
                    "Install the version that the run names, or train a new run.",
                )


def write_run(
    run: Run, folder: Path, card: str, splits: tuple[Collection, dict[str, str]] | None = None
) -> None:
    """Write a run's files into a folder, which the caller then renames to its final name.

    Args:
        run: The run; its `sha256` and `config` are updated.
        folder: Destination folder; created if missing.
        card: Model card in Markdown.
        splits: The collection and the split of each record, if the program assigned them.
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
    stored = json.loads(json.dumps(run.config))  # the seal is checked against parsed JSON
    run.config[schema.SEAL] = schema.seal(stored)
    storage.write_bytes(folder / WEIGHTS, weights)
    storage.write_bytes(folder / "lexicon.json", lexicon)
    storage.write_json(folder / "metrics.json", run.metrics)
    storage.write_text(folder / CARD, card)
    if splits:
        collection, assigned = splits
        content = {"collection": same_records(collection), "splits": assigned}
        storage.write_json(folder / "splits.json", content)
    storage.write_json(folder / "run.json", run.config)


def read_run(folder: Path, device: str | torch.device = "cpu") -> Run:
    """Load a run.

    Args:
        folder: The run's folder.
        device: Device of the model.

    Raises:
        RunError: A file is missing, altered, or from a later version of the program.
    """
    config = read_config(folder)
    try:
        files = {name: content(folder, name) for name in (WEIGHTS, "lexicon.json")}
        for name, data in files.items():
            if hashlib.sha256(data).hexdigest() != config["sha256"][name]:
                raise RunError(
                    msg(
                        "In the run {run}, {name} is not the file that was written.",
                        run=folder.name,
                        name=name,
                    ),
                    "Copy the run again from where it came from.",
                )
        schema.check(config, schema.CONFIG)
        described = config["model"]
        lexicon = schema.parsed(files["lexicon.json"])
        check_sizes(config, lexicon)
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
        raise unreadable(folder, error) from error
    return run


def check_sizes(config: dict[str, Any], lexicon: dict[str, Any]) -> None:
    """Check the sizes in a configuration for consistency before a model is built from them.

    Raises:
        ValueError: They contradict the labels or the lexicon.
    """
    schema.check(lexicon, schema.LEXICON)
    described, labels, terms = config["model"], len(config["labels"]), len(lexicon["terms"])
    if described["n_labels"] != labels:
        raise ValueError(f"n_labels is {described['n_labels']}, but there are {labels} labels")
    if not described["shape"]["terms"] == terms == len(lexicon["idf"]):
        raise ValueError(f"it tells of {described['shape']['terms']} terms, but there are {terms}")
