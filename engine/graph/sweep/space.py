"""What a sweep goes over: settings of a project, each with its values or its range."""

import itertools
import json
import math
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.errors import ConfigError
from engine.graph.model import Project
from engine.graph.settings_text import edits
from engine.i18n import tr

Value = str | int | float | bool | None
Point = dict[str, Value]
"""Key → value."""
MOST = 10_000
"""Trials of a sweep."""
_RANGE = re.compile(r"(?P<low>[^.,]+(?:\.\d+)?)\.\.(?P<high>[^\[]+)(?P<log>\[log\])?")


@dataclass(frozen=True)
class Axis:
    """One setting.

    Args:
        key: As in `--set`: `lr`, `batch_size`, `conv1.out_channels`.
        values: Those that are tried; none for a range.
        low: Of a range.
        high: The same.
        is_log: Whether its logarithm is spread evenly.
    """

    key: str
    values: tuple[Value, ...] = ()
    low: float = 0.0
    high: float = 0.0
    is_log: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether a range has whole numbers alone."""
        return isinstance(self.low, int) and isinstance(self.high, int)

    def drawn(self, generator: random.Random) -> Value:
        """Return a value at random."""
        if self.values:
            return generator.choice(self.values)
        if self.is_log:
            span = math.log(self.low), math.log(self.high)
            found = math.exp(generator.uniform(*span))
        elif self.is_whole:
            return generator.randint(int(self.low), int(self.high))
        else:
            found = generator.uniform(self.low, self.high)
        return round(found) if self.is_whole else float(f"{found:.4g}")


def parsed(text: str, project: Project) -> Axis:
    """Return the axis that words mean: `KEY=a,b,c`, `KEY=1..64`, `KEY=1e-4..1[log]`.

    Raises:
        ConfigError: When they are none, or the project has no such setting or value.
    """
    key, equals, rest = text.partition("=")
    if not (equals and rest):
        raise ConfigError(
            tr("A sweep needs KEY=VALUES"), expected="lr=1e-4..1[log]", got=text
        )
    found = _RANGE.fullmatch(rest.strip())
    if found is None:
        values = tuple(_value(part) for part in rest.split(","))
        axis = Axis(key.strip(), values)
    else:
        axis = _range(key.strip(), found)
    for value in axis.values or (axis.low, axis.high):
        edits(project, (assignment(axis.key, value),))  # raises when there is none
    return axis


def _range(key: str, found: re.Match[str]) -> Axis:
    low, high = _value(found["low"]), _value(found["high"])
    numbers = isinstance(low, int | float) and isinstance(high, int | float)
    is_log = found["log"] is not None
    if not numbers or not low < high or (is_log and low <= 0):  # type: ignore[operator]
        raise ConfigError(
            tr("This is no range"), expected="1e-4..1[log]", got=found.group()
        )
    return Axis(key, (), low, high, is_log)  # type: ignore[arg-type]


def _value(text: str) -> Value:
    word = text.strip()
    try:
        found = json.loads(word)
    except ValueError:
        return word
    return found if isinstance(found, Value) else word


def assignment(key: str, value: Value) -> str:
    """Return a setting as words of `--set`."""
    words = value if isinstance(value, str) else json.dumps(value)
    return f"{key}={words}"


def grid(axes: Sequence[Axis]) -> list[Point]:
    """Return every combination.

    Raises:
        ConfigError: When an axis is a range, or there are too many.
    """
    if ranges := [axis.key for axis in axes if not axis.values]:
        raise ConfigError(
            tr("A grid needs single values"),
            got=", ".join(ranges),
            fix=tr("Write KEY=a,b,c, or draw at random: --random N"),
        )
    count = math.prod(len(axis.values) for axis in axes)
    if count > MOST:
        raise ConfigError(tr("The grid has too many points"), expected=MOST, got=count)
    keys = [axis.key for axis in axes]
    rows = itertools.product(*(axis.values for axis in axes))
    return [dict(zip(keys, row, strict=True)) for row in rows]


def at_random(axes: Sequence[Axis], seed: int) -> Iterator[Point]:
    """Yield points without end; the same ones for a seed, none again before all others.

    Source: Bergstra & Bengio 2012, Random Search for Hyper-Parameter Optimization
    """
    generator = random.Random(seed)  # noqa: S311 - no secret
    every, seen = num_points(axes), set[tuple[Value, ...]]()
    while True:
        point = {axis.key: axis.drawn(generator) for axis in axes}
        if every is not None:
            if len(seen) == every:
                seen.clear()
            if (place := tuple(point.values())) in seen:
                continue
            seen.add(place)
        yield point


def num_points(axes: Sequence[Axis]) -> int | None:
    """Return how many points there are; None where one axis is a range."""
    if any(not axis.values for axis in axes):
        return None
    return math.prod(len({*axis.values}) for axis in axes)
