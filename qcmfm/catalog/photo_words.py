"""What a photo says in words: a linear map from image vectors to the space of captions.

Learned on the collection's own captioned records. With it words find photos that have no caption.
"""

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

FEWEST = 40
"""Captioned photos below which nothing is learned."""
MOST = 20_000
"""Captioned photos that are learned from."""
ALPHA = 0.3
"""Weight of the penalty; chosen, as the square root is, on the val split of museum_materials."""
_TOP = 10


@dataclass(frozen=True)
class PhotoWords:
    """The map. Both spaces are centred on what is common to all captions, which tells nothing.

    Args:
        weights: From image vectors, as `_evened` has them, to caption vectors.
        bias: Added to it.
        centre: The mean caption vector.
    """

    weights: Float[np.ndarray, "sentence_dim image_dim"]
    bias: Float[np.ndarray, " sentence_dim"]
    centre: Float[np.ndarray, " sentence_dim"]

    @property
    def map_id(self) -> str:
        """A hash of what it holds."""
        return hashlib.sha256(self.to_bytes()).hexdigest()[:12]

    def of_photo(self, vector: Float[np.ndarray, " image_dim"]) -> np.ndarray:
        """Where a photo lies in the space of captions, centred, of length 1."""
        return self.of_photos(vector[None])[0]

    def of_photos(self, vectors: Float[np.ndarray, "photo image_dim"]) -> np.ndarray:
        """As `of_photo`, of many."""
        return unit(_balanced(vectors) @ self.weights.T + self.bias - self.centre)

    def of_words(self, sentence: Float[np.ndarray, "*many sentence_dim"]) -> np.ndarray:
        """Where words lie among the photos of `of_photo`."""
        return unit(unit(sentence) - self.centre)

    def to_bytes(self) -> bytes:
        """As it is kept in the catalog."""
        out = io.BytesIO()
        parts = {"weights": self.weights, "bias": self.bias, "centre": self.centre}
        for name in sorted(parts):
            np.save(out, parts[name].astype(np.float32), allow_pickle=False)
        return out.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> "PhotoWords":
        """What `to_bytes` gave."""
        source = io.BytesIO(content)
        bias, centre, weights = (np.load(source, allow_pickle=False) for _ in range(3))
        return cls(weights, bias, centre)


def unit(vectors: Float[np.ndarray, "*many dim"]) -> np.ndarray:
    """Vectors brought to length 1; those of length 0 stay."""
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return (vectors / np.where(length > 0, length, 1)).astype(np.float32)


def _balanced(vectors: Float[np.ndarray, "photo image_dim"]) -> np.ndarray:
    """Image vectors with their roots in place of their values, so that no few rule them all."""
    return unit(np.sign(vectors) * np.sqrt(np.abs(vectors)))


def learn(
    photos: Float[np.ndarray, "record image_dim"],
    captions: Float[np.ndarray, "record sentence_dim"],
) -> PhotoWords:
    """Fit the map by ridge regression.

    Args:
        photos: Image vectors of captioned records.
        captions: Their captions' vectors, in the same order.
    """
    from sklearn.linear_model import Ridge

    read = unit(captions)
    fitted = Ridge(alpha=ALPHA).fit(_balanced(photos), read)
    weights, bias = np.atleast_2d(fitted.coef_), np.atleast_1d(fitted.intercept_)
    return PhotoWords(
        weights.astype(np.float32), bias.astype(np.float32), read.mean(0).astype(np.float32)
    )


def recall(
    photo_words: PhotoWords,
    photos: Float[np.ndarray, "record image_dim"],
    words: Float[np.ndarray, "record sentence_dim"],
    asked: Sequence[int],
    top: int = _TOP,
) -> float:
    """Share of records whose photo is among the first that their own words find.

    Args:
        photo_words: The map.
        photos: Image vectors of all that is searched.
        words: Vectors of what is asked for.
        asked: The records that are asked for: places in both.
        top: How many count as first.
    """
    found = photo_words.of_words(words[list(asked)]) @ photo_words.of_photos(photos).T
    own = found[np.arange(len(asked)), list(asked)]
    # Photos that come out alike share the better place with half of them before it.
    before = (found > own[:, None]).sum(1) + ((found == own[:, None]).sum(1) - 1) / 2
    return float((before < top).mean())
