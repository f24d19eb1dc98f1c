"""Learning rate too high: single steps change the weights by a large part."""

import numpy as np

from engine.explain.diagnose import course, fixes
from engine.explain.diagnose.record import Found, Record
from engine.explain.diagnose.rules import dead_relu
from engine.i18n import tr
from engine.protocol.findings import Evidence, Finding, number

FAULT = "learning_rate_too_high"
SOURCE = "LeCun et al. 1998, Efficient BackProp: η > 2/λ diverges; ‖Δw‖/‖w‖ ≈ 0.001"
LARGE = 0.3
"""‖Δw‖/‖w‖; healthy trainings begin under 0.15 and go on near 0.001 to 0.01."""
HEALTHY = 0.01
NO_BETTER = 0.95
"""Of the first loss: a training that works falls under it within its first tenth."""
WHOLE, LEFT = 1.0, 0.2
"""‖Δw‖/‖w‖ of a step that leaves nothing of the weights, and the share of the first
loss above which a training did not get over it."""
KILLING = 0.1
"""‖Δw‖/‖w‖ of a step that may shut ReLUs for good."""
WASTED = 0.5
"""‖w‖ now over that at the start: under it decay may have made the ratio large."""
SOON = 20
"""Steps before which the loss says nothing."""


def check(record: Record) -> Found:
    """Return the finding when steps are huge and the loss falls not, or units die."""
    if not record.is_whole or not record.num_samples:
        return None
    return _from_steps(record) or _from_deaths(record)


def ratios(record: Record) -> np.ndarray:
    """Return ‖Δw‖/‖w‖ (S,), 0 where decay has made the weights small by then."""
    ratio = record.moving_ratio()
    # Decay towards 0 makes any step large beside what is left of the weights.
    if record.decays:
        sizes = record.weight_norms()
        ratio = np.where(sizes >= WASTED * sizes[0], ratio, 0.0)
    return ratio


def is_in_vain(record: Record) -> bool:
    """Return whether the loss is lost or no better than the first."""
    first, last = record.loss.first, float(record.loss.tenths()[-1])
    is_worse = record.loss.count >= SOON and last >= NO_BETTER * first > 0
    return record.has_diverged or is_worse


def _from_deaths(record: Record) -> Found:
    """Return the finding when ReLUs that were open were shut by large steps."""
    dead = dead_relu.died(record, dead_relu.shut(record))
    if not dead:
        return None
    worst = max(dead, key=lambda path: dead[path])
    row = _hardest(record, worst)
    if row < 0:
        return None
    ratio = float(np.nan_to_num(record.column("update_ratio")[:, row]).max())
    if ratio < KILLING:
        return None
    start = record.dead_at_start.shares[worst]
    return Finding(
        FAULT,
        tr("Learning rate too high"),
        tr(
            "Large steps have shut {percent} % of the units of a ReLU for all of "
            "{n:sample|samples}; before the first step it was {start} %.",
            percent=number(100 * dead[worst]),
            n=number(record.dead.samples),
            start=number(100 * start),
        ),
        tr("Lower the learning rate until a step changes weights by about 1 %."),
        SOURCE,
        record.places(dead),
        _killed(record, worst, row, dead[worst]),
        fixes.rate(record, HEALTHY / ratio, record.movers[row]),
    )


def _killed(record: Record, path: str, row: int, dead: float) -> tuple[Evidence, ...]:
    """Return the largest step of a row, and the units that it has shut."""
    ratios = np.nan_to_num(record.column("update_ratio")[:, row])
    start = record.dead_at_start.shares[path]
    return (
        Evidence(
            tr("‖Δw‖/‖w‖ in one step"),
            float(ratios.max()),
            "≥",
            KILLING,
            course.of_samples(record, record.column("update_ratio")[:, row], "≥"),
        ),
        Evidence(
            tr("Units that no sample opens"),
            dead,
            "≥",
            dead_relu.SHARE,
            dead_relu.course_of(record, path),
        ),
        Evidence(tr("The same before the first step"), start, "≤", dead_relu.ALIVE),
    )


def _hardest(record: Record, path: str) -> int:
    """Return the row of the layer before a node with the largest ‖Δw‖/‖w‖, or −1."""
    above = record.above(path)
    rows = [n for n, layer in enumerate(record.layers) if layer in above]
    if not rows:
        return -1
    most = np.nan_to_num(record.column("update_ratio")[:, rows]).max(axis=0)
    return rows[int(most.argmax())]


def _limits(record: Record, most: float) -> tuple[float, float] | None:
    """Return what the largest step and the loss have reached; None if that is fair."""
    first, last = record.loss.first, float(record.loss.tenths()[-1])
    if most >= LARGE and is_in_vain(record):
        return LARGE, NO_BETTER
    is_poor = record.loss.count >= SOON and last >= LEFT * first > 0
    return (WHOLE, LEFT) if most >= WHOLE and is_poor else None


def _from_steps(record: Record) -> Found:
    # The largest single step counts: after it, a rate that was far too high looks
    # healthy again, as nothing moves any more.
    ratio = ratios(record)
    worst = int(ratio.argmax())
    most = float(ratio[worst])
    limits = _limits(record, most)
    if limits is None:
        return None
    rows = np.nan_to_num(record.column("update_ratio")[worst])
    hardest = int(rows.argmax())
    layers = [path for path, r in zip(record.layers, rows, strict=True) if r >= LARGE]
    steps = course.of_samples(record, ratio, "≥")
    evidence = [Evidence(tr("‖Δw‖/‖w‖ in one step"), most, "≥", limits[0], steps)]
    if not record.has_diverged:
        share = float(record.loss.tenths()[-1]) / record.loss.first
        evidence.append(course.share_of_first(record, share, limits[1]))
    text = tr(
        "One step changes the weights by {ratio} times their own size, and the "
        "loss does not fall.",
        ratio=number(most),
    )
    if limits[1] == LEFT:
        text = tr(
            "One step has changed the weights by {ratio} times their own size, and "
            "the training has not got over it.",
            ratio=number(most),
        )
    return Finding(
        FAULT,
        tr("Learning rate too high"),
        text,
        tr("Lower the learning rate until a step changes weights by about 1 %."),
        SOURCE,
        record.places(layers),
        tuple(evidence),
        fixes.rate(record, HEALTHY / most, record.movers[hardest]),
    )
