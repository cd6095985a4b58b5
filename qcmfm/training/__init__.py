"""Collection + model -> run; and what models that never saw a record say of it."""

from qcmfm.training.data import StartingPoint, TrainingData
from qcmfm.training.settings import TrainingSettings
from qcmfm.training.trainer import Trainer

__all__ = ["StartingPoint", "Trainer", "TrainingData", "TrainingSettings"]
