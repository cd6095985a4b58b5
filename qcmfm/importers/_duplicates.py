"""Find near-duplicate photos: copies in other sizes or compressions.

Two photos are near-duplicates if their 64-bit perceptual hashes differ in few bits.
"""

from collections.abc import Mapping
from itertools import combinations

import imagehash
from PIL import Image

NEAR = 4
"""Largest Hamming distance between the hashes of near-duplicates, in bits."""
_BANDS = tuple((start, min(13, 64 - start)) for start in range(0, 64, 13))
_CROWD = 2000


def photo_hash(photo: Image.Image) -> int:
    """The 64-bit perceptual hash of a photo (pHash, from its low DCT frequencies)."""
    return int(str(imagehash.phash(photo)), 16)


def near_duplicates(hashes: Mapping[str, int], near: int = NEAR) -> list[list[str]]:
    """Groups of records whose photos are near-duplicates, directly or through others.

    Hashes are cut into five bands. Two hashes that differ in at most four bits agree in at least
    one band, so only such pairs are compared.

    Args:
        hashes: Perceptual hash by record id.
        near: Largest Hamming distance; must be less than the number of bands.
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
