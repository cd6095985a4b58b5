"""What a label is called in the Getty Art & Architecture Thesaurus."""

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
    """The label's concept as a URI; empty where none is known, since one must not be guessed."""
    return _table().get(label.strip().lower().replace(" ", "_"), "")


def concept_uri(text: str) -> str:
    """A concept as a URI, from what a person copies: its URI, its page or its number.

    Args:
        text: Such as `300011021` or `https://vocab.getty.edu/page/aat/300011021`.

    Returns:
        The URI; empty where the text is no such thing.
    """
    found = _CONCEPT.fullmatch(text.strip())
    return f"http://vocab.getty.edu/aat/{found[1]}" if found else ""
