"""What a label is called in the Getty Art & Architecture Thesaurus."""

import csv
import functools

from qcmfm.settings import ASSETS


@functools.cache
def _known() -> dict[str, str]:
    with (ASSETS / "vocabularies" / "aat.csv").open(encoding="utf-8", newline="") as handle:
        return {row["label"]: row["aat_uri"] for row in csv.DictReader(handle)}


def aat_uri(label: str) -> str:
    """The label's concept as a URI; empty where none is known, since one must not be guessed."""
    return _known().get(label.strip().lower().replace(" ", "_"), "")
