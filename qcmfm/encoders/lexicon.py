"""TF-IDF features of captions: a museum's own terms, which pretrained vectors do not capture."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor


class Lexicon:
    """TF-IDF weights over the terms of the training captions (scikit-learn's formula).

    Args:
        terms: Terms in the order of the columns, sorted.
        idf: Inverse document frequency of each term.
    """

    def __init__(self, terms: Sequence[str], idf: Sequence[float]):
        from sklearn.feature_extraction.text import TfidfVectorizer

        self.terms = list(terms)
        self.idf = np.asarray(idf, dtype=np.float64)
        self._vectorizer = TfidfVectorizer(
            vocabulary={term: column for column, term in enumerate(self.terms)}, **_ANALYSIS
        )
        if self.terms:
            self._vectorizer.idf_ = self.idf

    @classmethod
    def fit(cls, captions: Sequence[str], min_records: int = 2) -> "Lexicon":
        """Build a lexicon of the terms that occur in at least `min_records` captions."""
        from sklearn.feature_extraction.text import TfidfVectorizer

        vectorizer = TfidfVectorizer(min_df=min_records, **_ANALYSIS)
        try:
            vectorizer.fit(captions)
        except ValueError:  # scikit-learn raises it if there is no such term
            return cls([], [])
        return cls(vectorizer.get_feature_names_out().tolist(), vectorizer.idf_.tolist())

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> "Lexicon":
        """The lexicon from the output of `to_json`."""
        return cls(content["terms"], content["idf"])

    def to_json(self) -> dict[str, Any]:
        """The lexicon as JSON values."""
        return {"terms": self.terms, "idf": [round(float(value), 6) for value in self.idf]}

    def weights(self, captions: Sequence[str]) -> Float[Tensor, "batch term"]:
        """TF-IDF weights of captions; rows have norm 1, or 0 if a caption contains no term."""
        if not self.terms or not len(captions):
            return torch.zeros(len(captions), len(self.terms))
        dense: Any = self._vectorizer.transform(captions).toarray()
        return torch.from_numpy(dense.astype(np.float32))


_ANALYSIS: dict[str, Any] = {
    "lowercase": True,
    "strip_accents": "unicode",
    "token_pattern": r"(?u)\b\w+\b",
    "ngram_range": (1, 2),
    "sublinear_tf": True,
}
