"""Mode collapse: whatever the noise is, the generator makes nearly the same sample."""

import numpy as np

from engine.explain.diagnose import course, fixes
from engine.explain.diagnose.record import Found, Record
from engine.explain.diagnose.rules import adversaries
from engine.i18n import tr
from engine.protocol.findings import Evidence, Finding, number

FAULT = "mode_collapse"
SOURCE = "Goodfellow 2016, NIPS tutorial on GANs, 5.1.1; Salimans et al. 2016"
FEW = 0.25
"""Deviation of what is made over that of what is real; healthy ones reach 0.8."""


def check(record: Record) -> Found:
    """Return the finding when made samples differ far less than real ones."""
    pair = adversaries.pair_of(record)
    if pair is None or record.spread is None or adversaries.is_early(record):
        return None
    if record.spread > FEW:
        return None
    looks = np.array(record.spreads, dtype=np.float64)
    return Finding(
        FAULT,
        tr("Mode collapse"),
        tr(
            "What the generator makes varies {share} % as much as what is real: for "
            "all noise it makes nearly the same.",
            share=number(100 * record.spread),
        ),
        tr(
            "Let noise reach the generator, slow it down beside the discriminator, or "
            "let the discriminator compare samples."
        ),
        SOURCE,
        adversaries.places(record, pair.maker),
        (
            Evidence(
                tr("Deviation of made samples over that of real ones"),
                record.spread, "≤", FEW, course.along(looks.T[0], looks.T[1], "≤"),
            ),
        ),
        fixes.slow_maker(record, pair.judge, pair.maker),
    )  # fmt: skip
