"""Concepts of the Getty Art & Architecture Thesaurus (AAT) for labels."""

import csv
import functools
import re

from qcmfm.core.settings import ASSETS

_CONCEPT = re.compile(
    r"(?:(?:https?://)?vocab\.getty\.edu/(?:page/)?aat/|aat:)?(300[0-9]{6})(?:\.\w+|/)?",
    re.IGNORECASE,
)


@functools.cache
def _table() -> dict[str, str]:
    with (ASSETS / "vocabularies" / "aat.csv").open(encoding="utf-8", newline="") as handle:
        return {row["label"]: row["aat_uri"] for row in csv.DictReader(handle)}


def aat_uri(label: str) -> str:
    """URI of a label's concept; empty if the table has none, as concepts are never guessed."""
    return _table().get(label.strip().lower().replace(" ", "_"), "")


def concept_uri(text: str) -> str:
    """URI of an AAT concept, parsed from user input.

    Args:
        text: The concept's URI, web page or number, such as `300011021` or
            `https://vocab.getty.edu/page/aat/300011021`.

    Returns:
        The URI; empty if the text names no concept.
    """
    found = _CONCEPT.fullmatch(text.strip())
    return f"http://vocab.getty.edu/aat/{found[1]}" if found else ""
