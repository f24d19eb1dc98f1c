"""Whether one network is better than another, over several seeds."""

from dataclasses import dataclass
from typing import Literal

from engine.protocol.commands import Command

Outcome = Literal["first", "second", "unshown", "same"]
"""Which is better; `unshown` where it may be chance, `same` where no seed differs."""


@dataclass(frozen=True)
class Compare(Command["Compared"]):
    """Train two projects over the same seeds. Answer: `Seeded` often, then `Compared`.

    Args:
        first: Text of a project.
        second: Text of another.
        seeds: Seeds of each; fixed before the first is trained.
        score: Loss or metric that decides; empty is the first metric of both.
        before: What is known of the first of these seeds, and was looked at.
    """

    first: str
    second: str
    seeds: int = 5
    score: str = ""
    before: "Compared | None" = None


@dataclass(frozen=True)
class Seeded:
    """One training of many has ended.

    Args:
        done: Trainings that have ended.
        total: Of all.
        which: 0 for the first project, 1 for the second.
        seed: It was trained with.
        value: Its score; NaN when its loss was lost.
    """

    done: int
    total: int
    which: int
    seed: int
    value: float


@dataclass(frozen=True)
class Compared:
    """What is known after some seeds.

    Args:
        score: Name of the loss or metric that decides.
        is_higher_better: The better the higher.
        seeds: In order.
        first: Score of each seed.
        second: The same of the other project.
        mean: Of second minus first.
        low: Where the mean lies with `confidence`, from …
        high: … to.
        confidence: Of this look; see `engine.bench.better.judging`.
        outcome: The answer.
        text: The answer in words.
        looks: How often has been looked, this time included.
    """

    score: str
    is_higher_better: bool
    seeds: tuple[int, ...]
    first: tuple[float, ...]
    second: tuple[float, ...]
    mean: float
    low: float
    high: float
    confidence: float
    outcome: Outcome
    text: str
    looks: int = 1
