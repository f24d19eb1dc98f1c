"""Dead ReLUs: units that no sample opens put out nothing and learn nothing."""

from collections.abc import Mapping

import numpy as np

from engine.explain.diagnose import course, fixes
from engine.explain.diagnose.fixes import Fixes
from engine.explain.diagnose.record import Found, Record
from engine.explain.diagnose.rules import collapse
from engine.i18n import tr
from engine.protocol.findings import Course, Evidence, Finding, number

FAULT = "dead_relu"
SOURCE = "Maas et al. 2013; Lu et al. 2020, Dying ReLU and initialization"
SHARE = 0.9
"""Of a layer's units; a third of them closed for every sample is common."""


ALIVE = 0.5
"""Share that was shut before the first step; with less the training has done it."""


def shut(record: Record) -> dict[str, float]:
    """Return the ReLUs of which nearly all units stay shut.

    One that only a penalty reads is left out: there 0 is what is wanted. So is one
    before a code of which nobody knows yet whether it stays empty and has no use of it.
    """
    shares = record.dead.shares.items()
    dead = {path: share for path, share in shares if share >= SHARE}
    return {path: share for path, share in dead.items() if _counts(record, path)}


def died(record: Record, dead: Mapping[str, float]) -> dict[str, float]:
    """Return those of `dead` that were open at the start."""
    start = record.dead_at_start.shares
    return {path: s for path, s in dead.items() if start.get(path, 1.0) <= ALIVE}


def _open(record: Record, dead: Mapping[str, float]) -> Fixes:
    """Offer a normalisation before ReLUs that were shut from the start.

    What shuts them stands before them: a slope alone does not take it away, and is
    offered for those alone that the training has shut.
    """
    start = record.dead_at_start.shares
    born = [path for path in dead if start.get(path, 0.0) > ALIVE]
    rest = [path for path in dead if path not in born]
    return (*fixes.normalise(record, born), *fixes.leaky(record, rest))


def course_of(record: Record, path: str) -> Course:
    """Return the shut share of a ReLU at every look."""
    looks = [(step, shares.get(path, np.nan)) for step, shares in record.dead_looks]
    points_S2 = np.array(looks, dtype=np.float64).reshape(-1, 2)
    return course.along(points_S2[:, 0], points_S2[:, 1], "≥")


def _counts(record: Record, path: str) -> bool:
    ends = record.losses_below[path]
    may_be_empty = "kl_gaussian" in ends and collapse.is_early(record)
    return ends != {"minimise"} and not may_be_empty


def check(record: Record) -> Found:
    """Return the finding when nearly all units of a ReLU stay shut."""
    dead = shut(record)
    if not dead:
        return None
    worst = max(dead, key=lambda path: dead[path])
    return Finding(
        FAULT,
        tr("Dead ReLUs"),
        tr(
            "{percent} % of the units of a ReLU stay shut for all of "
            "{n:sample|samples}: no output, and no gradient for the layers before it.",
            percent=number(100 * dead[worst]),
            n=number(record.dead.samples),
        ),
        tr("Let some gradient through: leaky ReLUs, and weights that start near 0."),
        SOURCE,
        record.places(dead),
        (
            Evidence(
                tr("Units that no sample opens"),
                dead[worst],
                "≥",
                SHARE,
                course_of(record, worst),
            ),
        ),
        _open(record, dead),
    )
