"""A relapse: the loss had fallen, and that is lost again."""

import numpy as np

from engine.explain.diagnose import course, fixes
from engine.explain.diagnose.record import Found, Record
from engine.explain.diagnose.rules import momentum
from engine.i18n import tr
from engine.protocol.arrays import Floats
from engine.protocol.findings import Evidence, Finding, number

FAULT = "relapse"
SOURCE = "Pascanu et al. 2013, section 2.3: a step off a cliff of the loss undoes many"
RISE = 1.3
"""Training loss over its lowest before, as means of tenths; healthy ones stay at 1."""
LOST = 0.1
"""Of the first loss: a rise of next to nothing is none."""
GROWN = 2.0
"""‖w‖ now over that at the start: thrown far, not wandering about the goal."""
ENOUGH = 100
"""Steps before which a mean of a tenth is chance."""
SLOWER = 0.1


def check(record: Record) -> Found:
    """Return the finding when it is worse than it was, with weights thrown far."""
    curve, first, sizes = record.loss.tenths(), record.loss.first, record.weight_norms()
    is_alone = record.num_phases == 1 and record.is_whole and len(sizes)
    if momentum.of(record) >= momentum.HIGH:
        return None  # steps that pile up come down again, or are told of as such
    if not is_alone or record.step < ENOUGH or len(curve) < 10 or not first > 0:
        return None
    rise, lowest = _rise(curve)
    grown = float(sizes[-1] / sizes[0]) if sizes[0] > 0 else 1.0
    is_back = curve[-1] < RISE * lowest or curve[-1] - lowest < LOST * first
    if rise < RISE or grown < GROWN or is_back:
        return None
    return Finding(
        FAULT,
        tr("What was learnt is lost again"),
        tr(
            "The training loss was down to {lowest} and rose to {rise} times that; the "
            "weights have become {grown} times as large.",
            lowest=number(lowest),
            rise=number(rise),
            grown=number(grown),
        ),
        tr("Clip the gradient, or lower the learning rate."),
        SOURCE,
        record.places(record.layers),
        (
            Evidence(tr("Training loss over its lowest before"), rise, "≥", RISE,
                     course.of_curve(record, record.loss, "≥", over=lowest)),
            Evidence(tr("‖w‖ now, as a multiple of that at the start"),
                     grown, "≥", GROWN,
                     course.of_samples(record, sizes / (sizes[0] or 1.0), "≥")),
        ),
        (*fixes.clip(record), *fixes.rate(record, SLOWER)),
    )  # fmt: skip


def _rise(curve: Floats) -> tuple[float, float]:
    """Return the largest rise over the lowest mean before it, and that mean."""
    lowest = np.minimum.accumulate(curve)[:-1]
    rises = curve[1:] / np.maximum(lowest, 1e-30)
    worst = int(rises.argmax())
    return float(rises[worst]), float(lowest[worst])
