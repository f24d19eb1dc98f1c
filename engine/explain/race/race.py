"""All racers on one net, from the same weights, with the same number of evaluations."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch

from engine.explain.race.objective import Objective, SpentError
from engine.explain.race.racers import RACERS
from engine.explain.race.widths import num_weights
from engine.graph.model import Project
from engine.training.machine import rng_state
from engine.training.parts.assembly import assemble

_APART = 20
"""Evaluations after which a racer is told of again."""


@dataclass(frozen=True)
class Lane:
    """How far one of them has come.

    Args:
        racer: Its id in `RACERS`.
        evaluations: Used.
        loss: The lowest so far.
        curve: (evaluations, lowest loss so far).
    """

    racer: str
    evaluations: int
    loss: float
    curve: tuple[tuple[int, float], ...]


@dataclass(frozen=True)
class Race:
    """One race, to be run.

    Args:
        project: A document with one phase.
        budget: Evaluations for each racer; a backward pass counts as two.
        rate: Of the steps.
        seed: Of weights, batch and guesses.
    """

    project: Project
    budget: int
    rate: float = 0.03
    seed: int = 0

    def run(self, stopped: Callable[[], bool] = lambda: False) -> Iterator[Lane]:
        """Yield how far each has come, now and then; all go at the same pace.

        Args:
            stopped: Whether to end early; asked between two steps.

        Raises:
            EngineError: When the project can't be trained, or has several phases.

        Threads: the one that trains; torch's random numbers are put back.
        """
        outside = rng_state.state(torch.device("cpu"))
        try:
            yield from self._lanes(stopped)
        finally:
            rng_state.restore(outside, torch.device("cpu"))

    @property
    def num_weights(self) -> int:
        """How many weights are looked for."""
        return num_weights(self.project)

    def _start(self) -> Objective:
        parts = assemble(self.project, "cpu", self.seed)
        rng_state.seed(self.seed)
        batch = parts.feeds.next()
        random = rng_state.state(parts.device)
        program = parts.phases[0].program
        program.enter()
        return Objective(program, batch, random, self.budget)

    def _lanes(self, stopped: Callable[[], bool]) -> Iterator[Lane]:
        """Let the one go on that has used least."""
        num_weights(self.project)  # refuses several phases
        objectives = {name: self._start() for name in RACERS}
        going = {
            name: racer(
                objectives[name],
                self.rate,
                torch.Generator().manual_seed(self.seed),
            )
            for name, racer in RACERS.items()
        }
        told = dict.fromkeys(RACERS, 0)
        while going and not stopped():
            name = min(going, key=lambda each: objectives[each].spent)
            objective = objectives[name]
            try:
                next(going[name])
            except SpentError:
                del going[name]
            is_due = objective.spent - told[name] >= _APART
            if is_due or name not in going:
                told[name] = objective.spent
                yield _lane(name, objective)


def _lane(name: str, objective: Objective) -> Lane:
    return Lane(name, objective.spent, objective.best, tuple(objective.curve))
