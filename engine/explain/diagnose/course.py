"""How a number of a finding has come about: its course over the steps, thinned.

Axes: S measurements.
"""

from collections.abc import Callable

import numpy as np

from engine.explain.diagnose.curve import Curve
from engine.explain.diagnose.record import Record
from engine.i18n import tr
from engine.protocol.arrays import Floats
from engine.protocol.findings import MOST_POINTS, Comparison, Course, Evidence
from engine.protocol.messages import Evaluation


def along(steps: Floats, values: Floats, comparison: Comparison) -> Course:
    """Return the points of equal parts that are nearest to the fault, and the last.

    Args:
        steps: Of the values (S,).
        values: (S,); what is no finite number is left out.
        comparison: Of the evidence: the largest of a part for “≥”.
    """
    known = np.isfinite(values)
    steps, values = steps[known], values[known]
    if len(steps) < 2:
        return ()
    last = len(steps) - 1
    parts = np.array_split(np.arange(last), min(MOST_POINTS - 1, last))
    pick = np.argmax if comparison == "≥" else np.argmin
    chosen = [*(int(part[pick(values[part])]) for part in parts), last]
    return tuple((int(steps[i]), float(values[i])) for i in chosen)


def of_samples(record: Record, values: Floats, comparison: Comparison) -> Course:
    """Return the course of a value of every measurement (S,)."""
    return along(record.sample_steps(), values, comparison)


def of_share(record: Record, comparison: Comparison = "≥") -> Course:
    """Return the course of the training loss as a share of the first."""
    first = record.loss.first
    return of_curve(record, record.loss, comparison, over=first) if first > 0 else ()


def share_of_first(record: Record, now: float, limit: float) -> Evidence:
    """Return the evidence that the training loss hasn't fallen below a share."""
    what = tr("Training loss now, as a share of the first")
    return Evidence(what, now, "≥", limit, of_share(record))


def of_curve(
    record: Record,
    curve: Curve,
    comparison: Comparison,
    *,
    over: float = 1.0,
    less: float = 0.0,
) -> Course:
    """Return the course of a loss: its means, less a number, over another."""
    ends, means = curve.points()
    if not curve.count:
        return ()
    made = record.step - record.first_step
    steps = np.round(record.first_step + made * ends / curve.count)
    return along(steps, (means - less) / over, comparison)


def of_evaluations(
    record: Record, value: Callable[[Evaluation], float | None], comparison: Comparison
) -> Course:
    """Return the course of what is made of each evaluation; None leaves one out."""
    found = [(each.step, value(each)) for each in record.evaluations]
    known = [(step, x) for step, x in found if x is not None]
    points_S2 = np.array(known, dtype=np.float64).reshape(-1, 2)
    return along(points_S2[:, 0], points_S2[:, 1], comparison)


def of_pairs(
    record: Record,
    name: str,
    value: Callable[[float, float], float],
    comparison: Comparison,
) -> Course:
    """Return the course of what is made of validation and training value of a score."""

    def both(each: Evaluation) -> float | None:
        new, known = each.values.get(name), each.train_values.get(name)
        is_same = each.values == each.train_values  # there is no validation part
        return None if is_same or new is None or known is None else value(new, known)

    return of_evaluations(record, both, comparison)
