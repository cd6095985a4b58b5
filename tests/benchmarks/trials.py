"""Records that several benchmarks share, and a training that answers them."""

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from qcmfm import demo
from qcmfm.core import settings
from qcmfm.core.progress import finish
from qcmfm.encoders.features import FeatureCache
from qcmfm.inference.predict import predict
from qcmfm.records import Collection, read_collection
from qcmfm.service.studies import DRAWN, FRESH
from qcmfm.training import TrainingSettings
from qcmfm.training.train import train

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "museum_materials"
CAPTION = "caption_masked"
"""The column without the words that give the material away."""


def fresh_collection(name: str) -> Collection:
    """A built-in collection of a seed that nothing was chosen on; drawn once, for studies too."""
    folder = settings.home() / "studies" / "drawn" / name
    if not (folder / "records.csv").is_file():
        finish(demo.draw(name, folder, DRAWN, FRESH))
    return read_collection(folder)


def model_probabilities(
    collection: Collection, cache: FeatureCache, chosen: TrainingSettings, labels: Sequence[str]
) -> np.ndarray:
    """Train on the records that are not `test`, return probabilities of those that are."""
    with tempfile.TemporaryDirectory() as folder:
        run = finish(train(collection, cache, chosen, Path(folder) / "run"))
    scored = [row for row in collection.rows if row.record and row.record.split == "test"]
    predictions = finish(predict(run, replace(collection, rows=scored), cache))
    chances = [dict(prediction.ranked) for prediction in predictions]
    return np.array([[chance.get(label, 0.0) for label in labels] for chance in chances])
