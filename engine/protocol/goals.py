"""What the phases of a run minimise, and when."""

import math
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class PhaseGoal:
    """What one phase minimises, and when it runs.

    Args:
        losses: Path of a loss → its factor in the sum that is minimised.
        first: Its first step, from 1.
        last: Its last step; 0 when it goes on to the end of the run.
    """

    losses: dict[str, float]
    first: int = 1
    last: int = 0

    def is_active(self, step: int) -> bool:
        """Return whether a step lies between its first and its last one."""
        return self.first <= step and (not self.last or step <= self.last)

    def value(self, values: Mapping[str, float]) -> float:
        """Return the weighted sum of its losses among evaluated values, or NaN."""
        known = [values.get(path, math.nan) * w for path, w in self.losses.items()]
        return math.fsum(known) if all(map(math.isfinite, known)) else math.nan
