"""Looks at a training before it begins: every check, one after the other."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import NamedTuple

from engine.bench.preflight import by_heart, document, labels, mixing, rates, start
from engine.bench.preflight.rig import CalledOffError, Rig
from engine.graph.model import Project
from engine.i18n import tr
from engine.protocol.bench.preflight import Answered, Preflight, RangeTest, Trying
from engine.training.machine.interrupt import InterruptedStepError

HEART_S, LABELS_S, RATE_S = 6.0, 3.0, 6.0
"""What the long checks may take; with the rest of them less than 20 s."""

Told = Trying | Preflight
Found = rates.Found


class _Stage(NamedTuple):
    title: str
    run: Callable[[Rig], Iterator[Found]]


def _alone(
    checks: Callable[[Rig], Iterator[Answered]],
) -> Callable[[Rig], Iterator[Found]]:
    """Return a check that has nothing to tell of rates."""

    def run(rig: Rig) -> Iterator[Found]:
        for found in checks(rig):
            yield found, ()

    return run


_STAGES = (
    _Stage(document.TITLE, _alone(document.check)),
    _Stage(start.TITLE, _alone(start.check)),
    _Stage(mixing.TITLE, _alone(mixing.check)),
    _Stage(
        by_heart.TITLE, _alone(lambda rig: by_heart.check(rig, rig.within(HEART_S)))
    ),
    _Stage(labels.TITLE, _alone(lambda rig: labels.check(rig, rig.within(LABELS_S)))),
    _Stage(rates.TITLE, lambda rig: rates.check(rig, rig.within(RATE_S))),
)


class Preflighting:
    """One look at one project.

    Args:
        project: Only read.
        revision: Handed through to the answer.
        clock: Seconds; another one in tests.

    Raises:
        EngineError: When it can't be trained.

    Threads: `stop` from any; all else from one thread, while nothing else trains.
    """

    def __init__(
        self,
        project: Project,
        revision: int = 0,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._begun = time.perf_counter()
        self._revision = revision
        self._rig = Rig(project, clock)

    def stop(self) -> None:
        """End as soon as possible."""
        self._rig.stop()

    def run(self) -> Iterator[Told]:
        """Yield which check comes, and at last all that was found, unless stopped."""
        checks: list[Answered] = []
        ranges: list[RangeTest] = []
        rig = self._rig
        try:
            rig.begin()
            for index, stage in enumerate(_STAGES):
                yield Trying(tr(stage.title), index / len(_STAGES))
                before = time.perf_counter()
                for check, tested in stage.run(rig):
                    now = time.perf_counter()
                    checks.append(replace(check, seconds=now - before))
                    ranges += tested
                    before = now
        except (CalledOffError, InterruptedStepError):
            return
        finally:
            rig.close()
        seconds = time.perf_counter() - self._begun
        yield Preflight(self._revision, tuple(checks), tuple(ranges), seconds)
