"""A noise with a channel of every sort, at every moment."""

from qcmfm.quantum.noise import NoiseEntry, NoiseSetting

DEPOLARIZING = NoiseEntry("depolarizing", {"probability": 0.02})
MIXED = NoiseSetting(
    "a bit of everything",
    (
        NoiseEntry("bit_flip", {"probability": 0.01}, at="start"),
        DEPOLARIZING,
        NoiseEntry("two_qubit_depolarizing", {"probability": 0.03}, gates=("CRX",)),
        NoiseEntry("coherent_over_rotation", {"x": 0.05, "z": -0.02}, gate_wires=1),
        NoiseEntry("coherent_zz_over_rotation", {"angle": 0.1}, gates=("CNOT",), layers=(1,)),
        NoiseEntry("phase_damping", {"damping": 0.04}, at="stage", stages=("mixing",)),
        NoiseEntry(
            "thermal_relaxation",
            {"t1": 50.0, "t2": 70.0, "gate_time": 2.0, "excited_population": 0.05},
            at="layer",
            wires=(0, 2),
        ),
        NoiseEntry("amplitude_damping", {"damping": 0.03}, wires=(1,)),
        NoiseEntry("readout_error", {"false_one": 0.02, "false_zero": 0.07}, at="readout"),
    ),
)
