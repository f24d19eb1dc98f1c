"""Which learning rate? A test that raises it step by step, and a race against yours."""

import math
from collections.abc import Iterator

import numpy as np

from engine.bench.preflight import report
from engine.bench.preflight.rig import Rig
from engine.graph.options import OPTIMIZERS
from engine.graph.problems import Fix
from engine.graph.settings_text import Assign
from engine.i18n import tr
from engine.protocol.bench.preflight import Answered, RangeTest
from engine.protocol.findings import Evidence, Finding, number
from engine.training.parts.phases import PhaseRun

ID = "rate"
TITLE = "Does the learning rate fit?"
SOURCE = "Smith 2017, Cyclical Learning Rates for Training Neural Networks, 3.3"
LOWEST, HIGHEST = 1e-5, 10.0
STEPS, FEWEST = 100, 24
RACE, SHORTEST = 60, 10
"""Steps of the comparison at the two rates, and how few tell nothing."""
_UNTOLD = "There was no time for enough steps, or no rate brought the loss down."
_LOST = 4.0
"""Times the lowest loss, above which the test is over."""
_SMOOTH = 0.8
TOO_LITTLE = 0.05
"""Of what the proposed rate gains in as many steps."""
MARGIN = 8.0
"""A rate is too high only when it is so many times the proposed one."""


Found = tuple[Answered, tuple[RangeTest, ...]]


def check(rig: Rig, budget_s: float) -> Iterator[Found]:
    """Test the rate of the phase that begins.

    Args:
        rig: The training.
        budget_s: For all of it.
    """
    title = tr(TITLE)
    first = [phase for phase in rig.parts.phases if phase.is_on(1)]
    if len(first) != 1:
        text = tr("Phases that learn from each other can't be tested one by one.")
        yield report.untold(ID, title, text), ()
        return
    tested = _tested(rig, first[0], budget_s / 2)
    rig.put_back()
    if tested is None:
        text = tr(_UNTOLD)
        yield report.untold(ID, title, text), ()
        return
    yield _judged(rig, first[0], tested, budget_s / 2), (tested,)
    rig.put_back()


def _tested(rig: Rig, phase: PhaseRun, budget_s: float) -> RangeTest | None:
    """Raise the rate over all that is usual, and stop when the loss is lost."""
    rig.put_back()
    optimizer = rig.optimizer(phase)
    end, smooth, weight, best = rig.clock() + budget_s, 0.0, 0.0, math.inf
    rates: list[float] = []
    losses: list[float] = []
    count, step_s = STEPS, 0.0
    begun = rig.clock()
    for number_, loss in enumerate(rig.learn(phase, optimizer, rig.fresh(STEPS))):
        if number_ == 2:
            step_s = (rig.clock() - begun) / 2
            count = max(FEWEST, min(STEPS, int(budget_s / max(step_s, 1e-6))))
        rate = LOWEST * (HIGHEST / LOWEST) ** (number_ / (count - 1))
        smooth, weight = _SMOOTH * smooth + loss, _SMOOTH * weight + 1
        rates.append(rate)
        losses.append(smooth / weight)
        best = min(best, losses[-1])
        lost = losses[-1] - best > (_LOST - 1) * abs(best) and number_ > 8
        if not math.isfinite(loss) or lost or rig.clock() > end + 2 * step_s:
            break
        if number_ + 1 >= count:
            break
        for group in optimizer.param_groups:
            group["lr"] = rate * group["lr_factor"]
    finite = [(r, x) for r, x in zip(rates, losses, strict=True) if math.isfinite(x)]
    if len(finite) < FEWEST // 2:
        return None
    return _proposal(rig, phase, *map(np.array, zip(*finite, strict=True)))


def _proposal(
    rig: Rig, phase: PhaseRun, rates: np.ndarray, losses: np.ndarray
) -> RangeTest | None:
    """Return the test with the rate that it proposes: a tenth of the lowest loss's."""
    lowest = int(losses.argmin())
    gain = losses[0] - losses[lowest]
    if lowest == 0 or not gain > 0.005 * abs(losses[0]):
        return None
    proposed = float(f"{rates[lowest] / 10:.0e}")
    index = rig.parts.phases.index(phase)
    chosen = rig.parts.training.phases[index]
    present = chosen.optimizer.complete(OPTIMIZERS).get("lr")
    if not isinstance(present, int | float):
        return None
    before = f"{chosen.name}." if len(rig.parts.phases) > 1 else ""
    words = f"{before}lr={proposed:g}"
    return RangeTest(phase.name, rates, losses, float(present), proposed, words)


def _judged(rig: Rig, phase: PhaseRun, tested: RangeTest, budget_s: float) -> Answered:
    """Let both rates run from the same start over the same batches."""
    title = tr(TITLE)
    mine = _race(rig, phase, tested.present, budget_s / 2, RACE)
    theirs = _race(rig, phase, tested.proposed, budget_s / 2, mine[2])
    steps = min(mine[2], theirs[2])
    if steps < SHORTEST:
        text = tr(_UNTOLD)
        return report.untold(ID, title, text)
    start, end = mine[0], mine[1]
    gain, other = start - end, theirs[0] - theirs[1]
    is_high = tested.present > MARGIN * tested.proposed and not gain > 0.25 * other
    is_low = tested.present < tested.proposed / MARGIN and gain < TOO_LITTLE * other
    if other > 0 and (is_high or is_low):
        return report.failed(
            ID, title, [_finding(tested, steps, (start, end, theirs[1]), high=is_high)]
        )
    text = tr(
        "At {rate} the loss goes from {start} to {end} in {n:step|steps}; "
        "at the proposed {proposed} to {theirs}.",
        rate=number(tested.present), start=number(start), end=number(end), n=steps,
        proposed=number(tested.proposed), theirs=number(theirs[1]),
    )  # fmt: skip
    return report.passed(ID, title, text)


def _race(
    rig: Rig, phase: PhaseRun, rate: float, budget_s: float, steps: int
) -> tuple[float, float, int]:
    """Return the loss on the same samples before and after, and the steps between."""
    rig.put_back()
    many = rig.many(phase)
    before, made, end = rig.loss(phase, many), 0, rig.clock() + budget_s
    rig.put_back()
    for loss in rig.learn(phase, rig.optimizer(phase, rate), rig.fresh(steps)):
        if not math.isfinite(loss):
            return before, math.inf, max(made, SHORTEST)
        made += 1
        if rig.clock() > end:
            break
    return before, rig.loss(phase, many), made


def _finding(
    tested: RangeTest, steps: int, losses: tuple[float, float, float], *, high: bool
) -> Finding:
    start, mine, theirs = losses
    end = number(mine) if math.isfinite(mine) else tr("no number any more")
    text = tr(
        "{n:step|steps} at {rate} bring the loss from {start} to {end}; at {proposed} "
        "they bring it to {theirs}.",
        n=steps, rate=number(tested.present), start=number(start), end=end,
        proposed=number(tested.proposed), theirs=number(theirs),
    )  # fmt: skip
    label = tr("Set the learning rate to {lr}", lr=f"{tested.proposed:g}")
    fix = Fix(label, (Assign((tested.assignment,)),))
    limit = tested.proposed * MARGIN if high else tested.proposed / MARGIN
    what = Evidence(tr("Learning rate"), tested.present, "≥" if high else "≤", limit)
    name = tr("Learning rate too high") if high else tr("Learning rate too low")
    fault = "learning_rate_too_high" if high else "learning_rate_too_low"
    words = (name, text, tr("Take the proposed learning rate."))
    return report.finding(fault, words, SOURCE, (), (what,), (fix,))
