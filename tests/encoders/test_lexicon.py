"""The lexicon is scikit-learn's TF-IDF, kept as JSON."""

import json

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from qcmfm.encoders.lexicon import Lexicon

CAPTIONS = [
    "A gold cup with a gold lid",
    "Silver cup, 18th-century",
    "gold Ring",
    "A ring of silver and GOLD",
    "Émail émail emaux",
    "Email on copper",
    "",
]
UNSEEN = ["gold gold cup", "nothing known", "", "ÉMAIL ring ring ring silver"]


def reference(captions: list[str], least: int) -> TfidfVectorizer:
    return TfidfVectorizer(
        min_df=least,
        strip_accents="unicode",
        token_pattern=r"(?u)\b\w+\b",
        ngram_range=(1, 2),
        sublinear_tf=True,
    ).fit(captions)


def test_terms_and_weights_are_those_of_scikit_learn():
    for least in (1, 2, 3):
        expected = reference(CAPTIONS, least)
        lexicon = Lexicon.fit(CAPTIONS, least)
        assert lexicon.terms == expected.get_feature_names_out().tolist()
        for captions in (CAPTIONS, UNSEEN):
            found = lexicon.weights(captions)
            assert found.dtype == torch.float32
            dense = np.asarray(expected.transform(captions).todense())
            np.testing.assert_allclose(found.numpy(), dense, atol=1e-6)


def test_terms_stand_in_two_records_by_default_and_accents_do_not_count():
    assert Lexicon.fit(CAPTIONS).terms == ["a", "cup", "email", "gold", "ring", "silver"]


def test_one_letter_and_short_numbers_are_terms_too():
    assert Lexicon.fit(["B 7", "7 b"]).terms == ["7", "b"]


def test_rows_have_length_one_or_none_of_the_terms():
    lengths = Lexicon.fit(CAPTIONS).weights(UNSEEN).norm(dim=1)
    torch.testing.assert_close(lengths, torch.tensor([1.0, 0.0, 0.0, 1.0]))


def test_captions_without_a_common_term_give_an_empty_lexicon():
    for captions in ([], [""], ["", ""], ["gold", "silver"], ["...", "!?"]):
        lexicon = Lexicon.fit(captions)
        assert lexicon.terms == []
        assert lexicon.weights(["gold", ""]).shape == (2, 0)
        assert Lexicon.from_json(lexicon.to_json()).terms == []


def test_no_captions_have_no_weights():
    assert Lexicon.fit(CAPTIONS).weights([]).shape == (0, 6)


@given(
    captions=st.lists(st.text("abc é7-\n", max_size=12), max_size=8), unseen=st.text(max_size=20)
)
def test_any_lexicon_survives_json(captions: list[str], unseen: str):
    lexicon = Lexicon.fit(captions, min_records=1)
    again = Lexicon.from_json(json.loads(json.dumps(lexicon.to_json())))
    assert again.terms == lexicon.terms == sorted(lexicon.terms)
    texts = [*captions, unseen]
    torch.testing.assert_close(again.weights(texts), lexicon.weights(texts), atol=1e-5, rtol=0)
