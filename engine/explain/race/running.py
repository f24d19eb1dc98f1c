"""A race beside the window: how large its net may be, how far it is, what came out."""

import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from engine.data.own.resolving import resolved
from engine.errors import ConfigError
from engine.explain.race import verdict, widths
from engine.explain.race.race import Lane, Race
from engine.explain.race.racers import RACERS
from engine.graph.model import Project
from engine.i18n import tr
from engine.protocol.bench.race import (
    LEAST,
    MOST,
    RaceLane,
    RaceSizes,
    RaceTold,
    StartRace,
)

_APART_S = 0.1
"""Between two messages, at least."""
_POINTS = 400
"""Of a lane's curve that cross."""
_LARGEST_SEED = 2**31 - 1
"""As of a training."""


class Sizing:
    """Tells how large a net may be made.

    Args:
        project: Only read.
    """

    def __init__(self, project: Project) -> None:
        self._project = resolved(project)

    def run(self) -> Iterator[RaceSizes]:
        """Yield the answer.

        Raises:
            EngineError: When the project can't be trained, or has several phases.
        """
        yield widths.sizes(self._project)

    def stop(self) -> None:
        """Nothing: it takes a moment."""


class Racing:
    """One race.

    Args:
        project: Only read.
        wish: How.

    Raises:
        EngineError: When it can't be run.

    Threads: `stop` from any; all else from one thread, while nothing else trains.
    """

    def __init__(self, project: Project, wish: StartRace) -> None:
        check(wish.evaluations, wish.rate, wish.seed)
        own = widths.widened(resolved(project), wish.factor)
        self._race = Race(own, wish.evaluations, wish.rate, wish.seed)
        self._stopped = threading.Event()

    def stop(self) -> None:
        """End after the present evaluation. Threads: any."""
        self._stopped.set()

    def run(self) -> Iterator[RaceTold]:
        """Yield how far all are, ten times a second at most; the last says what came.

        Raises:
            EngineError: When the project can't be trained, or has several phases.
        """
        race, last = self._race, 0.0
        count = race.num_weights
        lanes = {name: Lane(name, 0, float("inf"), ()) for name in RACERS}
        for lane in race.run(self._stopped.is_set):
            lanes[lane.racer] = lane
            if time.monotonic() - last >= _APART_S:
                last = time.monotonic()
                yield RaceTold(count, race.budget, _told(lanes, count))
        if not self._stopped.is_set():
            head, text = verdict.of(count, race.budget, lanes)
            told = tuple(
                replace(
                    each, text=verdict.against(lanes[each.racer], lanes["backprop"])
                )
                for each in _told(lanes, count)
            )
            yield RaceTold(count, race.budget, told, True, head, text)


def check(evaluations: int, rate: float, seed: int) -> None:
    """Refuse what can't be raced with.

    Raises:
        ConfigError: Names it.
    """
    if not LEAST <= evaluations <= MOST:
        raise ConfigError(
            tr("Too few or too many evaluations"),
            expected=f"{LEAST} … {MOST:,}",
            got=evaluations,
        )
    if not 0 < rate < float("inf"):
        raise ConfigError(tr("The rate must be above 0"), expected="> 0", got=rate)
    if not 0 <= seed <= _LARGEST_SEED:
        words = tr("This is no seed")
        raise ConfigError(words, expected=f"0 … {_LARGEST_SEED}", got=seed)


def _told(lanes: dict[str, Lane], weights: int) -> tuple[RaceLane, ...]:
    return tuple(
        RaceLane(
            lane.racer,
            lane.evaluations,
            verdict.steps(lane.racer, lane.evaluations, weights),
            lane.loss,
            *_curve(lane),
        )
        for lane in lanes.values()
    )


def _curve(lane: Lane) -> tuple[np.ndarray, np.ndarray]:
    """Return a curve of bounded size; first and last stay.

    Shape:
        K, K
    """
    count = len(lane.curve)
    if count > _POINTS:
        picked = np.unique(np.linspace(0, count - 1, _POINTS).round().astype(int))
        points = [lane.curve[index] for index in picked.tolist()]
    else:
        points = list(lane.curve)
    spent = np.array([at for at, _ in points], np.int64)
    return spent, np.array([loss for _, loss in points], float)
