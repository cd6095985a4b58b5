"""Comparison of all models on the same records, with significance tests.

On each collection, first a grouped cross-validation over train and val with one seed, which may be
used for choices; then `test`, which every model labels once per seed. The settings are the same for
all models that are trained in epochs.
"""

from qcmfm import fusion
from qcmfm.core.progress import Work
from qcmfm.studies.request import StudyRequest
from qcmfm.studies.summary import write_comparison
from qcmfm.studies.trials.plan import TEST, StudyPlan, carry_out
from qcmfm.studies.trials.trial import System
from qcmfm.training import TrainingSettings

TITLE = "All models compared"
SEEDS = 10
FOLDS = ("0", "1", "2", "3", "4")
VIEWS = 5


def systems(only: tuple[str, ...] = ()) -> list[System]:
    """All installed fusion models, with their default options."""
    return [System(name, name, {}) for name in fusion.MODELS.loadable() if not only or name in only]


def run(request: StudyRequest) -> Work[None]:
    """Train and test all models, and write the tables; finished trainings are not repeated."""
    for name in request.collections:
        material = yield from request.encoded(name, VIEWS)
        chosen = systems(request.only)
        wanted = request.folds or (*FOLDS, TEST)
        for seeds, folds in (
            (range(1), [fold for fold in wanted if fold != TEST]),
            (range(request.seeds), [fold for fold in wanted if fold == TEST]),
        ):
            settings = TrainingSettings(views=len(material.table.images))
            plan = StudyPlan(chosen, seeds, folds, settings)
            yield from carry_out(plan, material, request.results, request.is_over)
        if request.is_over():
            break
    write_comparison(request.results)
