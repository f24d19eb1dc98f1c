"""Dead ReLUs: units that no sample opens put out nothing and learn nothing."""

from engine.explain.diagnose import fixes
from engine.explain.diagnose.record import Found, Record
from engine.i18n import tr
from engine.protocol.findings import Evidence, Finding, number

FAULT = "dead_relu"
SOURCE = "Maas et al. 2013; Lu et al. 2020, Dying ReLU and initialization"
SHARE = 0.9
"""Of a layer's units; a third of them closed for every sample is common."""


def check(record: Record) -> Found:
    """Return the finding when nearly all units of a ReLU stay shut."""
    found = record.dead
    dead = {path: share for path, share in found.shares.items() if share >= SHARE}
    if not dead:
        return None
    worst = max(dead.values())
    return Finding(
        FAULT,
        tr("Dead ReLUs"),
        tr(
            "{percent} % of the units of a ReLU stay shut for all of {n} samples: no "
            "output, and no gradient for the layers before it.",
            percent=number(100 * worst),
            n=found.samples,
        ),
        tr("Let some gradient through: leaky ReLUs, and weights that start near 0."),
        SOURCE,
        record.places(dead),
        (Evidence(tr("Units that no sample opens"), worst, "≥", SHARE),),
        fixes.leaky(record, dead),
    )
