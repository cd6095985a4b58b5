"""Which words mattered: the caption is read again without each of them in turn."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from qcmfm.encoders.features import Encoders
from qcmfm.inference.encoded_record import EncodedRecord, batch_of, encode_captions
from qcmfm.runs.run import Run

MOST = 48
"""Words that are left out one at a time; the later ones of a longer caption are not."""


@dataclass(frozen=True)
class WordRemoval:
    """What one word did to the probability of a label.

    Args:
        start: The word's first character in the caption.
        end: One past its last.
        word: As the caption has it.
        change: Probability with the word less that without it; above 0 where it speaks for the
            label.
        label: What the record would be labelled without it.
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
    """The caption less one word and the space before it."""
    start, end = span
    before = caption[:start]
    return (before[:-1] if before.endswith(" ") else before) + caption[end:]


def remove_words(
    run: Run, encoders: Encoders, subject: EncodedRecord, label: int
) -> list[WordRemoval]:
    """Ask the run again without each word of the caption, in one batch.

    Args:
        run: The run.
        encoders: Its encoders.
        subject: What to ask about; without a caption there is nothing to leave out. Nor is there
            where the only word is all that the record has.
        label: Number of the label whose probability is followed.
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
