"""Whether a network is as often right as it is sure.

Axes: N places that are judged, C classes, B bins.
"""

from typing import NamedTuple

import numpy as np

from engine.protocol.arrays import Floats, Ints

BINS = 15


class Reliability(NamedTuple):
    """Bins of equal width over the confidence; NaN where one is empty.

    Args:
        confidence: Mean confidence in a bin (B,).
        accuracy: Share of right answers in it (B,).
        places: How many of them are in it (B,).
    """

    confidence: Floats
    accuracy: Floats
    places: Ints

    @property
    def error(self) -> float:
        """Expected calibration error: |accuracy − confidence|, weighted by count.

        Source: C. Guo et al., "On calibration of modern neural networks", 2017
        """
        gaps = np.abs(self.accuracy - self.confidence)
        return float(np.nansum(gaps * self.places) / max(1, self.places.sum()))

    @property
    def bias(self) -> float:
        """Mean confidence less accuracy: above 0 it is surer than it may be."""
        gaps = (self.confidence - self.accuracy) * self.places
        return float(np.nansum(gaps) / max(1, self.places.sum()))


def reliability(sure_N: Floats, right_N: Ints, bins: int = BINS) -> Reliability:
    """Return how often answers of each confidence are right.

    Args:
        sure_N: Share that the chosen class got, 0 … 1.
        right_N: 1 where it was right, otherwise 0.
        bins: Of equal width; the upper edge belongs to a bin, as Guo et al. have it.
    """
    place = np.clip(np.ceil(sure_N * bins).astype(np.int64) - 1, 0, bins - 1)
    count = np.bincount(place, minlength=bins)
    sums = np.bincount(place, sure_N, bins), np.bincount(place, right_N, bins)
    with np.errstate(invalid="ignore"):
        confidence, accuracy = (total / count for total in sums)
    return Reliability(confidence, accuracy, count)


def brier(shares_NC: Floats, labels_N: Ints) -> float:
    """Return the mean squared distance of the shares from the truth: 0 … 2.

    Source: G. W. Brier, "Verification of forecasts expressed in terms of probability",
        1950
    """
    truth = np.zeros_like(shares_NC)
    truth[np.arange(len(labels_N)), labels_N] = 1.0
    return float(((shares_NC - truth) ** 2).sum(1).mean())
