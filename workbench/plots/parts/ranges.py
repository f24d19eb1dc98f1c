"""Ranges of axes that stand still while data move a little, and their ticks."""

import math
import re
from dataclasses import dataclass, field

from engine.i18n import tr
from workbench.theme.text import THIN, power_of_ten

Ticks = tuple[tuple[float, str], ...]
"""Positions with their words."""
ROOM = 1.04
"""So much of the steps made is shown at most."""


@dataclass
class StepRange:
    """From 0 to a little more than the steps made, which grows when they pass it.

    The end depends on the step alone, so all panels agree.

    Args:
        high: End at the start.
    """

    high: float = 50.0

    def follow(self, step: int, total: int = 0) -> bool:
        """Make room for `step`, at most for `total`; return whether it changed."""
        if step <= self.high:
            return False
        growth = math.ceil(math.log(step / 50) / math.log(ROOM) - 1e-9)
        wanted = float(max(math.ceil(50 * ROOM**growth), step))
        self.high = max(min(wanted, total), step) if total else wanted
        return True


_PLAIN = re.compile(r"−?[0-9.]+")


@dataclass
class ValueRange:
    """Grows at once when data leave it, shrinks when they fill less than a share.

    Args:
        low: Start of the range.
        high: End of the range.
        keep: Smallest share that data fill before it shrinks.
        margin: Space beyond the data on a new range, as a share of them.
        unit: New ends are multiples of it, 0 for any.
        smallest: Least width.
    """

    low: float = 0.0
    high: float = 1.0
    keep: float = 0.6
    margin: float = 0.08
    unit: float = 0.0
    smallest: float = 1e-9
    fresh: bool = field(default=True)

    def follow(self, low: float, high: float) -> bool:
        """Fit to data from `low` to `high`; return whether it changed."""
        if not (math.isfinite(low) and math.isfinite(high)):
            return False
        width = max(self.high - self.low, self.smallest)
        inside = self.low <= low and high <= self.high
        roomy = max(high - low, self.smallest) < self.keep * width
        if inside and not roomy and not self.fresh:
            return False
        before = (self.low, self.high)
        self.fresh = False
        self._fit(low, high)
        return before != (self.low, self.high)

    def _fit(self, low: float, high: float) -> None:
        margin = max(high - low, self.smallest) * self.margin
        self.low, self.high = low - margin, high + margin
        if self.unit:
            self.low = math.floor(self.low / self.unit) * self.unit
            self.high = math.ceil(self.high / self.unit) * self.unit
        smallest = max(self.smallest, 1e-6 * max(abs(low), abs(high)))
        missing = smallest - (self.high - self.low)
        if missing > 0:
            self.low -= math.floor(missing / 2) if self.unit else missing / 2
            self.high = self.low + smallest


def rounded_up(value: float) -> float:
    """Return the next of 1, 1.5, 2, 3, 4, 6, 8 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(value))
    for factor in (1, 1.5, 2, 3, 4, 6, 8, 10):
        if factor * power >= value * (1 - 1e-9):
            return factor * power
    return 10 * power


def tick_step(low: float, high: float, count: int) -> float:
    """Return 1, 2 or 5 times a power of ten that gives about `count` ticks."""
    raw = (high - low) / max(count, 1)
    power = 10.0 ** math.floor(math.log10(raw))
    best = min((1, 2, 5, 10), key=lambda factor: abs(factor * power - raw))
    return best * power


def ticks(low: float, high: float, count: int) -> tuple[tuple[float, str], ...]:
    """Return positions and words of ticks from `low` to `high`."""
    step = tick_step(low, high, count)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    values = [n * step for n in range(first, last + 1)]
    return tuple(zip(values, _alike(values, step), strict=True))


def whole_ticks(low: float, high: float, count: int) -> Ticks:
    """Return ticks of what is counted, such as steps: whole numbers alone."""
    span = max(high - low, 1.0)
    return tuple(
        (value, words)
        for value, words in ticks(low, low + span, max(1, min(count, int(span))))
        if value <= high
    )


def share_ticks(low: float, high: float, count: int) -> Ticks:
    """Return ticks of shares of 1, written as per cent."""
    found = ticks(100 * low, 100 * high, count)
    return tuple((value / 100, words + THIN + "%") for value, words in found)


def _alike(values: list[float], step: float) -> list[str]:
    """Return the words of ticks, all with as many decimals."""
    words = [number(value) for value in values]
    decimals = max((len(word.partition(".")[2]) for word in words), default=0)
    if not decimals or step < 1e-4 or any(not _PLAIN.fullmatch(w) for w in words):
        return words
    return [f"{value:.{decimals}f}".replace("-", "−") for value in values]


def decades(low: float, high: float, count: int) -> tuple[tuple[float, str], ...]:
    """Return ticks on a log10 axis, written as powers of ten."""
    every = max(1, math.ceil((high - low) / max(count, 1)))
    first = math.ceil(low / every - 1e-9) * every
    return tuple(
        (exponent, power_of_ten(exponent))
        for exponent in range(first, math.floor(high + 1e-9) + 1, every)
    )


def log_ticks(low: float, high: float, count: int) -> tuple[tuple[float, str], ...]:
    """Return ticks on a log10 axis with the values as words, denser if it is short."""
    if high - low > 4:
        return decades(low, high, count)
    for factors in ((1,), (1, 3), (1, 2, 5), (1, 2, 3, 4, 5, 7)):
        marks = tuple(
            (math.log10(factor * 10.0**ten), number(factor * 10.0**ten))
            for ten in range(math.floor(low), math.ceil(high))
            for factor in factors
            if low <= math.log10(factor * 10.0**ten) <= high
        )
        if len(marks) >= min(3, count):
            return marks
    linear = ticks(10**low, 10**high, count)
    return tuple((math.log10(value), text) for value, text in linear if value > 0)


def number(value: float) -> str:
    """Return a short text of a tick's value, 12k for 12,000."""
    value = 0.0 if abs(value) < 1e-12 else value
    if abs(value) >= 1e9:
        exponent = math.floor(math.log10(abs(value)) + 1e-12)
        front = f"{value / 10.0**exponent:.3g}·".replace("-", "−")
        return front.removesuffix("1·") + power_of_ten(exponent)
    for limit, unit in ((1e6, tr("M")), (1e4, tr("k"))):
        if abs(value) >= limit:
            scale = 1e6 if limit == 1e6 else 1e3
            return f"{value / scale:g}{unit}".replace("-", "−")
    return f"{value:.6g}".replace("e-0", "e-").replace("-", "−")
