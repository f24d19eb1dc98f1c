"""Learning rate too high: single steps change the weights by a large part."""

from engine.explain.diagnose import fixes
from engine.explain.diagnose.record import Found, Record
from engine.i18n import tr
from engine.protocol.findings import Evidence, Finding, number

FAULT = "learning_rate_too_high"
SOURCE = "LeCun et al. 1998, Efficient BackProp: η > 2/λ diverges; ‖Δw‖/‖w‖ ≈ 0.001"
LARGE = 0.3
"""‖Δw‖/‖w‖; healthy trainings begin under 0.15 and go on near 0.001 to 0.01."""
HEALTHY = 0.01
NO_BETTER = 0.95
"""Of the first loss: a training that works falls under it within its first tenth."""
SOON = 20
"""Steps before which the loss says nothing."""


def check(record: Record) -> Found:
    """Return the finding when steps are huge and the loss does not fall."""
    ratio = record.moving_ratio()
    if not record.is_whole or not len(ratio) or ratio.max() < LARGE:
        return None
    first, last = record.loss.first, float(record.loss.tenths()[-1])
    is_worse = record.loss.count >= SOON and last >= NO_BETTER * first > 0
    if not (record.has_diverged or is_worse):
        return None
    worst = int(ratio.argmax())
    rows = record.column("update_ratio")[worst]
    layers = [path for path, r in zip(record.layers, rows, strict=True) if r >= LARGE]
    evidence = [Evidence(tr("‖Δw‖/‖w‖ in one step"), float(ratio[worst]), "≥", LARGE)]
    if not record.has_diverged:
        what = tr("Training loss now, as a share of the first")
        evidence.append(Evidence(what, last / first, "≥", NO_BETTER))
    return Finding(
        FAULT,
        tr("Learning rate too high"),
        tr(
            "One step changes the weights by {ratio} times their own size, and the "
            "loss does not fall.",
            ratio=number(float(ratio[worst])),
        ),
        tr("Lower the learning rate until a step changes weights by about 1 %."),
        SOURCE,
        record.places(layers),
        tuple(evidence),
        fixes.rate(record, HEALTHY / float(ratio[worst])),
    )
