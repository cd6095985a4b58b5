"""The complete evidence for the label of one record."""

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
    """How far a prediction can be trusted, from the run's calibration.

    Args:
        error_rate: Share of prediction sets that may lack the true label, 0 to 1.
        labels: Prediction set, the most probable label first.
        unusualness: Relative distance to the training records; above 1 is out of distribution.
        neighbours: Most similar training records.
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
        probabilities: Probability of every label by name, the most probable first.
        caption: Caption of the record.
        spans: Start and end of each word in the caption, in characters.
        attention: Attention maps (batch of 1); None if the model has no attention.
        grid: Rows and columns of regions.
        occlusion: Effect of hiding parts of the photo; None without a photo or attention over it.
        shares: Contributions of photo and caption.
        words: Effect of removing each word.
        trust: Prediction set and similar records; None if the run is not calibrated.
        quantum: Whether the model contains a simulated quantum circuit.
        features: Trust in photo and caption per feature, the most important first; empty for models
            that do not fuse by trust.
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
        """The most probable label."""
        return next(iter(self.probabilities))

    @property
    def heat(self) -> Float[np.ndarray, "row column"] | None:
        """Attention of the caption over the regions, adding up to 1; None without attention."""
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
        """The most attended place of each word, and its attention map in each head."""
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
    """Gather the evidence for the label that a run predicts for a record.

    Args:
        run: Trained run.
        encoders: Encoders of the run.
        subject: Encoded record.
        error_rate: Share of prediction sets that may lack the true label, 0 to 1.
    """
    batch = subject.batch(run, encoders)
    fused = run.fuse(batch)
    found = run.probabilities(fused)[0]
    order = np.argsort(-found, kind="stable").tolist()
    best = order[0]
    # Photos and captions are encoded in parallel, since they may be on different processors.
    with ThreadPoolExecutor(1) as pool:
        removal = pool.submit(remove_words, run, encoders, subject, best)
        occlusion = _occlusion(run, encoders, subject, fused, best)
        words = removal.result()
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
    """The effect of hiding the attended part; None without photo, caption or attention."""
    if fused.attention is None or subject.pixels is None or not subject.spans:
        return None
    heat = caption_heat(fused.attention, range(len(subject.spans)), encoders.image.grid)
    return occlude(run, encoders, subject, heat, label)
