"""Which labels are probably wrong, by networks that never saw these samples.

Axes: N samples, C classes.

Source: C. G. Northcutt, L. Jiang & I. L. Chuang, "Confident learning: estimating
    uncertainty in dataset labels", 2021
"""

import numpy as np

from engine.protocol.arrays import Floats, Ints


def thresholds(labels_N: Ints, shares_NC: Floats) -> Floats:
    """Return how sure the networks are of each class where it is the label (C,).

    A class without a label has 1: nothing is confidently of it.
    """
    count = shares_NC.shape[1]
    found = np.ones(count)
    for index in range(count):
        inside = labels_N == index
        if inside.any():
            found[index] = shares_NC[inside, index].mean()
    return found


def confident_classes(labels_N: Ints, shares_NC: Floats) -> Ints:
    """Return the class each sample is confidently of (N,); −1 where of none."""
    is_sure = shares_NC >= thresholds(labels_N, shares_NC)
    masked = np.where(is_sure, shares_NC, -1.0)
    return np.where(is_sure.any(1), masked.argmax(1), -1)


def joint(labels_N: Ints, shares_NC: Floats) -> Ints:
    """Return the confident joint: labels (rows) against confident classes, (C, C)."""
    classes, count = confident_classes(labels_N, shares_NC), shares_NC.shape[1]
    known = classes >= 0
    found: Ints = np.bincount(
        labels_N[known] * count + classes[known], minlength=count * count
    )
    return found.reshape(count, count)


def suspects(labels_N: Ints, shares_NC: Floats) -> Ints:
    """Return the samples whose label is probably wrong, the surest first (K,).

    Those off the diagonal of the confident joint, for which the label is also not the
    most probable class.
    """
    classes = confident_classes(labels_N, shares_NC)
    likely = shares_NC.argmax(1)
    chosen = np.flatnonzero(
        (classes >= 0) & (classes != labels_N) & (likely != labels_N)
    )
    margin = shares_NC[chosen, likely[chosen]] - shares_NC[chosen, labels_N[chosen]]
    order: Ints = chosen[np.argsort(-margin, kind="stable")]
    return order
