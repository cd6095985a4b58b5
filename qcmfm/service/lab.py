"""The verbs of the Circuit page, the Noise lab and the lesson."""

from dataclasses import dataclass
from pathlib import Path

from qcmfm import fusion
from qcmfm.access import Permission, actor, requires
from qcmfm.core import settings
from qcmfm.core.errors import QcmfmError
from qcmfm.core.progress import Work
from qcmfm.lab import saved_noise
from qcmfm.lab.circuit_inputs import CircuitInputs, prepare_inputs
from qcmfm.lab.outcome import judge, stability
from qcmfm.quantum.noise import NoiseSetting
from qcmfm.records import Collection
from qcmfm.runs.folder import read_config
from qcmfm.service.fair_queue import ENCODERS
from qcmfm.service.labelling import Labeller
from qcmfm.service.runs import find_run, run_folders
from qcmfm.studies.summary import QUANTUM, read_summary

_SCHEMES = {"test": "test", "cv": "cross-validation"}


@requires(Permission.LOOK)
def circuit_runs() -> list[str]:
    """Names of the runs whose model is a simulated quantum circuit."""
    found: list[str] = []
    for name, folder in run_folders().items():
        try:
            model = read_config(folder)["model"]["model"]
            if fusion.is_quantum(model):
                found.append(name)
        except (QcmfmError, KeyError, TypeError):
            continue  # the list of runs on Home says what is wrong with it
    return found


@requires(Permission.LOOK)
def trained_on(run: str) -> str:
    """Name of the collection that a run was trained on; empty where it does not say.

    Raises:
        RunError: There is no such run, or its configuration cannot be read.
    """
    return str(read_config(find_run(run)).get("data", {}).get("collection", ""))


@requires(Permission.LOOK)
def open_circuit_inputs(labeller: Labeller, collection: Collection) -> Work[CircuitInputs]:
    """What the records of a collection put into a run's circuit.

    Raises:
        RunError: The run has no circuit.
        RecordsError: No record can be labelled.
    """
    work = prepare_inputs(labeller.run, collection, labeller.cache)
    return ENCODERS.step_by_step(actor().session, work)


@requires(Permission.ADD, on=("name",))
def save_noise_setting(name: str, setting: NoiseSetting, instead: bool = False) -> Path:
    """Save a noise setting under a name, for everybody.

    Args:
        name: Under which it is found again.
        setting: What is saved.
        instead: Whether it takes the place of one that has the name.

    Raises:
        CircuitError: The name cannot be a file's, is a preset's, or is another setting's.
    """
    return saved_noise.save(name, setting, instead)


@requires(Permission.LOOK)
def measure_stability(inputs: CircuitInputs, setting: NoiseSetting) -> dict[str, float]:
    """How firmly each record keeps its label under a noise; below 0 it flips.

    From exact expectation values: a device's shots would add chance of their own.
    """
    reference = judge(inputs, inputs.own)
    found = stability(judge(inputs, setting), reference)
    ids = [record.record_id for record in inputs.records]
    return dict(zip(ids, found.tolist(), strict=True))


@dataclass(frozen=True)
class ModelComparison:
    """The quantum model beside another one, as a study measured them.

    Args:
        study: The collection, and whether its test records or the cross-validation were judged.
        other: Name of the other model.
        records: How many records were judged.
        quantum: Accuracy of the quantum model, 0 to 1.
        classical: Accuracy of the other one.
        gap: The first less the second.
        low: Lower end of the gap's 95% interval.
        high: Upper end.
        chance: p-value of the gap, corrected for all comparisons on these records.
    """

    study: str
    other: str
    records: int
    quantum: float
    classical: float
    gap: float
    low: float
    high: float
    chance: float

    @property
    def verdict(self) -> str:
        """Which way it fell."""
        if self.chance >= 0.05:
            return "within chance"
        return "quantum model ahead" if self.gap > 0 else "quantum model behind"


@requires(Permission.LOOK)
def model_comparisons() -> list[ModelComparison]:
    """Every measured difference between the quantum model and another, as committed."""
    try:
        summary = read_summary(settings.COMPARISON)
    except (OSError, ValueError):
        return []  # a study that is not there or not whole proves nothing
    return [
        ModelComparison(
            f"{collection.replace('_', ' ')}, {_SCHEMES[scheme]}",
            other,
            part["records"],
            *(part["systems"][name]["accuracy"]["value"] for name in (QUANTUM, other)),
            *(gap[name] for name in ("value", "low", "high", "p_holm")),
        )
        for collection, found in summary.items()
        for scheme, part in found.items()
        for other, gap in part["qcmfm_minus"].items()
    ]
