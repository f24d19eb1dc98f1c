"""Where the points of a sweep come from: the grid, chance, or Optuna."""

import importlib
import itertools
import math
import random
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import Any, Protocol

from engine.bench.sweep.journal import Plan, Trial
from engine.errors import ConfigError
from engine.graph.sweep import space
from engine.graph.sweep.space import Axis, Point
from engine.i18n import tr


class Points(Protocol):
    """Chooses points, and learns what has become of them."""

    def at(self, number: int) -> Point:
        """Return the point of a trial; asked once for each number, in order."""

    def told(self, trial: Trial) -> None:
        """Take in a trial that has ended."""


class Listed:
    """Points that are known beforehand.

    Args:
        find: Returns the one of a number.
    """

    def __init__(self, find: Callable[[int], Point]) -> None:
        self._find = find

    def at(self, number: int) -> Point:
        """Return the point of a trial."""
        return self._find(number)

    def told(self, trial: Trial) -> None:
        """Nothing is learnt from it."""


class Asked:
    """Points that Optuna proposes; asked and told in this process.

    Each trial draws with a seed of its own: a sweep that goes on does not begin again
    with the points that it has tried.

    Args:
        plan: The sweep.

    Source: Akiba et al. 2019, Optuna; its TPE sampler, Bergstra et al. 2011
    """

    def __init__(self, plan: Plan) -> None:
        self._optuna = optuna = _optuna()
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        direction = "maximize" if plan.is_higher_better else "minimize"
        self._seed = plan.seed
        self._study = optuna.create_study(direction=direction)
        self._spreads = {axis.key: self._spread(axis) for axis in plan.axes}
        self._open: dict[int, Any] = {}

    def _spread(self, axis: Axis) -> Any:  # noqa: ANN401 - a class of Optuna
        spreads = self._optuna.distributions
        if axis.values:
            return spreads.CategoricalDistribution(axis.values)
        if axis.is_whole:
            low, high = int(axis.low), int(axis.high)
            return spreads.IntDistribution(low, high, log=axis.is_log)
        return spreads.FloatDistribution(axis.low, axis.high, log=axis.is_log)

    def at(self, number: int) -> Point:
        """Return what is proposed after all that was told."""
        seed = random.Random(f"{self._seed} {number}").getrandbits(32)  # noqa: S311 - no secret
        self._study.sampler = self._optuna.samplers.TPESampler(seed=seed)
        self._open[number] = trial = self._study.ask(self._spreads)
        return dict(trial.params)

    def told(self, trial: Trial) -> None:
        """Tell the score; a trial of an earlier sitting is added as it was."""
        is_scored = trial.state == "done" and math.isfinite(trial.value)
        states = self._optuna.trial.TrialState
        state = states.COMPLETE if is_scored else states.FAIL
        value = trial.value if is_scored else None
        known = self._open.pop(trial.number, None)
        if known is not None:
            self._study.tell(known, value, state=state)
            return
        made = self._optuna.trial.create_trial(
            params=trial.point, distributions=self._spreads, value=value, state=state
        )
        self._study.add_trial(made)


def _optuna() -> Any:  # noqa: ANN401 - a package that need not be there
    if find_spec("optuna") is None:
        raise ConfigError(
            tr("Optuna is not installed"), fix='pip install "backprop-workbench[sweep]"'
        )
    return importlib.import_module("optuna")


def points(plan: Plan) -> Points:
    """Return where the points of a sweep come from.

    Raises:
        ConfigError: When that is Optuna, and it isn't installed.
    """
    if plan.method == "optuna":
        return Asked(plan)
    if plan.method == "grid":
        return Listed(space.grid(plan.axes).__getitem__)
    return Listed(lambda number: _drawn(plan.axes, plan.seed, number))


def _drawn(axes: Sequence[Axis], seed: int, number: int) -> Point:
    return next(itertools.islice(space.at_random(axes, seed), number, None))
