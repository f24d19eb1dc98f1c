"""What a diagnosis tells: faults of a training, with numbers, and what cures them."""

from dataclasses import dataclass
from typing import Literal

from engine.graph.edits import Fix


@dataclass(frozen=True)
class Evidence:
    """One number that was measured, beside the limit that makes it a fault.

    Args:
        what: What was measured, in words.
        value: The number.
        comparison: How it stands to the limit.
        limit: Where the fault begins.
    """

    what: str
    value: float
    comparison: Literal["≤", "≥"]
    limit: float

    @property
    def text(self) -> str:
        """The number with its limit, such as `1.2e-11 ≤ 0.001`."""
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
        fixes: What one click can do; the preset's own cure stands first.
        step: Steps made when it was found.
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


def number(value: float) -> str:
    """Return a number with three digits, short and readable."""
    return f"{value:,.0f}" if 1000 <= abs(value) < 1e6 else f"{value:.3g}"
