"""All racers on one net, from the same weights, with the same number of evaluations."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch

from engine.errors import ConfigError
from engine.explain.race.objective import Objective, SpentError
from engine.explain.race.racers import RACERS
from engine.graph.model import Project
from engine.i18n import tr
from engine.training.machine import rng_state
from engine.training.parts.assembly import assemble


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

    def run(self) -> Iterator[Lane]:
        """Yield how far each has come, now and then, one racer after the other.

        Raises:
            EngineError: When the project can't be trained, or has several phases.

        Threads: the one that trains; torch's random numbers are put back.
        """
        outside = rng_state.state(torch.device("cpu"))
        try:
            yield from self._lanes()
        finally:
            rng_state.restore(outside, torch.device("cpu"))

    @property
    def num_weights(self) -> int:
        """How many weights are looked for."""
        return sum(w.numel() for w in self._start().phase.parameters)

    def _start(self) -> Objective:
        phases = self.project.training.phases
        if len(phases) != 1:
            raise ConfigError(
                tr("A race needs a project with one phase"), expected=1, got=len(phases)
            )
        parts = assemble(self.project, "cpu", self.seed)
        rng_state.seed(self.seed)
        batch = parts.feeds.next()
        random = rng_state.state(parts.device)
        program = parts.phases[0].program
        program.enter()
        return Objective(program, batch, random, self.budget)

    def _lanes(self) -> Iterator[Lane]:
        for name, racer in RACERS.items():
            objective = self._start()
            generator = torch.Generator().manual_seed(self.seed)
            told = 0
            try:
                for _ in racer(objective, self.rate, generator):
                    if objective.spent - told >= max(1, self.budget // 50):
                        told = objective.spent
                        yield _lane(name, objective)
            except SpentError:
                pass
            yield _lane(name, objective)


def _lane(name: str, objective: Objective) -> Lane:
    return Lane(name, objective.spent, objective.best, tuple(objective.curve))
