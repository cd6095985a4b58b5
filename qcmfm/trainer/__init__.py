"""The passes of a training: what is trained on, how, and which pass is kept."""

from qcmfm.trainer._data import Start, TrainingData
from qcmfm.trainer._settings import TrainingSettings
from qcmfm.trainer._trainer import Trainer

__all__ = ["Start", "Trainer", "TrainingData", "TrainingSettings"]
