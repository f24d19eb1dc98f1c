"""What a race has shown, in words with its numbers."""

from collections.abc import Mapping

from engine.explain.race.objective import BACKWARD
from engine.explain.race.race import Lane
from engine.explain.race.racers import PAIRS
from engine.i18n import tr
from engine.protocol.bench.race import RACERS, name_of
from engine.protocol.findings import number

CLOSE = 5.0
"""A guesser is close that needs up to so many times the evaluations of a slope."""


def price(racer: str, weights: int) -> int:
    """Return how many evaluations one step costs."""
    return {
        "random": 1,
        "evolution": 2 * PAIRS,
        "differences": 2 * weights,
        "backprop": 1 + BACKWARD,
    }[racer]


def steps(racer: str, spent: int, weights: int) -> int:
    """Return how many steps a racer has made.

    Args:
        racer: Its id.
        spent: Evaluations used; random search and finite differences look once
            before their first step.
        weights: Of the net.
    """
    first = 1 if racer in {"random", "differences"} else 0
    return max(0, spent - first) // price(racer, weights)


def reached(lane: Lane, loss: float) -> int | None:
    """Return after how many evaluations a lane was as low as a loss; None if never."""
    return next((spent for spent, low in lane.curve if low <= loss), None)


def of(weights: int, budget: int, lanes: Mapping[str, Lane]) -> tuple[str, str]:
    """Return what came out: a few words, and a sentence that says why.

    Args:
        weights: Of the net.
        budget: Evaluations that each had.
        lanes: By id, all at their end.
    """
    return _head(weights, lanes), _why(weights, budget)


def against(lane: Lane, slope: Lane) -> str:
    """Return when backpropagation was as low as a lane came, in words."""
    if lane.racer == slope.racer:
        return ""
    there, own = reached(slope, lane.loss), reached(lane, lane.loss)
    if there is None or own is None:
        return tr("backpropagation never came as low")
    return tr(
        "backpropagation was there after {there} evaluations, {times} times as fast",
        there=f"{there:,}",
        times=number(own / there),
    )


def times(lane: Lane, slope: Lane) -> float | None:
    """Return how many times a slope's evaluations a lane needed for its lowest loss.

    None where backpropagation never came as low.
    """
    there = reached(slope, lane.loss)
    own = reached(lane, lane.loss)
    return None if there is None or own is None else own / there


def _head(weights: int, lanes: Mapping[str, Lane]) -> str:
    facts = {"n": f"{weights:,}"}
    slope = lanes["backprop"]
    won = [name for name in RACERS if lanes[name].loss < slope.loss]
    if won:
        names = ", ".join(name_of(name) for name in won)
        return tr(
            "{n:weight|weights}: {names} got lower this time", names=names, **facts
        )
    share = times(lanes["random"], slope)
    if share is not None and share <= CLOSE:
        return tr("{n:weight|weights}: guessing is still close", **facts)
    return tr("{n:weight|weights}: guessing is far behind", **facts)


def _why(weights: int, budget: int) -> str:
    """Return what a slope costs the two that have one."""
    one, all_ = price("backprop", weights), price("differences", weights)
    facts = {
        "n": f"{weights:,}",
        "one": one,
        "all": f"{all_:,}",
        "budget": f"{budget:,}",
        "many": f"{steps('backprop', budget, weights):,}",
    }
    few = steps("differences", budget, weights)
    if not few:
        return tr(
            "A slope for {n:weight|weights} costs finite differences {all} "
            "evaluations: {budget} aren't enough for a single step. It costs "
            "backpropagation {one}, whatever the number of weights: {many} steps.",
            **facts,
        )
    return tr(
        "A slope for {n:weight|weights} costs finite differences {all} "
        "evaluations and backpropagation {one}, whatever the number of weights: with "
        "{budget} that makes {few} against {many} steps.",
        few=f"{few:,}",
        **facts,
    )
