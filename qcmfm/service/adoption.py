"""Adopted runs: which run suggests the labels of a collection."""

from collections.abc import Sequence

from qcmfm.access import Permission, requires
from qcmfm.core.clock import utc_now
from qcmfm.core.errors import RunError
from qcmfm.core.messages import msg
from qcmfm.runs import adoption
from qcmfm.service.runs import run_folders, runs_for


@requires(Permission.LOOK)
def adopted_run(collection: str) -> str:
    """The run that suggests the labels of a collection; empty if none was adopted.

    Raises:
        RunError: The file of adoptions is damaged.
    """
    known = run_folders()
    found = [each.run for each in adoption.adoptions(collection) if each.run in known]
    return found[-1] if found else ""


@requires(Permission.ADOPT, on=("collection", "run"))
def adopt_run(collection: str, run: str, who: str) -> None:
    """Let a run suggest the labels of a collection from now on.

    Predictions of other runs are kept, with the name of the run.

    Raises:
        RunError: There is no such run, or the file of adoptions is damaged.
    """
    if run not in run_folders():
        raise RunError(msg("There is no run {run!r}.", run=run), "Choose one of the list.")
    adoption.adopt(collection, adoption.Adoption(run, who, utc_now()))


@requires(Permission.LOOK)
def base_run(collection: str, labels: Sequence[str]) -> str:
    """The run that a retraining starts from: the adopted one, else that with the best labels.

    Args:
        collection: Name of the collection.
        labels: Labels of its records.

    Returns:
        Name of the run; empty if none knows all the labels.
    """
    return adopted_run(collection) or next(iter(runs_for(labels)), "")
