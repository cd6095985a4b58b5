"""A run is a folder: weights, configuration, metrics, lexicon and model card. Never a pickle."""

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
                    msg(
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
    run.config[schema.SEAL] = schema.seal(told)
    storage.write_bytes(folder / WEIGHTS, weights)
    storage.write_bytes(folder / "lexicon.json", lexicon)
    storage.write_json(folder / "metrics.json", run.metrics)
    storage.write_text(folder / CARD, card)
    if splits:
        collection, made = splits
        kept = {"collection": same_records(collection), "splits": made}
        storage.write_json(folder / "splits.json", kept)
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
    """Hold what is told of a run's sizes against what is there, before anything is built of it."""
    schema.check(lexicon, schema.LEXICON)
    described, labels, terms = config["model"], len(config["labels"]), len(lexicon["terms"])
    if described["n_labels"] != labels:
        raise ValueError(f"n_labels is {described['n_labels']}, but there are {labels} labels")
    if not described["shape"]["terms"] == terms == len(lexicon["idf"]):
        raise ValueError(f"it tells of {described['shape']['terms']} terms, but there are {terms}")
