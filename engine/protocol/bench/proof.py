"""Whether a cure helps: the same training before and after it, from the same seed."""

from __future__ import annotations  # numpy is 140 ms, and only for the types here

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from engine.protocol.commands import Command

if TYPE_CHECKING:
    from engine.protocol.arrays import Floats

Verdict = Literal["helps", "same", "hurts", "unproved"]


@dataclass(frozen=True)
class Prove(Command["Proved"]):
    """Train two projects from one seed. Answer: `Proving` often, then `Proved`.

    Args:
        before: Text of the project with the fault.
        after: Text of the project that the cure has made.
        seed: Of both; −1 is that of the first project.
    """

    before: str
    after: str
    seed: int = -1


@dataclass(frozen=True)
class Proving:
    """How far it is, and the curve of one of the two so far.

    Args:
        which: 0 before the cure, 1 after it.
        step: Steps made.
        total: Of this training.
        score: Name of what is compared.
        curve: Step and value of each evaluation (K, 2).
    """

    which: int
    step: int
    total: int
    score: str
    curve: Floats


@dataclass(frozen=True)
class Proved:
    """The answer.

    Args:
        verdict: What the cure does in this training; `unproved` where both scores
            can't be compared.
        text: One or two sentences.
        score: Name of the loss or metric that was compared.
        is_higher_better: The better the higher.
        before: What the training came to; NaN when its loss was lost.
        after: The same with the cure.
        seed: Of both.
    """

    verdict: Verdict
    text: str
    score: str
    is_higher_better: bool
    before: float
    after: float
    seed: int
