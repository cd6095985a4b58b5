"""The words that a collection's captions use: what no pretrained vector knows of a museum."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor


class Lexicon:
    """TF-IDF weights over the terms of the training captions (scikit-learn's formula).

    Args:
        terms: Term of every column, sorted.
        idf: Inverse document frequency of every term.
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
        """Collect the terms that stand in at least `min_records` of the captions."""
        from sklearn.feature_extraction.text import TfidfVectorizer

        vectorizer = TfidfVectorizer(min_df=min_records, **_ANALYSIS)
        try:
            vectorizer.fit(captions)
        except ValueError:  # scikit-learn's word for captions without any such term
            return cls([], [])
        return cls(vectorizer.get_feature_names_out().tolist(), vectorizer.idf_.tolist())

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> "Lexicon":
        """The lexicon that `to_json` described."""
        return cls(content["terms"], content["idf"])

    def to_json(self) -> dict[str, Any]:
        """The lexicon as JSON values."""
        return {"terms": self.terms, "idf": [round(float(value), 6) for value in self.idf]}

    def weights(self, captions: Sequence[str]) -> Float[Tensor, "batch term"]:
        """Weight of every term in every caption; each row has length 1, or 0 without a term."""
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
