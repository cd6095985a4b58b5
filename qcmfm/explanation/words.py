"""Importance of words: the caption is encoded again without each of them in turn."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from qcmfm.encoders.features import Encoders
from qcmfm.inference.encoded_record import EncodedRecord, batch_of, encode_captions
from qcmfm.runs.run import Run

MOST = 48
"""Number of words that are removed one at a time; further words of a caption are not measured."""


@dataclass(frozen=True)
class WordRemoval:
    """The effect of one word on the probability of a label.

    Args:
        start: Offset of the word's first character in the caption.
        end: Offset after its last character.
        word: The word as it is written in the caption.
        change: Probability with the word minus that without it; above 0 if it supports the label.
        label: Label that would be predicted without the word.
    """

    start: int
    end: int
    word: str
    change: float
    label: str

    def to_json(self) -> dict[str, Any]:
        """All fields by name."""
        return asdict(self)


def without_word(caption: str, span: tuple[int, int]) -> str:
    """The caption without one word and the space before it."""
    start, end = span
    before = caption[:start]
    return (before[:-1] if before.endswith(" ") else before) + caption[end:]


def remove_words(
    run: Run, encoders: Encoders, subject: EncodedRecord, label: int
) -> list[WordRemoval]:
    """Label the record without each word of its caption, in one batch.

    Args:
        run: Trained run.
        encoders: Encoders of the run.
        subject: Encoded record.
        label: Index of the label whose probability is measured.

    Returns:
        The effect of each word; empty without a caption, and if one word is all the record has.
    """
    spans = subject.spans[:MOST]
    if not spans or (subject.photo is None and len(subject.spans) == 1):
        return []
    captions = [subject.caption, *(without_word(subject.caption, span) for span in spans)]
    words = [subject.words, *encode_captions(encoders, captions[1:])]
    batch = batch_of(run, encoders, [subject.photo] * len(captions), words, captions)
    found = run.probabilities(run.fuse(batch))
    best = np.argmax(found, axis=1)
    return [
        WordRemoval(
            *span,
            subject.caption[slice(*span)],
            float(found[0, label] - found[place, label]),
            run.labels[int(best[place])],
        )
        for place, span in enumerate(spans, start=1)
    ]
