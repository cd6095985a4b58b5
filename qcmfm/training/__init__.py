"""Training of a run on a collection, and out-of-fold predictions by cross-fitting."""

from qcmfm.training.data import StartingPoint, TrainingData
from qcmfm.training.settings import TrainingSettings
from qcmfm.training.trainer import Trainer

__all__ = ["StartingPoint", "Trainer", "TrainingData", "TrainingSettings"]
