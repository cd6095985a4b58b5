"""What the matrices of gates are made of is kept, whoever asks for it first."""

import subprocess
import sys
from pathlib import Path

PREDICT_THEN_TRAIN = """
import torch
from qcmfm.quantum.circuit import PARAMETERS
from qcmfm.quantum.gates import matrices

for name, count in PARAMETERS.items():
    angles = torch.ones(1, count, dtype=torch.float64, requires_grad=True)
    with torch.inference_mode():
        matrices(name, angles)
    if count:
        matrices(name, angles).abs().square().sum().backward()
        assert angles.grad is not None
"""


def test_a_process_may_predict_first_and_then_train():
    code = [sys.executable, "-c", PREDICT_THEN_TRAIN]
    subprocess.run(code, check=True, cwd=Path(__file__).parents[2])
