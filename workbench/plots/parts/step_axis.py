"""The axis that all charts over time share: steps inside, epochs in words."""

from engine.i18n import tr
from workbench.plots.parts.chart import Axis
from workbench.plots.parts.ranges import Ticks, number, tick_step, whole_ticks

PX_PER_TICK = 70
_FEWEST_EPOCHS = 2


def step_ticks(
    low: float, high: float, count: int, per_epoch: int
) -> tuple[Ticks, str]:
    """Return ticks at round epochs, or round steps of short runs; and what they are.

    Args:
        low: First step in view.
        high: Last step in view.
        count: About how many ticks.
        per_epoch: Steps that make an epoch; 0 where nobody knows.
    """
    epochs = (high - low) / per_epoch if per_epoch > 0 else 0
    if epochs < _FEWEST_EPOCHS:
        return whole_ticks(low, high, count), tr("step")
    every = max(round(tick_step(0, epochs, count)), 1)
    first = -(-int(low) // per_epoch)
    first = -(-first // every) * every
    marks = range(first, int(high // per_epoch) + 1, every)
    return tuple((n * per_epoch, number(n)) for n in marks), tr("epoch")


def step_axis(high: float, per_epoch: int) -> Axis:
    """Return the axis of a painted chart from step 0 on."""
    found, label = step_ticks(0, high, 8, per_epoch)
    return Axis(0, high, found, label)
