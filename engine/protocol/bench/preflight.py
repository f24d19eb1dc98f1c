"""What is told of a training before it begins."""

from __future__ import annotations  # numpy is 140 ms, and only for the types here

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from engine.protocol.commands import Command

if TYPE_CHECKING:
    from engine.protocol.arrays import Floats
    from engine.protocol.findings import Finding

Verdict = Literal["passed", "failed", "untold"]
"""Whether a check found its fault; `untold` where it could not be made."""


@dataclass(frozen=True)
class CalledOff:
    """A trial that was stopped, or had to make room for a run."""


@dataclass(frozen=True)
class CallOff(Command[None]):
    """Stop the trial that is going on; one that is over is no mistake."""


@dataclass(frozen=True)
class LookAhead(Command["Preflight"]):
    """Try a training before it begins. Answer: `Trying` often, then `Preflight`.

    A trial that is called off answers `CalledOff`.

    Args:
        document: Text of the project.
        revision: Handed through.
    """

    document: str
    revision: int = 0


@dataclass(frozen=True)
class Answered:
    """One question that was put to a network.

    Args:
        id: Stable, such as `by_heart`.
        title: The question in words.
        text: One sentence with the number that answers it, or why there is none.
        verdict: The answer.
        findings: What is wrong, each with a fix where there is one.
        seconds: It took.
    """

    id: str
    title: str
    text: str
    verdict: Verdict
    findings: tuple[Finding, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True)
class RangeTest:
    """Losses of a training whose learning rate rises from step to step.

    Args:
        phase: Name of the phase.
        rates: Learning rate of each step (K,).
        losses: Smoothed loss of each (K,).
        present: The rate of the document.
        proposed: The rate that is proposed.
        assignment: What sets it, as in `settings_text`.

    Source: Smith 2017, Cyclical Learning Rates for Training Neural Networks, 3.3
    """

    phase: str
    rates: Floats
    losses: Floats
    present: float
    proposed: float
    assignment: str


@dataclass(frozen=True)
class Trying:
    """Tells which check is being made.

    Args:
        title: Of the check.
        share: Of all checks that are made already.
    """

    title: str
    share: float


@dataclass(frozen=True)
class Preflight:
    """All that a look before the training has told.

    Args:
        revision: Of the document, as in the question.
        checks: In the order in which they were made.
        ranges: Tests of the learning rate, one for each phase that allows one.
        seconds: It took.
    """

    revision: int
    checks: tuple[Answered, ...]
    ranges: tuple[RangeTest, ...] = field(default=())
    seconds: float = 0.0

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is wrong, each fault once."""
        found = [finding for check in self.checks for finding in check.findings]
        return tuple({(f.fault, f.nodes): f for f in found}.values())
