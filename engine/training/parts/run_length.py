"""How long a run is, in steps."""

import math

from engine.data.batches import BatchOrder
from engine.graph.settings import Training

_EPOCHS = 10
_MIN_APART = 25
"""Steps between evaluations at ends of epochs: tiny sets shall train, not evaluate."""


class Length:
    """Total steps of a run and the steps to evaluate after.

    Args:
        training: Its settings `steps`, `epochs` and `evaluate_every`.
        order: Tells how many steps make an epoch.

    Attributes:
        is_longer: It was made longer than it was planned: counted anew when it goes on.
    """

    def __init__(self, training: Training, order: BatchOrder) -> None:
        self._steps = training.number("steps")
        self._epochs = training.number("epochs") or _EPOCHS
        self._every = training.number("evaluate_every")
        self._order = order
        self.is_longer = False
        self.total_steps = 0
        self.plan(0)

    def plan(self, step: int) -> None:
        """Count anew after `step` steps, as after a change of the batch size."""
        if self._steps:
            self.total_steps = self._steps
            return
        order = self._order
        whole = max(0, self._epochs - order.epoch - 1) * order.batches_per_epoch
        self.total_steps = step + order.batches_left + whole

    def evaluation_due(self, step: int, evaluated_at: int) -> bool:
        """Return whether to evaluate after `step` steps, if not done so already.

        Without a setting it is at the ends of epochs, at least 25 steps apart.
        """
        if step in {0, evaluated_at}:
            return False
        if step >= self.total_steps:
            return True
        if self._every:
            return step % self._every == 0
        return self._order.at_epoch_start and step - evaluated_at >= _MIN_APART

    @property
    def steps_apart(self) -> int:
        """Steps from one evaluation to the next while batches stay as they are."""
        per_epoch = self._order.batches_per_epoch
        return self._every or math.ceil(_MIN_APART / per_epoch) * per_epoch
