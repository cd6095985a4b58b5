"""The three shares of every value: they add up, and each is a block of the observable's matrix."""

import numpy as np
import pytest
import torch

from qcmfm.quantum.ansatz import two_stage
from qcmfm.quantum.noise import NoiseSetting, PlacedChannel
from qcmfm.quantum.noise_files import load_preset
from qcmfm.quantum.noisy_simulation import NoisySimulator
from qcmfm.quantum.shares import modality_shares
from qcmfm.quantum.simulation import Simulator, observable_signs

NOISES = {
    "none": None,
    "eagle": load_preset("superconducting_eagle"),
    "strong": NoiseSetting(
        "strong",
        (
            PlacedChannel("amplitude_damping", {"damping": 0.1}),
            PlacedChannel("readout_error", {"false_one": 0.1, "false_zero": 0.2}, at="readout"),
        ),
    ),
}


@pytest.mark.parametrize("noise", NOISES)
@pytest.mark.parametrize("batch", [2, 12])
def test_shares_add_up_and_are_blocks(noise: str, batch: int):
    circuit = two_stage(4, 2)
    generator = torch.Generator().manual_seed(0)
    amplitudes = torch.randn(batch, 16, dtype=torch.float64, generator=generator)
    amplitudes[0, 8:] = 0  # a record without a caption
    amplitudes = torch.nn.functional.normalize(amplitudes, dim=1)
    weights = torch.randn(circuit.n_weights, dtype=torch.float64, generator=generator)
    setting = NOISES[noise]
    if setting is None:
        simulator = Simulator(circuit)
        unitary = simulator.unitary(weights)
        signs = observable_signs(circuit)
        operators = torch.einsum("si,sk,sj->kij", unitary.conj(), signs + 0j, unitary).real
    else:
        simulator = NoisySimulator(circuit, setting)
        operators = simulator.operators(weights)
    shares = modality_shares(simulator, amplitudes, weights)

    measured = simulator.expectations(amplitudes, weights)
    torch.testing.assert_close(shares.total, measured, atol=1e-12, rtol=0)
    image, text = amplitudes.chunk(2, 1)
    for found, left, right, times in (
        (shares.image, image, image, 1),
        (shares.text, text, text, 1),
        (shares.interaction, image, text, 2),
    ):
        rows = slice(0, 8) if left is image else slice(8, 16)
        columns = slice(0, 8) if right is image else slice(8, 16)
        block = times * torch.einsum("bi,kij,bj->bk", left, operators[:, rows, columns], right)
        torch.testing.assert_close(found, block, atol=1e-12, rtol=0)
    assert shares.text[0].abs().max() == 0
    assert shares.interaction[0].abs().max() < 1e-14

    factors = torch.randn(3, len(circuit.observables), dtype=torch.float64, generator=generator)
    np.testing.assert_allclose(
        shares.combined(factors).total, measured @ factors.T, atol=1e-12, rtol=0
    )
