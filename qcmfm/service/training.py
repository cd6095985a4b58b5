"""Training of runs on records files, and the models that can be trained."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qcmfm import fusion
from qcmfm.access import Permission, requires
from qcmfm.core import settings
from qcmfm.core.progress import Work

if TYPE_CHECKING:
    from qcmfm.records import Collection
    from qcmfm.runs.run import Run
    from qcmfm.training import TrainingSettings


@requires(Permission.LOOK)
def list_models() -> dict[str, str]:
    """All fusion models, plug-ins included: display name by name."""
    return {name: fusion.title(name) for name in fusion.names()}


@dataclass(frozen=True)
class ChosenEncoders:
    """Encoders to train with.

    Args:
        image: timm model or folder; by default the built-in one.
        text: sentence-transformers model or folder; by default the built-in one.
        device: auto, cuda, mps or cpu.
    """

    image: str = ""
    text: str = ""
    device: str = "auto"


@requires(Permission.RETRAIN, on=("out",))
def train_run(
    collection: "Collection",
    chosen: "TrainingSettings",
    out: Path,
    encoders: ChosenEncoders,
    provenance: dict[str, Any],
    calibrated: bool = False,
) -> "Work[Run]":
    """Train a model on labelled records.

    Args:
        collection: The records.
        chosen: Model and settings of the training.
        out: Folder of the new run; must not exist.
        encoders: Encoders of photos and captions.
        provenance: What else the run says of its making.
        calibrated: Whether to calibrate the run by cross-fitting, too.

    Raises:
        TrainingError: The records or settings cannot be trained with.
        EncoderError: An encoder cannot be loaded.
        RunError: The folder exists.
    """
    from qcmfm.encoders.features import FeatureCache, load_encoders
    from qcmfm.training.cross_fitting import FOLDS
    from qcmfm.training.train import train

    cache = FeatureCache(
        load_encoders(encoders.image, encoders.text, encoders.device), settings.features_folder()
    )
    folds = FOLDS if calibrated else 0
    return (yield from train(collection, cache, chosen, out, provenance, folds=folds))
