"""Clipped too small: of the gradient next to nothing is left for the step."""

import math

import numpy as np

from engine.explain.diagnose import course, fixes
from engine.explain.diagnose.record import FEW, Found, Record
from engine.graph.options import OPTIMIZERS
from engine.i18n import tr
from engine.protocol.findings import Evidence, Finding, number

FAULT = "clipped_too_small"
SOURCE = "Pascanu et al. 2013: clip near the usual size of the gradient"
CUT = 10.0
"""‖g‖ over what clipping leaves of it, in the middle of all measured steps."""
NO_BETTER = 0.9
"""Of the first loss."""
ENOUGH = 50
"""Steps before which nobody expects much."""


def check(record: Record) -> Found:
    """Return the finding when clipping leaves little and the loss stands."""
    first = record.loss.first
    limit = None if record.num_phases > 1 else _limit(record)
    if (
        limit is None
        or not _slows(record, limit)
        or record.num_samples < FEW
        or record.step < ENOUGH
    ):
        return None
    sizes = np.sqrt(np.nansum(record.column("grad_norm") ** 2, axis=1))
    usual = float(np.median(sizes))
    cut = usual / limit
    loss = float(record.loss.tenths()[-1]) / first if first > 0 else 0.0
    if not cut >= CUT or not loss >= NO_BETTER:
        return None
    return Finding(
        FAULT,
        tr("Gradient clipped too small"),
        tr(
            "Clipping makes the gradient {cut} times smaller, and the loss hardly "
            "falls.",
            cut=number(cut),
        ),
        tr("Clip near the usual size of the gradient, which is {n}.", n=number(usual)),
        SOURCE,
        record.places(record.layers[-1:]),
        (
            Evidence(
                tr("‖g‖ over what clipping leaves"),
                cut,
                "≥",
                CUT,
                course.of_samples(record, sizes / limit, "≥"),
            ),
            course.share_of_first(record, loss, NO_BETTER),
        ),
        fixes.clip_less(record, usual),
    )


def _slows(record: Record, limit: float) -> bool:
    """Return whether steps get smaller with the gradient.

    What divides by the gradient's size keeps its steps, until ε is the larger of both.
    """
    optimizer = record.project.training.phases[0].optimizer
    eps = optimizer.complete(OPTIMIZERS).get("eps")
    if not isinstance(eps, int | float):
        return True
    return limit / math.sqrt(max(1, _count(record))) < eps


def _count(record: Record) -> int:
    moved = zip(record.num_weights, record.movers, strict=True)
    return sum(num for num, mover in moved if mover >= 0)


def _limit(record: Record) -> float | None:
    """Return the largest norm that is left after clipping; None without clipping."""
    phase = record.project.training.phases[0]
    norm, value = phase.value("clip_norm"), phase.value("clip_value")
    limits = [float(norm)] if isinstance(norm, int | float) and norm > 0 else []
    if isinstance(value, int | float) and value > 0:
        limits.append(float(value) * math.sqrt(_count(record)))
    return min(limits, default=None)
