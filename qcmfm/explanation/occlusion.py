"""Occlusion: how the prediction changes when the attended part of a photo is hidden.

Attention maps show where a model attends, not what its prediction depends on. Therefore the
attended part is covered with the photo's mean colour, the photo is encoded again, and the
probability of the label is compared with that for photos in which a part of the same size and shape
is covered elsewhere. The curves are the deletion and insertion curves of RISE (Petsiuk, Das and
Saenko 2018).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, UInt8

from qcmfm.encoders.features import Encoders
from qcmfm.inference.encoded_record import EncodedRecord, batch_of, encode_pixels
from qcmfm.runs.run import Run

AREA = 0.2
"""Share of the regions that is hidden, 0 to 1."""

STEPS = (0.1, 0.2, 0.4, 0.7)
"""Shares of the regions hidden along the curves, between 0 and 1."""

ELSEWHERE = 6
"""Number of places where a part of the same size and shape is hidden for comparison."""

Grid = Float[np.ndarray, "row column"]
Mask = Bool[np.ndarray, "row column"]


@dataclass(frozen=True)
class Occlusion:
    """Probabilities of one label with parts of the photo hidden.

    Args:
        label: The label.
        unchanged: Probability with nothing hidden.
        hidden: Mask of the attended regions.
        attended: Probability with the attended regions hidden.
        elsewhere: Probabilities with the same shape hidden at other places.
        steps: Shares of the photo along both curves, from 0 to 1.
        deletion: Probability at each step with the most attended share hidden.
        insertion: Probability at each step with all but the most attended share hidden.
    """

    label: str
    unchanged: float
    hidden: Mask
    attended: float
    elsewhere: tuple[float, ...]
    steps: tuple[float, ...]
    deletion: tuple[float, ...]
    insertion: tuple[float, ...]

    @property
    def faithfulness(self) -> float:
        """Probability lost by hiding the attended part, beyond that lost by hiding other parts.

        Between -1 and 1; 0 means that the attended part matters no more than any other.
        """
        return float(np.mean(self.elsewhere)) - self.attended

    @property
    def deletion_area(self) -> float:
        """Area under the deletion curve, 0 to 1: low if the prediction depends on that part."""
        return area_under(self.steps, self.deletion)

    @property
    def insertion_area(self) -> float:
        """Area under the insertion curve, 0 to 1: high if that part alone is sufficient."""
        return area_under(self.steps, self.insertion)

    def to_json(self) -> dict[str, Any]:
        """All numbers by name."""
        return {
            "label": self.label,
            "whole": self.unchanged,
            "area": float(self.hidden.mean()),
            "hidden": self.hidden.astype(int).tolist(),
            "attended_hidden": self.attended,
            "elsewhere_hidden": list(self.elsewhere),
            "faithfulness": self.faithfulness,
            "steps": list(self.steps),
            "deletion": list(self.deletion),
            "insertion": list(self.insertion),
            "deletion_area": self.deletion_area,
            "insertion_area": self.insertion_area,
        }


def most_attended(heat: Grid, share: float) -> Mask:
    """Mask of the most attended regions; among equal ones, the first.

    Args:
        heat: Attention over the regions.
        share: Share of the regions, 0 to 1; above 0 at least one region is taken.
    """
    count = max(round(share * heat.size), int(share > 0))
    order = np.argsort(-heat.reshape(-1), kind="stable")
    mask = np.zeros(heat.size, dtype=bool)
    mask[order[:count]] = True
    return mask.reshape(heat.shape)


def shifted(mask: Mask, count: int, seed: int = 0) -> list[Mask]:
    """The same shape shifted to other places, wrapping at the edges; each place at most once.

    Args:
        mask: Mask of some regions.
        count: Number of places; fewer if the grid has not that many.
        seed: Random seed of the places.
    """
    rows, columns = mask.shape
    places = np.random.default_rng(seed).permutation(np.arange(1, rows * columns))[:count]
    return [np.roll(mask, divmod(int(place), columns), (0, 1)) for place in places]


def covered(
    pixels: UInt8[np.ndarray, "height width 3"], mask: Mask
) -> UInt8[np.ndarray, "height width 3"]:
    """The photo with the masked regions filled with its mean colour."""
    height, width = pixels.shape[:2]
    rows = np.arange(height) * mask.shape[0] // height
    columns = np.arange(width) * mask.shape[1] // width
    colour = pixels.reshape(-1, 3).mean(0).round().astype(np.uint8)
    return np.where(mask[np.ix_(rows, columns)][..., None], colour, pixels)


def area_under(steps: tuple[float, ...], values: tuple[float, ...]) -> float:
    """Area under a curve by the trapezoidal rule; `steps` run from 0 to 1."""
    return float(np.trapezoid(values, steps))


def occlude(
    run: Run, encoders: Encoders, subject: EncodedRecord, heat: Grid, label: int, area: float = AREA
) -> Occlusion:
    """Label a record with the attended part hidden, and with other parts hidden, in one batch.

    Args:
        run: Trained run.
        encoders: Encoders of the run.
        subject: Encoded record with a photo.
        heat: Attention over the regions.
        label: Index of the label whose probability is measured.
        area: Share of the regions to hide, 0 to 1.

    Raises:
        ValueError: The record has no photo.
    """
    if subject.pixels is None:
        raise ValueError("a record without a photo has nothing to hide")
    hidden = most_attended(heat, area)
    others = shifted(hidden, ELSEWHERE)
    deleted = [most_attended(heat, share) for share in STEPS]
    everything = np.ones_like(hidden)
    masks = [np.zeros_like(hidden), hidden, *others, *deleted, *(~m for m in deleted), everything]
    found = _probabilities(run, encoders, subject, masks)[:, label].tolist()
    unchanged, attended, *rest = found
    nothing_left = rest.pop()
    elsewhere, curves = rest[: len(others)], rest[len(others) :]
    return Occlusion(
        run.labels[label],
        unchanged,
        hidden,
        attended,
        tuple(elsewhere),
        (0.0, *STEPS, 1.0),
        (unchanged, *curves[: len(STEPS)], nothing_left),
        (nothing_left, *curves[len(STEPS) :], unchanged),
    )


def _probabilities(
    run: Run, encoders: Encoders, subject: EncodedRecord, masks: list[Mask]
) -> Float[np.ndarray, "mask label"]:
    """Probabilities with each mask over the photo; equal masks are encoded only once."""
    assert subject.pixels is not None and subject.photo is not None
    different = {mask.tobytes(): mask for mask in masks if mask.any()}
    pixels = np.stack([covered(subject.pixels, mask) for mask in different.values()])
    photos = [subject.photo, *encode_pixels(encoders, pixels)]
    count = len(photos)
    batch = batch_of(run, encoders, photos, [subject.words] * count, [subject.caption] * count)
    unchanged, *others = run.probabilities(run.fuse(batch))
    found = dict(zip(different, others, strict=True))
    return np.stack([found.get(mask.tobytes(), unchanged) for mask in masks])
