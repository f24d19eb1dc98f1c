"""Learning rate too low: the weights hardly move, and so does the loss."""

import numpy as np

from engine.explain.diagnose import course, fixes
from engine.explain.diagnose.record import FEW, Found, Record
from engine.i18n import tr
from engine.protocol.findings import Evidence, Finding, number

FAULT = "learning_rate_too_low"
SOURCE = "Karpathy, CS231n: ‖Δw‖/‖w‖ should be about 0.001 per step"
SMALL = 1e-4
"""‖Δw‖/‖w‖; a tenth of the usual 0.001."""
HEALTHY = 0.01
STILL = 0.5
"""Of the first loss: what has fallen further does learn."""
ENOUGH = 100
"""Steps before which nobody expects much."""
SHARE = 0.2
"""Of the run: a warm-up is over by then."""


def check(record: Record) -> Found:
    """Return the finding when all steps so far were tiny and the loss stands."""
    ratio = record.moving_ratio()
    is_early = record.step < max(ENOUGH, SHARE * record.total_steps)
    if is_early and not (record.has_ended and record.step >= ENOUGH):
        return None
    fewest = FEW - 1 if record.has_ended else FEW  # a quick run is measured seldom
    if not record.is_whole or record.is_pretrained or len(ratio) < fewest:
        return None
    largest, first = float(ratio.max()), record.loss.first
    fallen = float(record.loss.tenths()[-1]) / first if first else 0.0
    offers = fixes.rate(record, HEALTHY / largest) if largest > 0 else ()
    if not 0 < largest <= SMALL or fallen < STILL:
        return None
    if record.num_phases == 1 and not offers:
        return None  # no rate that can be set is high enough: it is not the rate
    return Finding(
        FAULT,
        tr("Learning rate too low"),
        tr(
            "No step has changed the weights by more than {ratio} of their size; at "
            "this pace learning takes {n} times as long.",
            ratio=number(largest),
            n=f"{HEALTHY / 10 / largest:.0f}",
        ),
        tr("Raise the learning rate until a step changes weights by 0.1 to 1 %."),
        SOURCE,
        record.places(_moving(record)),
        (
            Evidence(
                tr("Largest ‖Δw‖/‖w‖ in one step"),
                largest,
                "≤",
                SMALL,
                course.of_samples(record, ratio, "≥"),
            ),
            course.share_of_first(record, fallen, STILL),
        ),
        offers,
    )


def _moving(record: Record) -> list[str]:
    """Return the layers that have moved at all."""
    moving = np.flatnonzero((record.column("update_ratio") > 0).any(axis=0))
    return [record.layers[index] for index in moving]
