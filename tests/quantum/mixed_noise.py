"""A noise with a channel of every sort, at every moment."""

from qcmfm.quantum.noise import NoiseSetting, PlacedChannel

DEPOLARIZING = PlacedChannel("depolarizing", {"probability": 0.02})
MIXED = NoiseSetting(
    "a bit of everything",
    (
        PlacedChannel("bit_flip", {"probability": 0.01}, at="start"),
        DEPOLARIZING,
        PlacedChannel("two_qubit_depolarizing", {"probability": 0.03}, gates=("CRX",)),
        PlacedChannel("coherent_over_rotation", {"x": 0.05, "z": -0.02}, gate_wires=1),
        PlacedChannel("coherent_zz_over_rotation", {"angle": 0.1}, gates=("CNOT",), layers=(1,)),
        PlacedChannel("phase_damping", {"damping": 0.04}, at="stage", stages=("mixing",)),
        PlacedChannel(
            "thermal_relaxation",
            {"t1": 50.0, "t2": 70.0, "gate_time": 2.0, "excited_population": 0.05},
            at="layer",
            wires=(0, 2),
        ),
        PlacedChannel("amplitude_damping", {"damping": 0.03}, wires=(1,)),
        PlacedChannel("readout_error", {"false_one": 0.02, "false_zero": 0.07}, at="readout"),
    ),
)
