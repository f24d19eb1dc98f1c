"""The few numbers that say how a run does: loss, validation, metric, and their best."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from engine.graph.compare.score import LOWER, SHARES
from engine.protocol.baselines import TOTAL
from engine.protocol.messages import Evaluation
from workbench.session.curves.history import History


@dataclass(frozen=True)
class Score:
    """One evaluated value.

    Args:
        name: As evaluations call it.
        value: The newest.
        best: The best so far.
        best_step: Steps made when it came.
        is_share: It is a share of samples.
    """

    name: str
    value: float
    best: float
    best_step: int
    is_share: bool = False


class Headline:
    """Looks through the evaluations once for each new one.

    Args:
        history: Where every number comes from.
        follows: Says the numbers of a past step while one looks back at it.
    """

    def __init__(self, history: History, *, follows: bool = False) -> None:
        self._history, self._follows = history, follows
        self._scores: dict[str, Score] = {}
        self._key: object = None

    @property
    def losses(self) -> list[float]:
        """The smoothed training loss of each phase, newest; NaN before the first."""
        if self._step is None:
            return [series.newest for series in self._history.losses]
        found = [series.at(self._step) for series in self._history.losses]
        return [each.smooth if each else math.nan for each in found]

    @property
    def rates(self) -> list[float]:
        """The learning rate of each phase, newest; NaN before the first."""
        if self._step is None:
            return [series.newest_value for series in self._history.rates]
        found = [series.at(self._step) for series in self._history.rates]
        return [each.value if each else math.nan for each in found]

    @property
    def told(self) -> list[Evaluation]:
        """The evaluations up to what is said."""
        known, step = self._history.evaluations, self._step
        return known if step is None else [e for e in known if e.step <= step]

    @property
    def _step(self) -> int | None:
        return self._history.looked_at if self._follows else None

    @property
    def validation(self) -> Score | None:
        """The loss of the validation data."""
        return self.score(TOTAL)

    @property
    def metric(self) -> Score | None:
        """The first metric of the document."""
        return next(filter(None, map(self.score, self._history.names.metrics)), None)

    def score(self, name: str) -> Score | None:
        """Return a value that was evaluated, None before the first time."""
        history = self._history
        key = (history.runs_seen, history.evaluations_seen, self._step)
        if key != self._key:
            self._key, self._scores = key, {}
        if name not in self._scores:
            kind = history.names.kinds.get(name, TOTAL)
            found = _score(name, kind, self.told)
            if found is None:
                return None
            self._scores[name] = found
        return self._scores[name]


def _score(name: str, kind: str, evaluations: list[Evaluation]) -> Score | None:
    known = [
        (_of(evaluation.values, name), evaluation.step)
        for evaluation in evaluations
        if math.isfinite(_of(evaluation.values, name))
    ]
    if not known:
        return None
    lower = kind == TOTAL or kind in LOWER
    best, step = (min if lower else max)(known, key=lambda pair: pair[0])
    return Score(name, known[-1][0], best, step, kind in SHARES)


def _of(values: Mapping[str, float], name: str) -> float:
    return values.get(name, math.nan)
