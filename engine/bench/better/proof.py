"""Trains a project before and after a cure from one seed, and says what it changes.

One seed is an example and no proof in the sense of statistics: the words say so, and
`race` compares over several.
"""

import math
import threading
import time
from collections.abc import Iterator

import numpy as np

from engine.bench.better.apart import NAME, Apart
from engine.bench.better.comparable import Judged, doubt, judged
from engine.bench.better.race import TOTAL, score_for, score_of
from engine.data.own.resolving import resolved
from engine.explain.diagnose import watch
from engine.explain.diagnose.rules import adversaries
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
        self._title, self._by_loss = self._score, False
        self._apart: Apart | None = None
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
        told: list[Judged] = []
        for which, project in enumerate(self._projects):
            self._trainer = trainer = Trainer(project, seed=self._seed, monitor=False)
            if self._stopped.is_set():
                trainer.request_stop()
            told.append(judged(trainer, project))
            self._begin(trainer, project)
            yield from self._followed(trainer, which)
            self._trainer = None
            if self._stopped.is_set():
                return
            values.append(self._value(trainer))
        why_not = doubt(*told, by_loss=self._by_loss)
        yield self._answer(values[0], values[1], why_not)

    def _begin(self, trainer: Trainer, project: Project) -> None:
        """See what a training is judged by.

        Adversaries are judged by the distance of what they make: losses of a game and
        single metrics of samples say little.
        """
        program = trainer.parts.program
        shown = adversaries.shown(watch.record_of(trainer, project))
        self._apart = None if shown is None else Apart(trainer, *shown)
        if self._apart is not None:
            trainer.observer = self._apart
        self._by_loss = self._score not in program.evaluation.metrics
        self._title = program.title(self._score)

    def _value(self, trainer: Trainer) -> float:
        """Return what a training came to."""
        value = score_of(trainer, self._score)
        if self._apart is None or not math.isfinite(score_of(trainer, TOTAL)):
            return value
        return self._apart.now()

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
        shown, name = points, self._score
        if self._apart is not None:
            shown, name = self._apart.points, NAME
        curve = np.array(shown, dtype=np.float64).reshape(-1, 2)
        return Proving(which, trainer.step, trainer.total_steps, name, curve)

    def _answer(self, before: float, after: float, why_not: str) -> Proved:
        plays = self._apart is not None
        is_higher = self._is_higher and not plays
        verdict = verdict_of(before, after, is_higher_better=is_higher)
        if why_not and math.isfinite(before) == math.isfinite(after):
            verdict = "unproved"
        is_total = self._score == TOTAL
        name = tr("the validation loss") if is_total else self._title
        if plays:
            name = tr("The distance of what is made from what is real")
        return Proved(
            verdict,
            words(verdict, name, before, after, self._seed, why_not),
            NAME if plays else self._score,
            is_higher,
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


def words(
    verdict: Verdict,
    name: str,
    before: float,
    after: float,
    seed: int,
    why_not: str = "",
) -> str:
    """Return the answer in words.

    Args:
        verdict: The answer.
        name: Of what was compared.
        before: Its value without the cure; NaN when the loss was lost.
        after: Its value with it.
        seed: Of both.
        why_not: Why both can't be compared.
    """
    lost = tr("no number: the loss was lost")
    facts = {
        "name": name,
        "before": number(before) if math.isfinite(before) else lost,
        "after": number(after) if math.isfinite(after) else lost,
        "seed": seed,
    }
    what = tr("{name}: before {before}, with the cure {after} (seed {seed}).", **facts)
    said = {
        "helps": tr("The cure helps. {what}", what=what),
        "hurts": tr("The cure makes it worse here. {what}", what=what),
        "same": tr("The cure changes little here. {what}", what=what),
        "unproved": f"{why_not} {what}",
    }
    return said[verdict]
