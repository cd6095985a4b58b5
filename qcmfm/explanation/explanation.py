"""All the evidence of one record."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from qcmfm.encoders.features import Encoders
from qcmfm.explanation.attention import caption_heat, place_in_words
from qcmfm.explanation.occlusion import Occlusion, occlude
from qcmfm.explanation.shares import LabelShares, label_shares
from qcmfm.explanation.trusts import TrustedFeature, trusted_features
from qcmfm.explanation.words import WordRemoval, remove_words
from qcmfm.fusion.base import Attention, Fused
from qcmfm.inference.encoded_record import EncodedRecord
from qcmfm.runs.calibration import ERROR_RATE
from qcmfm.runs.neighbours import Neighbour
from qcmfm.runs.run import Run

NEAREST = 6


@dataclass(frozen=True)
class Trust:
    """How far the answer can be believed.

    Args:
        error_rate: How often the set may lack the true label.
        labels: Those that cannot be ruled out, likeliest first.
        unusualness: How far the record is from the training records; above 1 is out of scope.
        neighbours: The training records most like it.
    """

    error_rate: float
    labels: tuple[str, ...]
    unusualness: float
    neighbours: list[Neighbour]

    def to_json(self) -> dict[str, Any]:
        """All fields by name."""
        return {
            "error_rate": self.error_rate,
            "label_set": list(self.labels),
            "unusualness": self.unusualness,
            "in_scope": self.unusualness <= 1,
            "neighbours": [
                {
                    "record_id": found.record.record_id,
                    "label": found.record.label,
                    "link": found.record.link,
                    "similarity": found.similarity,
                }
                for found in self.neighbours
            ],
        }


@dataclass(frozen=True)
class Explanation:
    """The evidence for one record's label.

    Args:
        probabilities: Of every label, by name, likeliest first.
        caption: What was read.
        spans: Start and end of each word that was read.
        attention: Where it looked (batch of 1), where the model says so.
        grid: Rows and columns of regions.
        occlusion: None without a photo or without attention over it.
        shares: What photo and caption gave.
        words: What each word did.
        trust: None where the run is not calibrated.
        quantum: Whether a simulated quantum circuit had a part in it.
        features: How far photo and caption were trusted for each, where the model says so; those
            that mattered most come first.
    """

    probabilities: dict[str, float]
    caption: str
    spans: list[tuple[int, int]]
    attention: Attention | None
    grid: tuple[int, int]
    occlusion: Occlusion | None
    shares: LabelShares
    words: list[WordRemoval]
    trust: Trust | None
    quantum: bool
    features: list[TrustedFeature]

    @property
    def label(self) -> str:
        """The likeliest label."""
        return next(iter(self.probabilities))

    @property
    def heat(self) -> Float[np.ndarray, "row column"] | None:
        """How much the caption took from each region; None where nothing was looked at."""
        if self.attention is None or not self.spans or self.occlusion is None:
            return None
        return caption_heat(self.attention, range(len(self.spans)), self.grid)

    def to_json(self) -> dict[str, Any]:
        """All numbers by name."""
        heat = self.heat
        return {
            "label": self.label,
            "probabilities": self.probabilities,
            "attended": None
            if heat is None
            else {"place": place_in_words(heat), "heat": heat.round(5).tolist()},
            "attention": None if heat is None else self._by_word(),
            "occlusion": self.occlusion.to_json() if self.occlusion else None,
            "shares": self.shares.to_json(),
            "words": [found.to_json() for found in self.words],
            "trust": self.trust.to_json() if self.trust else None,
            "features": [found.to_json() for found in self.features],
        }

    def _by_word(self) -> list[dict[str, Any]]:
        """Where each word looked, and the heat of each head."""
        assert self.attention is not None
        maps = self.attention.word_to_region[0].cpu().numpy()
        found: list[dict[str, Any]] = []
        for place, (start, end) in enumerate(self.spans):
            heat = caption_heat(self.attention, [place], self.grid)
            heads = maps[:, place].reshape(-1, *self.grid).round(5).tolist()
            word = self.caption[start:end]
            found.append({"word": word, "place": place_in_words(heat), "heads": heads})
        return found


def explain(
    run: Run, encoders: Encoders, subject: EncodedRecord, error_rate: float = ERROR_RATE
) -> Explanation:
    """Gather the evidence for the label that a run gives a record.

    Args:
        run: The run.
        encoders: Its encoders.
        subject: The record.
        error_rate: For the set of labels.
    """
    batch = subject.batch(run, encoders)
    fused = run.fuse(batch)
    found = run.probabilities(fused)[0]
    order = np.argsort(-found, kind="stable").tolist()
    best = order[0]
    # Photos and captions are encoded side by side: one processor does not wait for the other.
    with ThreadPoolExecutor(1) as beside:
        read_again = beside.submit(remove_words, run, encoders, subject, best)
        occlusion = _occlusion(run, encoders, subject, fused, best)
        words = read_again.result()
    trust = None
    if run.calibration is not None:
        reference = run.calibration.reference
        trust = Trust(
            error_rate,
            run.calibration.predicted_labels(found, error_rate),
            float(reference.unusualness(batch)[0]),
            reference.nearest(batch, NEAREST)[0],
        )
    return Explanation(
        {run.labels[place]: float(found[place]) for place in order},
        subject.caption,
        subject.spans,
        fused.attention,
        encoders.image.grid,
        occlusion,
        label_shares(run, batch, best),
        words,
        trust,
        run.model.quantum,
        trusted_features(run, batch, best),
    )


def _occlusion(
    run: Run, encoders: Encoders, subject: EncodedRecord, fused: Fused, label: int
) -> Occlusion | None:
    """What hiding the attended part does; None where nothing was looked at."""
    if fused.attention is None or subject.pixels is None or not subject.spans:
        return None
    heat = caption_heat(fused.attention, range(len(subject.spans)), encoders.image.grid)
    return occlude(run, encoders, subject, heat, label)
