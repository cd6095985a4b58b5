"""QCMFM Studio: photo + caption -> category, with the evidence shown.

Importing the package loads none of torch, timm, sentence-transformers or PennyLane, and changes
nothing in the program that imports it.
"""

__version__ = "0.2.0"
