"""Is a probability of 70% right on 70%: the numbers of a reliability diagram."""

from typing import Any

import numpy as np
from jaxtyping import Float, Int

Z95 = 1.959964


def reliability(
    probabilities: Float[np.ndarray, "record label"],
    truth: Int[np.ndarray, " record"],
    bins: int = 10,
) -> list[dict[str, Any]]:
    """Confidence and share of right answers in bins of the confidence, as JSON values.

    The diagram of Niculescu-Mizil and Caruana 2005, for the likeliest label. The 95% interval of
    the share is Wilson's; it takes records as independent, and so is a little narrow where an
    object has several. Bins without a record are left out.

    Args:
        probabilities: Each row adds up to 1.
        truth: Number of the true label.
        bins: Of equal width, from 0 to 1.
    """
    confidence, right = probabilities.max(1), probabilities.argmax(1) == truth
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    rows: list[dict[str, Any]] = []
    for number in range(bins):
        its = place == number
        count = int(its.sum())
        if not count:
            continue
        share = float(right[its].mean())
        low, high = wilson(share, count)
        rows.append(
            {
                "low": number / bins,
                "high": (number + 1) / bins,
                "records": count,
                "confidence": float(confidence[its].mean()),
                "right": share,
                "right_low": low,
                "right_high": high,
            }
        )
    return rows


def wilson(share: float, count: int) -> tuple[float, float]:
    """The 95% interval of a share of `count` independent cases (Wilson 1927)."""
    middle = (share + Z95**2 / (2 * count)) / (1 + Z95**2 / count)
    spread = Z95 / (1 + Z95**2 / count)
    spread *= (share * (1 - share) / count + Z95**2 / (4 * count**2)) ** 0.5
    return max(0.0, middle - spread), min(1.0, middle + spread)
