"""Trains two projects over the same seeds and compares what they reach."""

import math
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.bench.better.judging import FEWEST, MOST, Scores, judged
from engine.data.own.resolving import resolved
from engine.errors import ConfigError, did_you_mean
from engine.graph.compare.score import LOWER
from engine.graph.model import Project
from engine.i18n import tr
from engine.protocol.bench.better import Compared, Seeded
from engine.training.loop.trainer import Trainer

TOTAL = "loss"
Told = Seeded | Compared


@dataclass(frozen=True)
class Wish:
    """How is compared.

    Args:
        seeds: Of each project.
        score: Loss or metric that decides; empty is the first metric of both.
        looks: How often one looks: after so many equal parts of the seeds, ending as
            soon as the answer is known.
        before: What is known of the first seeds, and was looked at.
    """

    seeds: int = 5
    score: str = ""
    looks: int = 1
    before: Compared | None = None


class Race:
    """One comparison.

    Args:
        first: Only read.
        second: The same.
        wish: How.

    Raises:
        EngineError: When one of them can't be trained, or they have no score in common.

    Threads: `stop` from any; all else from one thread, while nothing else trains.
    """

    def __init__(self, first: Project, second: Project, wish: Wish) -> None:
        self._wish = wish
        self._projects = (resolved(first), resolved(second))
        self._stopped = threading.Event()
        self._trainer: Trainer | None = None
        if not FEWEST <= wish.seeds <= MOST:
            raise ConfigError(
                tr("Too few or too many seeds"),
                expected=f"{FEWEST} … {MOST}",
                got=wish.seeds,
            )
        if wish.looks < 1:
            raise ConfigError(tr("Too few looks"), expected="≥ 1", got=wish.looks)
        self._score, self._is_higher = score_for(self._projects, wish.score)

    def stop(self) -> None:
        """End as soon as possible."""
        self._stopped.set()
        trainer = self._trainer
        if trainer is not None:
            trainer.request_stop()

    def run(self) -> Iterator[Told]:
        """Yield each training that has ended, and at last the answer, unless stopped.

        The seeds are 0, 1, 2 …; each is trained with both projects.
        """
        before, last = self._wish.before, None
        values: tuple[list[float], list[float]] = ([], [])
        if before is not None:
            values = ([*before.first], [*before.second])
        ends = _looks(self._wish.seeds, self._wish.looks)
        for look, end in enumerate(ends, 1 + (before.looks if before else 0)):
            for seed in range(len(values[0]), end):
                for which, project in enumerate(self._projects):
                    value = self._trained(project, seed)
                    if self._stopped.is_set():
                        return
                    values[which].append(value)
                    done = sum(map(len, values))
                    yield Seeded(done, 2 * self._wish.seeds, which, seed, value)
            last = judged(self._scores(values), look)
            if last.outcome in {"first", "second"}:
                break
        if last is not None:
            yield last

    def _scores(self, values: Sequence[Sequence[float]]) -> Scores:
        seeds = range(len(values[0]))
        return Scores(self._score, self._is_higher, seeds, values[0], values[1])

    def _trained(self, project: Project, seed: int) -> float:
        """Return the score of one training; NaN when its loss was lost."""
        return score_of(self._make(project, seed), self._score)

    def _make(self, project: Project, seed: int) -> Trainer:
        self._trainer = trainer = Trainer(project, seed=seed, monitor=False)
        if self._stopped.is_set():
            trainer.request_stop()
        for _ in trainer.steps():
            pass
        self._trainer = None
        return trainer


def score_of(trainer: Trainer, score: str) -> float:
    """Return what a training that has ended came to; NaN when its loss was lost."""
    ending = trainer.ending
    if ending is None or ending.kind == "diverged":
        return math.nan
    return trainer.results.get(score, math.nan)


def _looks(seeds: int, looks: int) -> list[int]:
    """Return after how many seeds is looked."""
    each = [math.ceil(seeds * number / looks) for number in range(1, looks + 1)]
    return sorted({max(FEWEST, end) for end in each})


def score_for(projects: Sequence[Project], wished: str) -> tuple[str, bool]:
    """Return the score that decides, and whether more of it is better."""
    known = [_names(project) for project in projects]
    common = [name for name in known[0] if name in known[-1]]
    if wished and wished not in common:
        raise ConfigError(
            tr("They have no such score in common"),
            expected=", ".join(common),
            got=wished,
            fix=did_you_mean(wished, common),
        )
    chosen = wished or next((n for n in common if known[0][n]), common[0])
    kind = known[0][chosen]
    return chosen, bool(kind) and kind not in LOWER


def _names(project: Project) -> dict[str, str]:
    """Return the names of all scores, and the kinds of metrics; losses have none."""
    trainer = Trainer(project, monitor=False)
    program = trainer.parts.program
    trainer.recorder.close("stopped")
    metrics = {path: program.node(path).type for path in program.evaluation.metrics}
    losses = dict.fromkeys((TOTAL, *program.evaluation.losses), "")
    return {**metrics, **losses}
