"""QCMFM Studio: photo + caption -> category, with the evidence shown.

Importing the package loads none of torch, timm, sentence-transformers or PennyLane.
"""

import os

# Threads that spin while they wait take the cores from everybody else on a server; measured on two
# busy cores, a training was eight times slower for it. The library reads this when it is loaded.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

__version__ = "0.1.0"
