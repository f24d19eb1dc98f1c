"""Figures of answers that choose a class.

Axes: N places that are judged, C classes, T thresholds.
"""

from typing import NamedTuple

import numpy as np

from engine.evaluate.figures import intervals
from engine.evaluate.figures.intervals import Interval
from engine.protocol.arrays import Floats, Ints

_MOST = 0.5


class Curve(NamedTuple):
    """A line of a chart, from left to right, and the one figure that sums it up.

    Args:
        x: (T,).
        y: (T,).
        value: The area under a ROC curve, or average precision.
    """

    x: Floats
    y: Floats
    value: float

    def thinned(self, most: int) -> "Curve":
        """Return the same line with so many points at most, both ends among them."""
        count = min(len(self.x), most)
        chosen = np.unique(np.linspace(0, len(self.x) - 1, count).astype(np.int64))
        return Curve(self.x[chosen], self.y[chosen], self.value)


class PerClass(NamedTuple):
    """Figures of every class (C,), 0 where their denominator is 0."""

    precision: Floats
    recall: Floats
    f1: Floats
    support: Ints


def confusion(labels_N: Ints, answers_N: Ints, count: int) -> Ints:
    """Return how often each class (rows) was answered by each (columns), (C, C)."""
    found: Ints = np.bincount(labels_N * count + answers_N, minlength=count * count)
    return found.reshape(count, count)


def per_class(confusion_CC: Ints) -> PerClass:
    """Return precision, recall and F1 of each class, and how many samples it has."""
    right = confusion_CC.diagonal().astype(np.float64)
    answered, support = confusion_CC.sum(0), confusion_CC.sum(1)
    precision, recall = _share(right, answered), _share(right, support)
    return PerClass(precision, recall, _share(2 * right, answered + support), support)


def exchanged(confusion_CC: Ints) -> list[int]:
    """Return classes whose labels look exchanged among each other; often none.

    Each is answered as one other, in more than half of its samples with 95 %
    confidence, and those others lead round in a circle.
    """
    support = confusion_CC.sum(1)
    taken_for = {
        one: int(row.argmax())
        for one, row in enumerate(confusion_CC)
        if row.argmax() != one
        and intervals.wilson(int(row.max()), int(support[one])).low > _MOST
    }
    found = []
    for one, answer in taken_for.items():
        other, steps = answer, 0
        while other != one and other in taken_for and steps < len(taken_for):
            other, steps = taken_for[other], steps + 1
        found += [one] if other == one else []
    return found


def _share(part: Floats, whole: Ints) -> Floats:
    shares: Floats = part / np.maximum(whole, 1)
    return shares


def accuracy(labels_N: Ints, answers_N: Ints) -> Interval:
    """Return the share of right answers with its interval."""
    return intervals.wilson(int((labels_N == answers_N).sum()), len(labels_N))


def macro_f1(labels_N: Ints, answers_N: Ints, count: int) -> Interval:
    """Return the mean F1 of the classes that occur, with its interval.

    A class that is neither labelled nor answered in a resampling doesn't count in it.
    """

    def of(rows_RN: Ints) -> Floats:
        return np.array(
            [_macro(labels_N[row], answers_N[row], count) for row in rows_RN]
        )

    return intervals.bootstrap(len(labels_N), of)


def _macro(labels_N: Ints, answers_N: Ints, count: int) -> float:
    found = confusion(labels_N, answers_N, count)
    occurs = found.sum(0) + found.sum(1) > 0
    return float(per_class(found).f1[occurs].mean())


def roc(scores_N: Floats, positive_N: Ints) -> Curve:
    """Return the ROC curve: false positive rate (x) against true positive rate (y).

    Args:
        scores_N: Higher means more likely positive.
        positive_N: 1 for positive samples, 0 for others.

    Its value is the area: the probability that a positive sample has the higher score
    than a negative one, ties counted half.

    Source: T. Fawcett, "An introduction to ROC analysis", 2006
    """
    hits, false = _counts(scores_N, positive_N)
    if not hits[-1] or not false[-1]:
        return Curve(np.zeros(0), np.zeros(0), float("nan"))
    x = np.concatenate([[0.0], false / false[-1]])
    y = np.concatenate([[0.0], hits / hits[-1]])
    return Curve(x, y, float(((x[1:] - x[:-1]) * (y[1:] + y[:-1]) / 2).sum()))


def precision_recall(scores_N: Floats, positive_N: Ints) -> Curve:
    """Return recall (x) against precision (y); its value is average precision.

    Average precision is Σ (Rₙ − Rₙ₋₁) Pₙ over the thresholds: no line is drawn between
    the points, which would flatter.
    """
    hits, false = _counts(scores_N, positive_N)
    if not hits[-1]:
        return Curve(np.zeros(0), np.zeros(0), float("nan"))
    recall, precision = hits / hits[-1], hits / (hits + false)
    steps = np.diff(recall, prepend=0.0)
    return Curve(recall, precision, float((steps * precision).sum()))


def _counts(scores_N: Floats, positive_N: Ints) -> tuple[Floats, Floats]:
    """Return true and false positives (T,) at each threshold, falling."""
    order = np.argsort(-scores_N, kind="stable")
    scores, positive = scores_N[order], positive_N[order].astype(np.float64)
    ends = np.flatnonzero(np.diff(scores, append=-np.inf))  # equal scores go together
    hits = positive.cumsum()[ends]
    false: Floats = 1.0 + ends - hits
    return hits, false
