"""Ablation study of the QCMFM: one factor is changed at a time.

Qubits from 4 to 10; layers from 1 to 8; and the circuit without entanglement, frozen at random
angles, left out, with angle instead of amplitude encoding, and with one stage only.
"""

from typing import Any

from qcmfm.core.progress import Work
from qcmfm.studies.request import StudyRequest
from qcmfm.studies.summary import QUANTUM, write_comparison
from qcmfm.studies.trials.plan import TEST, StudyPlan, carry_out
from qcmfm.studies.trials.trial import System
from qcmfm.training import TrainingSettings

TITLE = "Parts of the QCMFM"
SEEDS = 3
VIEWS = 5
NO_CIRCUIT = "no_circuit"
"""The variant without a circuit: the amplitudes go straight to the classifier."""
_PARTS: dict[str, dict[str, Any]] = {
    "no_entanglement": {"entangle_first": False, "entangle_second": False},
    "frozen_circuit": {"frozen": True},
    NO_CIRCUIT: {"readout": "amplitudes"},
    "angle_encoding": {"encoding": "angle"},
    "mixing_stage_only": {"stages": "mixing"},
    "interaction_stage_only": {"stages": "interaction"},
}


def systems(only: tuple[str, ...] = ()) -> list[System]:
    """The unchanged QCMFM, and its variants with one factor changed."""
    options: dict[str, dict[str, Any]] = {QUANTUM: {}, **_PARTS}
    options |= {f"qubits_{n:02}": {"n_qubits": n} for n in range(4, 11) if n != 8}
    options |= {f"layers_{n}": {"n_layers": n} for n in range(1, 9) if n != 4}
    return [
        System(name, QUANTUM, found) for name, found in options.items() if not only or name in only
    ]


def run(request: StudyRequest) -> Work[None]:
    """Train and test all variants, and write the tables; finished trainings are not repeated."""
    for name in request.collections:
        material = yield from request.encoded(name, VIEWS)
        settings = TrainingSettings(views=len(material.table.images))
        folds = request.folds or (TEST,)
        plan = StudyPlan(systems(request.only), range(request.seeds), folds, settings)
        yield from carry_out(plan, material, request.results, request.is_over)
        if request.is_over():
            break
    write_comparison(request.results, lambda system: system != NO_CIRCUIT)
