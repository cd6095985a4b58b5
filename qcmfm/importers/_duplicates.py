"""Photos that are nearly the same: copies, other sizes, other compressions.

Two photos are alike when the perceptual hashes of the two, 64 bits each, differ in few bits.
"""

from collections.abc import Mapping
from itertools import combinations

import imagehash
from PIL import Image

NEAR = 4
"""Bits in which the hashes of near-duplicates may differ."""
_BANDS = tuple((start, min(13, 64 - start)) for start in range(0, 64, 13))
_CROWD = 2000


def photo_hash(photo: Image.Image) -> int:
    """The perceptual hash of a photo: 64 bits of the shape of its low frequencies."""
    return int(str(imagehash.phash(photo)), 16)


def near_duplicates(hashes: Mapping[str, int], near: int = NEAR) -> list[list[str]]:
    """Groups of records whose photos are nearly the same, directly or by way of others.

    Cut into five bands, two hashes that differ in at most four bits agree in at least one band;
    only such pairs are compared.

    Args:
        hashes: By record id.
        near: At most one less than there are bands.
    """
    by_hash: dict[int, list[str]] = {}
    for name, value in hashes.items():
        by_hash.setdefault(value, []).append(name)
    parent = {value: value for value in by_hash}

    def root(value: int) -> int:
        while parent[value] != value:
            parent[value] = value = parent[parent[value]]
        return value

    for start, width in _BANDS:
        buckets: dict[int, list[int]] = {}
        for value in by_hash:
            buckets.setdefault(value >> start & (1 << width) - 1, []).append(value)
        for bucket in buckets.values():
            for one, other in combinations(bucket[:_CROWD], 2):
                if (one ^ other).bit_count() <= near:
                    parent[root(one)] = root(other)
    groups: dict[int, list[str]] = {}
    for value, names in by_hash.items():
        groups.setdefault(root(value), []).extend(names)
    return [names for names in groups.values() if len(names) > 1]
