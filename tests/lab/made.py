"""A inputs of random amplitudes and an untrained circuit: nothing is encoded."""

import torch

from qcmfm.lab.circuit_inputs import NOTHING, CircuitInputs, Readout
from qcmfm.quantum.ansatz import two_stage
from qcmfm.records import Record

LABELS = ["bronze", "jade", "lacquer"]


def made_readout(n_qubits: int = 4, n_layers: int = 2, seed: int = 0) -> Readout:
    chance = torch.Generator().manual_seed(seed)
    circuit = two_stage(n_qubits, n_layers)
    angles = 6.3 * torch.rand(circuit.n_weights, generator=chance)
    factors = 4 * torch.randn(3, len(circuit.observables), generator=chance)
    bias = torch.randn(3, generator=chance) / 5
    return Readout(circuit, angles, factors, bias, LABELS, 0.9)


def made_inputs(records: int = 60, n_qubits: int = 4, seed: int = 0) -> CircuitInputs:
    """Two records in three have a label: most of them the one that the circuit gives."""
    readout = made_readout(n_qubits, seed=seed)
    chance = torch.Generator().manual_seed(seed + 1)
    raw = torch.randn(records, 2**n_qubits, generator=chance)
    amplitudes = torch.nn.functional.normalize(raw, dim=1)
    answers = readout.logits(amplitudes).argmax(1).tolist()
    made = [
        Record(
            f"r{row}",
            caption=f"Number {row}",
            label="" if row % 3 == 2 else LABELS[(answers[row] + (row % 7 == 0)) % 3],
            group=f"g{row // 2}",
        )
        for row in range(records)
    ]
    return CircuitInputs("made", "0" * 64, readout, NOTHING, made, amplitudes)
