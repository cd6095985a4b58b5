"""Reliability diagrams: are predictions with a confidence of 70% correct 70% of the time?"""

from typing import Any

import numpy as np
from jaxtyping import Float, Int

Z95 = 1.959964


def reliability(
    probabilities: Float[np.ndarray, "record label"],
    truth: Int[np.ndarray, " record"],
    bins: int = 10,
) -> list[dict[str, Any]]:
    """Mean confidence and accuracy in bins of the confidence, as JSON values.

    The diagram of Niculescu-Mizil and Caruana (2005) for the top label. The 95% interval of the
    accuracy is Wilson's; it assumes independent records and is therefore slightly too narrow if an
    object has several. Empty bins are left out.

    Args:
        probabilities: Each row adds up to 1.
        truth: Index of the true label.
        bins: Number of bins of equal width from 0 to 1.
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
    """The 95% score interval of a proportion of `count` independent cases (Wilson 1927)."""
    middle = (share + Z95**2 / (2 * count)) / (1 + Z95**2 / count)
    spread = Z95 / (1 + Z95**2 / count)
    spread *= (share * (1 - share) / count + Z95**2 / (4 * count**2)) ** 0.5
    return max(0.0, middle - spread), min(1.0, middle + spread)
