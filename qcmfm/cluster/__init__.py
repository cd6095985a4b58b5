"""Labelling a collection that is too large for one process, on Ray Data.

The records file is read once, row by row, and cut into parts on the disk. Workers take a part each,
encode and label it as one machine would, and write down what came of it before they take another.
No memory grows with the collection, and what a killed worker or a stopped command leaves is whole
parts, which the same command finds done.
"""

from qcmfm.cluster.labelling import Told, label_on_ray

__all__ = ["Told", "label_on_ray"]
