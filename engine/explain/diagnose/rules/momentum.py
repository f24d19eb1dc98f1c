"""Momentum too high: sound steps pile up to huge ones."""

from engine.explain.diagnose import course, fixes
from engine.explain.diagnose.record import Found, Record
from engine.explain.diagnose.rules import too_fast
from engine.graph.options import OPTIMIZERS
from engine.i18n import tr
from engine.protocol.findings import Evidence, Finding, number

FAULT = "momentum_too_high"
SOURCE = "Sutskever et al. 2013: steps grow to η/(1−μ) times the gradient"
HIGH = 0.95
"""μ, from which on more than 20 steps add up."""
PILED, TIMES = 0.05, 5.0
"""‖Δw‖/‖w‖ of the largest step, and that over the first one's."""
SOUND = 0.1
"""‖Δw‖/‖w‖ of the first step, in which there is no momentum yet."""


def of(record: Record) -> float:
    """Return the momentum of the first phase, 0 where there is none."""
    phase = record.project.training.phases[0]
    momentum = phase.optimizer.complete(OPTIMIZERS).get("momentum")
    return float(momentum) if isinstance(momentum, int | float) else 0.0


def check(record: Record) -> Found:
    """Return the finding when only the sum of many steps is too large."""
    momentum = of(record)
    if momentum < HIGH:
        return None
    if record.num_phases > 1 or not record.is_whole or not record.num_samples:
        return None
    ratio = too_fast.ratios(record)
    first, most = float(ratio[0]), float(ratio.max())
    limit = min(too_fast.LARGE, max(PILED, TIMES * first))
    if first > SOUND or most < limit or not too_fast.is_in_vain(record):
        return None
    return Finding(
        FAULT,
        tr("Momentum too high"),
        tr(
            "The first step changed the weights by {first} % of their size, but steps "
            "pile up to {most} times it.",
            first=number(100 * first),
            most=number(most / first if first else most),
        ),
        tr("Lower the momentum to 0.9."),
        SOURCE,
        record.places(record.layers),
        (
            Evidence(tr("Momentum"), momentum, "≥", HIGH),
            Evidence(
                tr("‖Δw‖/‖w‖ in one step"),
                most,
                "≥",
                limit,
                course.of_samples(record, ratio, "≥"),
            ),
        ),
        fixes.less_momentum(),
    )
