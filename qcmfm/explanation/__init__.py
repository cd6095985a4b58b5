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
from qcmfm.inference.encoded_record import EncodedRecord, encode_record

__all__ = [
    "EncodedRecord",
    "Explanation",
    "attended_box",
    "caption_heat",
    "encode_record",
    "explain",
    "looking_words",
    "outlined",
    "overlay",
    "place_in_words",
    "regions_in",
    "word_heat",
]
