"""Evidence for a label: where the model attended, and what was measured beside that."""

from qcmfm.explanation.attention import (
    attended_box,
    caption_heat,
    looking_words,
    outlined,
    overlay,
    place_in_words,
    regions_in,
    word_heat,
)
from qcmfm.explanation.explanation import Explanation, explain
from qcmfm.inference.encoded_record import Subject, look_at

__all__ = [
    "Explanation",
    "Subject",
    "attended_box",
    "caption_heat",
    "explain",
    "look_at",
    "looking_words",
    "outlined",
    "overlay",
    "place_in_words",
    "regions_in",
    "word_heat",
]
