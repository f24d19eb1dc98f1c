"""What a run consists of, counted, and how long it takes when each part is known."""

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.training.parts.phases import PhaseRun
from engine.training.parts.run_length import Length

_MOST_LOOKED_AT = 5_000
"""Steps of a span that are looked at; a longer pattern is taken as even."""


@dataclass(frozen=True)
class Kind:
    """All steps of a run in which the same phases are due.

    Args:
        phases: Indices of the phases.
        count: How many such steps the run has.
        number: One of them; they count from 1.
    """

    phases: tuple[int, ...]
    count: float
    number: int


def kinds(phases: Sequence[PhaseRun], total_steps: int) -> list[Kind]:
    """Return the kinds of steps of a run, in the order in which they first come."""
    found: dict[tuple[int, ...], Kind] = {}
    for start, stop in _spans(phases, total_steps):
        alike = math.lcm(*(phase.every for phase in phases))
        looked_at = min(alike, stop - start, _MOST_LOOKED_AT)
        for number in range(start, start + looked_at):
            due = tuple(i for i, phase in enumerate(phases) if phase.due(number))
            same = len(range(number, stop, alike))
            count = same if looked_at in {alike, stop - start} else _even(start, stop)
            before = found.get(due, Kind(due, 0, number))
            found[due] = Kind(due, before.count + count, before.number)
    return list(found.values())


def _even(start: int, stop: int) -> float:
    return (stop - start) / _MOST_LOOKED_AT


def _spans(phases: Sequence[PhaseRun], total_steps: int) -> Iterator[tuple[int, int]]:
    """Yield first step and end of the spans in which no phase begins or ends."""
    borders = {1, total_steps + 1}
    for phase in phases:
        borders |= {math.ceil(border) for border in phase.borders}
    inside = sorted(border for border in borders if 1 <= border <= total_steps + 1)
    yield from itertools.pairwise(inside)


def num_evaluations(length: Length) -> int:
    """Return how often a run is evaluated; its last step is always followed by one."""
    return math.ceil(length.total_steps / length.steps_apart)


@dataclass(frozen=True)
class Costs:
    """What the parts of a run take.

    Args:
        steps: Count and seconds of each kind of step, without measuring.
        evaluations: Count and seconds of evaluations.
        sample_s: Seconds of measuring all layers once, 0 when that is off.
        sample_apart_s: Seconds from one measurement to the next.
        views_s: Seconds of making all views once, 0 without views.
        views_apart_s: Seconds from one making to the next.
    """

    steps: Sequence[tuple[float, float]]
    evaluations: tuple[int, float]
    sample_s: float = 0.0
    sample_apart_s: float = 1.0
    views_s: float = 0.0
    views_apart_s: float = 1.0

    @property
    def total_s(self) -> float:
        """Seconds of the whole run, from its first step to its last view."""
        bare = sum(count * seconds for count, seconds in self.steps)
        worked = bare + self._samples(bare) * self.sample_s
        worked += self.evaluations[0] * self.evaluations[1]
        makings = 2 + int(
            worked / self.views_apart_s
        )  # before the first and at the end
        return worked + makings * self.views_s

    def _samples(self, bare: float) -> float:
        """Return how many steps are measured: the first after each waiting time."""
        num_steps = sum(count for count, _ in self.steps)
        if not self.sample_s or not bare:
            return 0.0
        step_s = bare / num_steps
        return num_steps / max(1.0, math.ceil(self.sample_apart_s / step_s))
