"""Weight decay too high: it pulls weights to 0 faster than the data holds them."""

import numpy as np

from engine.explain.diagnose import course, fixes
from engine.explain.diagnose.record import FEW, Found, Record
from engine.i18n import tr
from engine.protocol.findings import Evidence, Finding, number

FAULT = "weight_decay_too_high"
SOURCE = "Krogh & Hertz 1991, A simple weight decay; Loshchilov & Hutter 2019"
WASTED = 0.25
"""‖w‖ now over ‖w‖ at the start; healthy trainings stay above a half."""
NO_BETTER = 0.9
"""Of the first loss: who loses weights but learns has weights to lose."""


def check(record: Record) -> Found:
    """Return the finding when the weights fade away and the loss stands."""
    if not (record.decays and record.is_whole) or record.num_samples < FEW:
        return None
    sizes, first = record.weight_norms(), record.loss.first
    left = float(sizes[-1] / sizes[0]) if sizes[0] > 0 else 1.0
    loss = float(record.loss.tenths()[-1]) / first if first > 0 else 0.0
    if not left <= WASTED or not loss >= NO_BETTER:
        return None
    rows = record.column("weight_norm")
    with np.errstate(all="ignore"):
        faded = np.nan_to_num(rows[-1] / rows[0], nan=1.0) <= WASTED
    return Finding(
        FAULT,
        tr("Weight decay too high"),
        tr(
            "The weights have shrunk to {share} % of their size at the start, and the "
            "loss does not fall.",
            share=number(100 * left),
        ),
        tr("Let less pull the weights towards 0."),
        SOURCE,
        record.places(
            [path for path, is_so in zip(record.layers, faded, strict=True) if is_so]
        ),
        (
            Evidence(
                tr("‖w‖ now, as a share of that at the start"),
                left,
                "≤",
                WASTED,
                course.of_samples(record, sizes / (sizes[0] or 1.0), "≤"),
            ),
            course.share_of_first(record, loss, NO_BETTER),
        ),
        fixes.less_decay(record),
    )
