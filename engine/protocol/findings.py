"""What a diagnosis tells: faults of a training, with numbers, and what mends them."""

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

from engine.graph.problems import Fix

Comparison: TypeAlias = Literal["≤", "≥"]
Course: TypeAlias = tuple[tuple[int, float], ...]
"""Steps, in order, with a number each."""
MOST_POINTS = 48
"""Of a course."""


@dataclass(frozen=True)
class Evidence:
    """One number that was measured, beside the limit that makes it a fault.

    Args:
        what: What was measured, in words.
        value: The number.
        comparison: How it stands to the limit.
        limit: Where the fault begins.
        course: How the number has come about, where the rule looks at that.
    """

    what: str
    value: float
    comparison: Comparison
    limit: float
    course: Course = ()

    @property
    def text(self) -> str:
        """The number with its limit, such as `1.2 × 10⁻¹¹ ≤ 0.001`."""
        return f"{number(self.value)} {self.comparison} {number(self.limit)}"


@dataclass(frozen=True)
class Finding:
    """One fault of a training.

    Args:
        fault: Stable id, such as `vanishing_gradients`.
        title: Its name in words.
        text: One sentence: what goes wrong, with the number that shows it best.
        advice: One sentence: what to do.
        source: Paper or definition that the rule follows.
        nodes: Places on the canvas, the first one first.
        evidence: The numbers.
        fixes: What one click can do; the preset's own fix stands first.
        step: Steps made when it was first told.
    """

    fault: str
    title: str
    text: str
    advice: str
    source: str
    nodes: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    fixes: tuple[Fix, ...] = ()
    step: int = 0


_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number(value: float) -> str:
    """Return a number with two or three digits, such as 0.15, 1,234 or 4.7 × 10⁻¹¹."""
    size = abs(value)
    if not math.isfinite(value) or value == 0 or 1e-4 <= size < 1000:
        return f"{value:.3g}"
    if 1000 <= size < 1e6:
        return f"{value:,.0f}"
    digits, _, power = f"{value:.1e}".partition("e")
    return f"{digits.removesuffix('.0')} × 10{str(int(power)).translate(_RAISED)}"
