"""Operations of the Circuit, Noise lab, Learn and Claims pages."""

from dataclasses import dataclass
from pathlib import Path

from qcmfm import fusion
from qcmfm.access import Permission, actor, requires
from qcmfm.core import settings
from qcmfm.core.errors import QcmfmError
from qcmfm.core.progress import Work
from qcmfm.encoders.fair_queue import ENCODERS
from qcmfm.lab import saved_noise
from qcmfm.lab.circuit_inputs import CircuitInputs, prepare_inputs
from qcmfm.lab.outcome import compute_outcome, stability
from qcmfm.quantum.noise import NoiseSetting
from qcmfm.records import Collection
from qcmfm.runs.folder import read_config
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
            continue  # The list of runs on Home reports what is wrong with it.
    return found


@requires(Permission.LOOK)
def trained_on(run: str) -> str:
    """Name of the collection that a run was trained on; empty if it is not recorded.

    Raises:
        RunError: There is no such run, or its configuration cannot be read.
    """
    return str(read_config(find_run(run)).get("data", {}).get("collection", ""))


@requires(Permission.LOOK)
def open_circuit_inputs(labeller: Labeller, collection: Collection) -> Work[CircuitInputs]:
    """Compute the amplitudes that the records of a collection load into a run's circuit.

    Raises:
        RunError: The run has no circuit.
        RecordsError: No record can be labelled.
    """
    work = prepare_inputs(labeller.run, collection, labeller.cache)
    return ENCODERS.step_by_step(actor().session, work)


@requires(Permission.ADD, on=("name",), logged_as="save_condition")
def save_noise_setting(name: str, setting: NoiseSetting, instead: bool = False) -> Path:
    """Save a noise setting under a name, for everybody.

    Args:
        name: Name of the setting.
        setting: Setting to save.
        instead: Whether to replace a saved setting of that name.

    Raises:
        CircuitError: The name is invalid, or that of a preset or another setting.
    """
    return saved_noise.save(name, setting, instead)


@requires(Permission.LOOK)
def measure_stability(inputs: CircuitInputs, setting: NoiseSetting) -> dict[str, float]:
    """Margin by which each record keeps its label under a noise; below 0 the label changes.

    Computed from exact expectation values, since a finite number of shots would add randomness.
    """
    reference = compute_outcome(inputs, inputs.own_noise)
    found = stability(compute_outcome(inputs, setting), reference)
    ids = [record.record_id for record in inputs.records]
    return dict(zip(ids, found.tolist(), strict=True))


@dataclass(frozen=True)
class ModelComparison:
    """The quantum model compared with another one in a study.

    Args:
        study: Collection, and whether test records or the cross-validation were used.
        other: Name of the other model.
        records: Number of records.
        quantum: Accuracy of the quantum model, 0 to 1.
        classical: Accuracy of the other model, 0 to 1.
        gap: Accuracy of the quantum model minus that of the other.
        low: Lower end of the 95% interval of the gap.
        high: Upper end of that interval.
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
        """Whether the quantum model is ahead, behind, or the gap is not significant."""
        if self.chance >= 0.05:
            return "within chance"
        return "quantum model ahead" if self.gap > 0 else "quantum model behind"


@requires(Permission.LOOK)
def model_comparisons() -> list[ModelComparison]:
    """All comparisons of the quantum model with another in the committed study."""
    try:
        summary = read_summary(settings.COMPARISON)
    except (OSError, ValueError):
        return []  # The study is missing or damaged.
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
