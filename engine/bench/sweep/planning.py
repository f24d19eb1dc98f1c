"""From what somebody wishes to the plan of a sweep."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

from engine.bench.better.race import score_for
from engine.bench.sweep.journal import Method, Plan
from engine.errors import ConfigError
from engine.graph.model import Project
from engine.graph.sweep import space
from engine.i18n import tr

METHODS: tuple[Method, ...] = get_args(Method)


@dataclass(frozen=True)
class Wish:
    """What somebody wishes.

    Args:
        over: An axis each, in words: `lr=1e-4..1[log]`.
        method: How points are chosen.
        count: Of trials; a grid has as many as it has points.
        score: Loss or metric that decides; empty is the first metric.
        seed: Of the choice of points.
    """

    over: Sequence[str]
    method: str = "grid"
    count: int = 0
    score: str = ""
    seed: int = 0


def plan(project: Project, wish: Wish) -> Plan:
    """Return the plan of a sweep.

    Raises:
        EngineError: When it could do nothing, or the project can't be trained.
    """
    axes = tuple(space.parsed(text, project) for text in wish.over)
    if not axes:
        raise ConfigError(tr("Nothing to sweep over"), fix="--over lr=1e-4..1[log]")
    keys = [axis.key for axis in axes]
    if twice := [key for key in dict.fromkeys(keys) if keys.count(key) > 1]:
        raise ConfigError(
            tr("A setting is swept over twice"),
            got=", ".join(twice),
            fix=tr("Put its values into one --over."),
        )
    method = next((each for each in METHODS if each == wish.method), None)
    if method is None:
        raise ConfigError(
            tr("Points can't be chosen like this"),
            expected=", ".join(METHODS),
            got=wish.method,
        )
    score, higher = score_for((project,), wish.score)
    count = len(space.grid(axes)) if method == "grid" else wish.count
    if not 0 < count <= space.MOST:
        raise ConfigError(
            tr("Too few or too many trials"), expected=f"1 … {space.MOST}", got=count
        )
    if method == "random":
        count = min(count, space.num_points(axes) or count)
    return Plan(axes, method, count, score, higher, wish.seed)
