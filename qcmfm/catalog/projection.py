"""Projection of a collection onto a plane, so that similar records are close together."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from qcmfm.catalog.search import SearchIndex
from qcmfm.core.errors import CatalogError
from qcmfm.core.messages import N_

VECTORS = {
    "photos": ("image_vector",),
    "captions": ("text_vector",),
    "both": ("image_vector", "text_vector"),
}
MOST = 4000
"""Maximum number of records on a map; of more, a sample is drawn."""
FEWEST = 4
"""Number of records below which they are placed in corners, since t-SNE needs more."""
WAYS = ("few", "ring", "t-sne")
_NOTHING = {
    "photos": N_("No record has a photo to be laid out by."),
    "captions": N_("No record has a caption to be laid out by."),
    "both": N_("No record has both a photo and a caption to be laid out by."),
}
_KEPT = 50
"""Number of principal components that t-SNE starts from, as its authors advise."""
_SAME = 1e-6
"""Range of every component within which vectors count as identical."""


@dataclass(frozen=True)
class Projection:
    """Positions of records on a plane.

    Args:
        of: Kind of vectors, one of `VECTORS`.
        made_from: Time when the catalog was built from which it was computed, UTC, ISO 8601.
        record_ids: Ids of the records, in the order of the rows.
        places: Coordinates without a unit; only which records are close together has a meaning.
    """

    of: str
    made_from: str
    record_ids: Sequence[str]
    places: Float[np.ndarray, "record 2"]

    @property
    def way(self) -> str:
        """The layout method, one of `WAYS`, recognised from the positions."""
        if len(self.record_ids) < FEWEST:
            return "few"
        return "ring" if np.allclose(np.hypot(*self.places.T), 1, atol=1e-4) else "t-sne"


def project(index: SearchIndex, of: str) -> Projection:
    """Project a collection by t-SNE; records without the vectors are left out.

    Args:
        index: Search index of the collection.
        of: Kind of vectors, one of `VECTORS`.

    Raises:
        CatalogError: No record has the vectors.
    """
    ids, vectors = _vectors(index, VECTORS[of])
    made_from = index.card.made_at
    if not ids:
        raise CatalogError(_NOTHING[of], "Choose another way of being near each other.")
    if len(ids) < FEWEST:
        corners = np.array([[0, 0], [1, 0], [0, 1]], np.float32)
        return Projection(of, made_from, ids, corners[: len(ids)])
    return Projection(of, made_from, ids, lay_out(vectors))


def lay_out(vectors: Float[np.ndarray, "record dim"]) -> Float[np.ndarray, "record 2"]:
    """Positions of at least `FEWEST` records by t-SNE; on a ring if all vectors are the same."""
    from sklearn.decomposition import PCA
    from sklearn.manifold import TSNE

    if np.ptp(vectors, axis=0).max() < _SAME:
        # This happens if a museum has one placeholder for all missing photos. t-SNE would divide by
        # a standard deviation of zero and crash the process.
        turn = np.linspace(0, 2 * np.pi, len(vectors), endpoint=False)
        return np.stack([np.cos(turn), np.sin(turn)], 1).astype(np.float32)
    small = PCA(min(_KEPT, *vectors.shape), random_state=0).fit_transform(vectors)
    near = min(30.0, (len(vectors) - 1) / 3)
    places = TSNE(perplexity=near, init="pca", random_state=0).fit_transform(small)
    return np.asarray(places, np.float32)


def _vectors(index: SearchIndex, columns: Sequence[str]) -> tuple[list[str], np.ndarray]:
    """Ids and vectors of at most `MOST` records that have all these vectors.

    Of more records, those with the smallest hashes of their ids are taken, regardless of order.
    """
    found = index.table(["record_id", *columns])
    for column in columns:
        found = found.filter(found[column].is_valid())
    if found.num_rows > MOST:
        keys = [hashlib.sha256(key.encode()).digest() for key in found["record_id"].to_pylist()]
        found = found.take(sorted(range(len(keys)), key=keys.__getitem__)[:MOST])
    parts = list(_centred(found, columns)) if found.num_rows else [np.zeros((0, 1), np.float32)]
    return found["record_id"].to_pylist(), np.concatenate(parts, axis=1)


def _centred(found, columns: Sequence[str]) -> Iterator[np.ndarray]:
    for column in columns:
        flat = found[column].combine_chunks().flatten().to_numpy(zero_copy_only=False)
        vectors = flat.reshape(found.num_rows, -1)
        centred = vectors - vectors.mean(0)
        # Scaled so that both kinds of vectors have the same weight.
        yield centred / max(float(np.sqrt((centred**2).sum(1).mean())), 1e-12)
