"""A linear map from image vectors to caption vectors, so that words find photos without a caption.

It is fitted on the captioned records of the collection itself.
"""

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

FEWEST = 40
"""Number of captioned photos below which no map is fitted."""
MOST = 20_000
"""Maximum number of captioned photos that the map is fitted on."""
ALPHA = 0.3
"""Ridge penalty; like the square root, chosen on the val split of museum_materials."""
_TOP = 10


@dataclass(frozen=True)
class PhotoWords:
    """The fitted map. Its results are centred on the mean caption, which all captions share.

    Args:
        weights: Weights from image vectors, transformed by `_balanced`, to caption vectors.
        bias: Intercept.
        centre: Mean caption vector.
    """

    weights: Float[np.ndarray, "sentence_dim image_dim"]
    bias: Float[np.ndarray, " sentence_dim"]
    centre: Float[np.ndarray, " sentence_dim"]

    @property
    def map_id(self) -> str:
        """A hash of the weights, bias and centre."""
        return hashlib.sha256(self.to_bytes()).hexdigest()[:12]

    def of_photo(self, vector: Float[np.ndarray, " image_dim"]) -> np.ndarray:
        """A photo in the centred caption space, as a vector of length 1."""
        return self.of_photos(vector[None])[0]

    def of_photos(self, vectors: Float[np.ndarray, "photo image_dim"]) -> np.ndarray:
        """Several photos in the centred caption space; see `of_photo`."""
        return unit(_balanced(vectors) @ self.weights.T + self.bias - self.centre)

    def of_words(self, sentence: Float[np.ndarray, "*many sentence_dim"]) -> np.ndarray:
        """Sentence vectors in the same space as the photos of `of_photo`, of length 1."""
        return unit(unit(sentence) - self.centre)

    def to_bytes(self) -> bytes:
        """The map as it is stored in the catalog."""
        out = io.BytesIO()
        parts = {"weights": self.weights, "bias": self.bias, "centre": self.centre}
        for name in sorted(parts):
            np.save(out, parts[name].astype(np.float32), allow_pickle=False)
        return out.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> "PhotoWords":
        """The map that `to_bytes` stored."""
        source = io.BytesIO(content)
        bias, centre, weights = (np.load(source, allow_pickle=False) for _ in range(3))
        return cls(weights, bias, centre)


def unit(vectors: Float[np.ndarray, "*many dim"]) -> np.ndarray:
    """Vectors scaled to length 1; zero vectors stay zero."""
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return (vectors / np.where(length > 0, length, 1)).astype(np.float32)


def _balanced(vectors: Float[np.ndarray, "photo image_dim"]) -> np.ndarray:
    """Signed square roots of image vectors, so that a few large components do not dominate."""
    return unit(np.sign(vectors) * np.sqrt(np.abs(vectors)))


def learn(
    photos: Float[np.ndarray, "record image_dim"],
    captions: Float[np.ndarray, "record sentence_dim"],
) -> PhotoWords:
    """Fit the map by ridge regression.

    Args:
        photos: Image vectors of captioned records.
        captions: Caption vectors of the same records.
    """
    from sklearn.linear_model import Ridge

    targets = unit(captions)
    fitted = Ridge(alpha=ALPHA).fit(_balanced(photos), targets)
    weights, bias = np.atleast_2d(fitted.coef_), np.atleast_1d(fitted.intercept_)
    return PhotoWords(
        weights.astype(np.float32), bias.astype(np.float32), targets.mean(0).astype(np.float32)
    )


def recall(
    photo_words: PhotoWords,
    photos: Float[np.ndarray, "record image_dim"],
    words: Float[np.ndarray, "record sentence_dim"],
    queries: Sequence[int],
    top: int = _TOP,
) -> float:
    """Recall at `top`: the share of records whose photo is among the first their caption finds.

    Args:
        photo_words: Fitted map.
        photos: Image vectors of all records to search.
        words: Caption vectors of the same records.
        queries: Indices of the records whose captions are the queries.
        top: Number of results that count.
    """
    found = photo_words.of_words(words[list(queries)]) @ photo_words.of_photos(photos).T
    own = found[np.arange(len(queries)), list(queries)]
    # Of photos with the same score, half count as ranked before.
    before = (found > own[:, None]).sum(1) + ((found == own[:, None]).sum(1) - 1) / 2
    return float((before < top).mean())
