"""Vanishing gradients: the first layers get next to nothing of the error."""

import numpy as np

from engine.explain.diagnose import course, fixes
from engine.explain.diagnose.record import FEW, Found, Record
from engine.i18n import tr
from engine.protocol.findings import Evidence, Finding, number

FAULT = "vanishing_gradients"
SOURCE = "Hochreiter 1991; Bengio et al. 1994; Glorot & Bengio 2010"
SHARE = 1e-3
"""First layer's ‖g‖ over the last's; healthy networks stay above 0.01."""
LEAST_LAYERS = 3
SOUND = 0.01
"""The same at the start: above it the layers are not to blame but the training."""


def _on_the_way(record: Record, trained: np.ndarray) -> np.ndarray:
    """Return the trained layers between the first one and the loss."""
    if not len(trained):
        return trained
    first = record.layers[trained[0]]
    reached = {first} | record.below(first)
    return np.array([n for n in trained if record.layers[n] in reached], dtype=int)


def _was_sound(record: Record, trained: np.ndarray) -> bool:
    """Return whether the first layer got its share before the first step."""
    first, last = record.column("grad_norm")[0][trained[[0, -1]]]
    return bool(record.is_whole and first > SOUND * last)


def _shares(ends_S2: np.ndarray) -> np.ndarray:
    """Return the first over the last, NaN where that is 0 (S,)."""
    first_S, last_S = ends_S2.T
    with np.errstate(all="ignore"):
        shares_S: np.ndarray = np.where(last_S > 0, first_S / last_S, np.nan)
        return shares_S


def check(record: Record) -> Found:
    """Return the finding when the first layer's gradient is a thousandth."""
    enough = record.num_samples >= (1 if record.has_ended else FEW)
    if not enough or record.num_phases > 1:
        return None
    grads = record.column("grad_norm")
    trained = _on_the_way(record, np.flatnonzero((np.nan_to_num(grads) > 0).any(0)))
    if len(trained) < LEAST_LAYERS:
        return None
    # Medians over time: single batches differ by more than healthy layers do.
    middle = np.median(grads[:, trained], axis=0)
    share = float(middle[0] / middle[-1]) if middle[-1] > 0 else 1.0
    if not share <= SHARE or _was_sound(record, trained):
        return None
    few = [record.layers[i] for i, g in zip(trained, middle, strict=True)
           if g <= SHARE * middle[-1]]  # fmt: skip
    factor = number(1 / share) if share else "∞"
    return Finding(
        FAULT,
        tr("Vanishing gradients"),
        tr(
            "The gradient of the first layer is {factor} times smaller than that of "
            "the last: {n:layer learns|layers learn} nothing.",
            factor=factor,
            n=len(few),
        ),
        tr("Use ReLU instead of sigmoid or tanh, and normalise between the layers."),
        SOURCE,
        record.places(few),
        (
            Evidence(
                tr("‖g‖ of the first layer / of the last"),
                share,
                "≤",
                SHARE,
                course.of_samples(record, _shares(grads[:, trained[[0, -1]]]), "≤"),
            ),
        ),
        fixes.open_up(record),
    )
