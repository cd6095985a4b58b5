"""Noise settings as data: where they act, how they grow, and which are refused."""

import json

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from qcmfm.core.errors import CircuitError
from qcmfm.quantum.ansatz import two_stage
from qcmfm.quantum.circuit import Circuit, Gate
from qcmfm.quantum.noise import (
    Noise,
    NoiseSetting,
    PlacedChannel,
    kraus,
    noisy_operations,
)
from qcmfm.quantum.noise_files import from_json, load_preset, preset_names, to_json
from qcmfm.quantum.noisy_simulation import NoisySimulator
from qcmfm.quantum.pauli_transfer import channel_transfer
from tests.quantum.mixed_noise import MIXED


def test_noise_happens_where_the_setting_says():
    circuit = two_stage(3, 2)
    setting = NoiseSetting(
        "places",
        (
            PlacedChannel("bit_flip", at="start"),
            PlacedChannel("phase_flip", gates=("CNOT",), layers=(1,), wires=(0, 1)),
            PlacedChannel("two_qubit_depolarizing", stages=("interaction",), wires=(0, 1)),
            PlacedChannel("depolarizing", at="layer", wires=(2,)),
            PlacedChannel("phase_damping", at="stage", stages=("mixing",), layers=(0,)),
            PlacedChannel("readout_error", at="readout", wires=(1,)),
        ),
    )
    operations = list(noisy_operations(circuit, setting))
    assert [o for o in operations if isinstance(o, Gate)] == list(circuit.gates)
    found = {}
    gates = 0
    for operation in operations:
        if isinstance(operation, Noise):
            found.setdefault(operation.channel, []).append((gates, operation.wires))
        gates += isinstance(operation, Gate)
    assert found == {
        "bit_flip": [(0, (0,)), (0, (1,)), (0, (2,))],
        "phase_flip": [(16, (0,)), (16, (1,)), (17, (1,)), (18, (0,))],
        "two_qubit_depolarizing": [(10, (0, 1)), (22, (0, 1))],
        "depolarizing": [(12, (2,)), (24, (2,))],
        "phase_damping": [(6, (0,)), (6, (1,)), (6, (2,))],
        "readout_error": [(24, (1,))],
    }


def test_stretching_leaves_lifetimes_alone():
    stretched = MIXED.stretched(2.0)
    assert stretched.entries[1].strengths == {"probability": 0.04}
    assert stretched.entries[6].strengths == {
        "t1": 50.0,
        "t2": 70.0,
        "gate_time": 4.0,
        "excited_population": 0.05,
    }
    with pytest.raises(CircuitError, match=r"probability of bit_flip is 2"):
        NoiseSetting("x", (PlacedChannel("bit_flip", {"probability": 0.5}),)).stretched(4.0)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"channel": "bit_flop"}, "bit_flop"),
        ({"channel": "bit_flip", "strengths": {"probability": 1.5}}, "is 1.5. Choose 0 to 1"),
        ({"channel": "bit_flip", "strengths": {"probability": "a"}}, "'a'"),
        ({"channel": "bit_flip", "strengths": {"p": 0.1}}, "named 'p'"),
        ({"channel": "bit_flip", "at": "noon"}, "moment 'noon'"),
        ({"channel": "bit_flip", "gates": ["CNOTT"]}, "CNOTT"),
        ({"channel": "bit_flip", "gates": "CNOT"}, "Write a list"),
        ({"channel": "bit_flip", "gate_wires": 3}, "3"),
        ({"channel": "bit_flip", "wires": [-1]}, "wire .-1."),
        ({"channel": "bit_flip", "wires": ["a"]}, "whole number"),
        ({"channel": "bit_flip", "layers": [True]}, "layer"),
        ({"channel": "bit_flip", "color": 1}, "color"),
        ({"channel": "readout_error"}, "readout"),
        ({"channel": "two_qubit_depolarizing", "at": "layer"}, "two wires"),
        ({"channel": "two_qubit_depolarizing", "gate_wires": 1}, "two wires"),
        ({"channel": "two_qubit_depolarizing", "gates": ["RY"]}, "two wires"),
        ({"channel": "thermal_relaxation", "strengths": {"t1": 1.0, "t2": 3.0}}, "T2 is 3"),
        ({}, "no channel"),
        (7, "is 7"),
    ],
)
def test_an_entry_that_cannot_be_is_refused(fields: object, message: str):
    with pytest.raises(CircuitError, match=message):
        from_json(json.dumps({"name": "x", "entries": [fields]}))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"name": 3}', '{"name": "a", "entries": {}}'])
def test_text_that_is_no_setting_is_refused(text: str):
    with pytest.raises(CircuitError):
        from_json(text)


@settings(max_examples=60)
@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["name", "source", "entries", "channel", "strengths", "wires", "at"]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_any_json_is_read_or_refused(content: object):
    try:
        setting = from_json(json.dumps(content))
    except CircuitError:
        return
    assert from_json(to_json(setting)) == setting


@pytest.mark.parametrize(
    "entry",
    [
        PlacedChannel("bit_flip", wires=(3,)),
        PlacedChannel("bit_flip", layers=(2,)),
        PlacedChannel("bit_flip", stages=("pooling",)),
    ],
)
def test_a_setting_for_another_circuit_is_refused(entry: PlacedChannel):
    with pytest.raises(CircuitError, match="Choose one of"):
        NoisySimulator(two_stage(3, 2), NoiseSetting("x", (entry,)))


def test_presets_name_their_source_and_differ():
    assert len(preset_names()) >= 4
    for name in preset_names():
        setting = load_preset(name)
        assert setting.name
        assert "doi 10." in setting.source or "github.com" in setting.source
        assert from_json(to_json(setting)) == setting
        assert {entry.at for entry in setting.entries} >= {"gate", "readout"}
    with pytest.raises(CircuitError, match="no noise preset 'abacus'"):
        load_preset("abacus")


@pytest.mark.parametrize(
    ("preset", "one_wire", "two_wires"),
    [
        ("superconducting_eagle", 2.36e-4, 7.79e-3),
        ("superconducting_heron", 2.71e-4, 4.19e-3),
        ("superconducting_sycamore", 0.0016 * 2 / 3, 0.0062 * 4 / 5),
        ("trapped_ion_h2", 2.5e-5, 1.84e-3),
    ],
)
def test_gates_of_a_preset_have_the_published_error(preset: str, one_wire: float, two_wires: float):
    """Average infidelity d / (d + 1) (1 - Tr R / d^2) of all noise after a gate."""
    for gate, expected in ((Gate("H", (0,)), one_wire), (Gate("CNOT", (0, 1)), two_wires)):
        circuit = Circuit(2, (gate,), ((0,),))
        operations = list(noisy_operations(circuit, load_preset(preset)))
        transfer = torch.eye(4 ** len(gate.wires), dtype=torch.float64)
        for operation in operations:
            if isinstance(operation, Noise) and operation.at == "gate":
                part = channel_transfer(kraus(operation.channel, operation.strengths))
                idle = torch.eye(4, dtype=torch.float64)
                if len(operation.wires) < len(gate.wires):
                    on_first = operation.wires == (0,)
                    part = torch.kron(*((part, idle) if on_first else (idle, part)))
                transfer = part @ transfer
        side = 2 ** len(gate.wires)
        found = side / (side + 1) * (1 - transfer.trace().item() / side**2)
        assert found == pytest.approx(expected, rel=0.02)
