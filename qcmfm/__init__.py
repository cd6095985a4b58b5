"""QCMFM Studio: photo + caption -> category, with the evidence shown.

Importing the package loads none of torch, timm, sentence-transformers or PennyLane.
"""

__version__ = "0.1.0"
