"""A run's circuit and everything that the records of a collection put into it.

The encoders look at a record once; from then on a record is the vector of amplitudes that enters
the circuit, so that a change of the circuit or of its noise costs a simulation and nothing else.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from qcmfm.core.errors import RecordsError, RunError
from qcmfm.core.messages import msg
from qcmfm.core.progress import Progress, Work
from qcmfm.encoders.features import FeatureCache
from qcmfm.evaluation import softmax
from qcmfm.quantum.circuit import Circuit
from qcmfm.quantum.noise import NoiseSetting
from qcmfm.quantum.noisy_simulation import NoisySimulator
from qcmfm.quantum.simulation import Simulator
from qcmfm.records import Collection, Record
from qcmfm.runs.run import Run

CHUNK = 64
NOTHING = NoiseSetting("No noise")


@dataclass(frozen=True)
class Readout:
    """What turns measured values into labels.

    Args:
        circuit: The trained circuit.
        angles: Its angles in radians.
        factors: Weight of every measured value in every label's logit.
        bias: What every logit has without them.
        labels: Name of each label.
        temperature: What logits are divided by, so that probabilities are calibrated.
    """

    circuit: Circuit
    angles: Float[Tensor, " weight"]
    factors: Float[Tensor, "label observable"]
    bias: Float[Tensor, " label"]
    labels: Sequence[str]
    temperature: float

    @cached_property
    def simulator(self) -> Simulator:
        """The circuit without noise, ready for many calls."""
        return Simulator(self.circuit).eval()

    def logits(
        self, amplitudes: Float[Tensor, "record amplitude"], setting: NoiseSetting = NOTHING
    ) -> Float[Tensor, "record label"]:
        """Logits under a noise, each from exact expectation values.

        Args:
            amplitudes: What enters the circuit.
            setting: The noise.

        Raises:
            CircuitError: The setting names a place that the circuit has not.
        """
        with torch.inference_mode():
            if not setting.entries:
                values = self.simulator.expectations(amplitudes, self.angles, checked=False)
                return values @ self.factors.T + self.bias
            noisy = NoisySimulator(self.circuit, setting)
            # The labels' sums go back through the circuit, not every measured value.
            found = noisy.combinations(amplitudes, self.angles, self.factors, checked=False)
            return found + self.bias

    def probabilities(self, logits: Float[Tensor, "record label"]) -> np.ndarray:
        """Calibrated probabilities, record x label."""
        return softmax(logits.double().numpy(), self.temperature)


@dataclass(frozen=True)
class CircuitInputs:
    """A run's circuit and the records of a collection as amplitudes.

    Args:
        run: Name of the run.
        sha256: Hash of its weights.
        readout: The circuit and what turns its values into labels.
        own: The noise under which the run was trained and answers; empty for none.
        records: Those that the run can label.
        amplitudes: What each puts into the circuit, of length 1.
    """

    run: str
    sha256: str
    readout: Readout
    own_noise: NoiseSetting
    records: Sequence[Record]
    amplitudes: Float[Tensor, "record amplitude"]
    rows: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        rows = {record.record_id: row for row, record in enumerate(self.records)}
        object.__setattr__(self, "rows", rows)

    def row(self, record_id: str) -> int:
        """Place of a record.

        Raises:
            RecordsError: It is not there.
        """
        if record_id not in self.rows:
            raise RecordsError(
                msg(
                    "There is no record {record_id!r} that the run can label.",
                    record_id=record_id[:80],
                ),
                "Choose another record.",
            )
        return self.rows[record_id]

    @cached_property
    def key(self) -> str:
        """What distinguishes it from other inputs: a hash of weights, records and amplitudes."""
        rows = "\n".join(f"{r.record_id}\t{r.label}\t{r.group_key}" for r in self.records)
        content = self.sha256.encode() + rows.encode("utf-8", "surrogatepass")
        return hashlib.sha256(content + self.amplitudes.numpy().tobytes()).hexdigest()

    @cached_property
    def labels(self) -> list[str]:
        """Every label there is: the run's, then those that only the records have."""
        recorded = {record.label for record in self.records if record.label}
        return [*self.readout.labels, *sorted(recorded - set(self.readout.labels))]

    @cached_property
    def labelled(self) -> Int[np.ndarray, " labelled"]:
        """Places of the records with a recorded label."""
        return np.array([row for row, r in enumerate(self.records) if r.label], dtype=np.int64)

    @cached_property
    def truth(self) -> list[int]:
        """Number of the recorded label of each of these."""
        return [self.labels.index(self.records[row].label) for row in self.labelled]

    @cached_property
    def groups(self) -> list[str]:
        """The object of each of these."""
        return [self.records[row].group_key for row in self.labelled]


def has_circuit(run: Run) -> bool:
    """Whether a run's model is a circuit with a linear readout."""
    return isinstance(getattr(run.model, "circuit", None), Circuit)


def readout(run: Run) -> Readout:
    """The circuit of a run.

    Raises:
        RunError: It has none.
    """
    if not has_circuit(run):
        raise RunError(
            msg("The run {name} has no quantum circuit.", name=run.name),
            "Choose a run of the model qcmfm.",
        )
    model = run.model
    angles, classifier = model.get_parameter("angles"), model.get_submodule("classifier")
    return Readout(
        circuit=model.circuit,  # pyright: ignore[reportArgumentType]
        angles=angles.detach().cpu(),
        factors=classifier.get_parameter("weight").detach().cpu(),
        bias=classifier.get_parameter("bias").detach().cpu(),
        labels=run.labels,
        temperature=run.temperature,
    )


def prepare_inputs(run: Run, collection: Collection, cache: FeatureCache) -> Work[CircuitInputs]:
    """Let the encoders and the attention look at every record, once.

    Args:
        run: The run; its model has a circuit.
        collection: The records; those with neither a photo nor a caption are left out.
        cache: The run's encoders and the features on disk.

    Raises:
        RunError: The run has no circuit, or other encoders.
        RecordsError: No record can be labelled.
    """
    read = readout(run)
    run.check_encoders(cache.encoders)
    table = (yield from cache.encode(collection)).with_lexicon(run.lexicon)
    rows = [row for row in range(len(table)) if not table.is_empty(row)]
    if not rows:
        raise RecordsError("No record can be labelled.", "Check the photos and captions.")
    found: list[Tensor] = []
    for start in range(0, len(rows), CHUNK):
        fused = run.fuse(table.batch(rows[start : start + CHUNK]))
        assert fused.amplitudes is not None
        found.append(fused.amplitudes.cpu())
        done = min(start + CHUNK, len(rows))
        yield Progress("Packing records into amplitudes", done, len(rows))
    simulator = getattr(run.model, "simulator", None)
    own = simulator.setting if isinstance(simulator, NoisySimulator) else NOTHING
    records = [table.records[row] for row in rows]
    return CircuitInputs(run.name, run.sha256, read, own, records, torch.cat(found).clone())
