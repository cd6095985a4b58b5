"""Labels and their concepts in the Art & Architecture Thesaurus."""

import csv
import re

import pytest

from qcmfm.core.settings import ASSETS
from qcmfm.records.vocabulary import aat_uri, concept_uri

FILE = ASSETS / "vocabularies" / "aat.csv"


def test_every_uri_in_the_file_is_an_aat_concept_and_every_label_stands_once():
    with FILE.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert all(
        re.fullmatch(r"http://vocab\.getty\.edu/aat/3\d{8}", row["aat_uri"])
        for row in rows
        if row["aat_uri"]
    )
    labels = [row["label"] for row in rows]
    assert len(labels) == len(set(labels))


@pytest.mark.parametrize("label", ["gold", "Gold", " gold "])
def test_case_and_outer_spaces_do_not_matter(label: str):
    assert aat_uri(label) == "http://vocab.getty.edu/aat/300011021"


def test_a_space_and_an_underscore_are_the_same():
    with FILE.open(encoding="utf-8", newline="") as handle:
        label = next(row["label"] for row in csv.DictReader(handle) if "_" in row["label"])
    assert aat_uri(label.replace("_", " ")) == aat_uri(label) != ""


@pytest.mark.parametrize("label", ["", "no such label"])
def test_nothing_is_guessed(label: str):
    assert aat_uri(label) == ""


@pytest.mark.parametrize(
    "copied",
    [
        "http://vocab.getty.edu/aat/300011021",
        "https://vocab.getty.edu/page/aat/300011021",
        "vocab.getty.edu/aat/300011021.json",
        " 300011021 ",
        "AAT:300011021",
        "http://vocab.getty.edu/aat/300011021/",
    ],
)
def test_a_concept_is_read_however_it_was_copied(copied: str):
    assert concept_uri(copied) == "http://vocab.getty.edu/aat/300011021"


@pytest.mark.parametrize(
    "copied",
    [
        "", "potato", "999999999", "30001102", "3000110211", "http://vocab.getty.edu/ulan/300011021",
        "http://evil.example/aat/300011021", "http://vocab.getty.edu/aat/300011021?x", "٣٠٠٠١١٠٢١",
        "javascript:300011021",
    ],
)  # fmt: skip
def test_what_is_no_concept_is_none(copied: str):
    assert concept_uri(copied) == ""
