"""Trains a project before and after a cure from one seed, and says what it changes.

One seed is an example and no proof in the sense of statistics: the words say so, and
`race` compares over several.
"""

import math
import threading
import time
from collections.abc import Iterator

import numpy as np

from engine.bench.better.race import TOTAL, score_for, score_of
from engine.data.own.resolving import resolved
from engine.graph.model import Project
from engine.i18n import tr
from engine.protocol.bench.proof import Proved, Proving, Verdict
from engine.protocol.findings import number
from engine.training.loop.trainer import Trainer

TOLD_S = 0.1
"""Between two messages."""
_SAME = 0.01
"""Of the better value: less is no difference that one seed could show."""
Told = Proving | Proved


class Proof:
    """One proof.

    Args:
        before: The project with the fault; only read.
        after: What the cure has made of it; the same.
        seed: Of both; −1 is that of the first.

    Raises:
        EngineError: When one of them can't be trained, or they have no score in common.

    Threads: `stop` from any; all else from one thread, while nothing else trains.
    """

    def __init__(self, before: Project, after: Project, seed: int = -1) -> None:
        self._projects = (resolved(before), resolved(after))
        self._stopped = threading.Event()
        self._trainer: Trainer | None = None
        self._score, self._is_higher = score_for(self._projects, "")
        own = self._projects[0].training.checked().number("seed")
        self._title = self._score
        self._seed = own if seed < 0 else seed

    def stop(self) -> None:
        """End as soon as possible."""
        self._stopped.set()
        trainer = self._trainer
        if trainer is not None:
            trainer.request_stop()

    def run(self) -> Iterator[Told]:
        """Yield how far both trainings are, and at last the answer, unless stopped."""
        values: list[float] = []
        for which, project in enumerate(self._projects):
            self._trainer = trainer = Trainer(project, seed=self._seed, monitor=False)
            if self._stopped.is_set():
                trainer.request_stop()
            yield from self._followed(trainer, which)
            self._trainer = None
            if self._stopped.is_set():
                return
            values.append(score_of(trainer, self._score))
            self._title = trainer.parts.program.title(self._score)
        yield self._answer(*values)

    def _followed(self, trainer: Trainer, which: int) -> Iterator[Proving]:
        points: list[tuple[int, float]] = []
        told = 0.0
        for _ in trainer.steps():
            now = time.perf_counter()
            if now - told >= TOLD_S:
                told = now
                yield self._told(trainer, which, points)
        yield self._told(trainer, which, points)

    def _told(
        self, trainer: Trainer, which: int, points: list[tuple[int, float]]
    ) -> Proving:
        points.extend(
            (each.step, each.values.get(self._score, math.nan))
            for each in trainer.drain().evaluations
        )
        curve = np.array(points, dtype=np.float64).reshape(-1, 2)
        return Proving(which, trainer.step, trainer.total_steps, self._score, curve)

    def _answer(self, before: float, after: float) -> Proved:
        verdict = verdict_of(before, after, is_higher_better=self._is_higher)
        is_total = self._score == TOTAL
        name = tr("the validation loss") if is_total else self._title
        return Proved(
            verdict,
            words(verdict, name, before, after, self._seed),
            self._score,
            self._is_higher,
            before,
            after,
            self._seed,
        )


def verdict_of(before: float, after: float, *, is_higher_better: bool) -> Verdict:
    """Return what a cure does; a loss that was lost is worse than any."""
    if not math.isfinite(before) or not math.isfinite(after):
        if math.isfinite(after):
            return "helps"
        return "hurts" if math.isfinite(before) else "same"
    gap = after - before if is_higher_better else before - after
    if abs(gap) <= _SAME * max(abs(before), abs(after)):
        return "same"
    return "helps" if gap > 0 else "hurts"


def words(verdict: Verdict, name: str, before: float, after: float, seed: int) -> str:
    """Return the answer in words.

    Args:
        verdict: The answer.
        name: Of what was compared.
        before: Its value without the cure; NaN when the loss was lost.
        after: Its value with it.
        seed: Of both.
    """
    lost = tr("no number: the loss was lost")
    facts = {
        "name": name,
        "before": number(before) if math.isfinite(before) else lost,
        "after": number(after) if math.isfinite(after) else lost,
        "seed": seed,
    }
    what = tr("{name}: before {before}, with the cure {after} (seed {seed}).", **facts)
    if verdict == "helps":
        return tr("The cure helps. {what}", what=what)
    if verdict == "hurts":
        return tr("The cure makes it worse here. {what}", what=what)
    return tr("The cure changes little here. {what}", what=what)
