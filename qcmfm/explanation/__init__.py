"""Evidence for a label: attention maps, occlusion, shares of the modalities, and word removal."""

from qcmfm.explanation.attention import (
    attended_box,
    attention_inside,
    caption_heat,
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
    "attention_inside",
    "caption_heat",
    "encode_record",
    "explain",
    "outlined",
    "overlay",
    "place_in_words",
    "regions_in",
    "word_heat",
]
