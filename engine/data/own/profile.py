"""What the columns of a file hold: counted in one pass, in bounded memory.

A pass over a large file takes a while: it is a generator that says how far it is, and
whoever doesn't go on with it has stopped it.
"""

from collections import Counter
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field

import numpy as np

from engine.data.own.classes import class_name
from engine.data.readers.media.media import Light
from engine.data.readers.reader import BATCH_ROWS, Array, Batch, Column, Source

MOST_DISTINCT = 5000
"""Different values that are counted of a column; more are only known to be more."""
_KEPT_NUMBERS = 20_000_000
_KEPT_ROWS = 20_000
_BATCH_CELLS, _LEAST_ROWS = 65_536, 32
"""Of one step of a pass: a moment's work, however wide a table is."""


@dataclass
class ColumnProfile:
    """What is known of one column.

    Args:
        column: As its reader describes it.
        rows: How many were looked at.
        missing: Of these, without a value.
        counts: Value → how often, while there are up to `MOST_DISTINCT`; texts are as
            they are, numbers and dates as numpy has them.
        overflowed_at: Row at which there were more; 0 for never.
        low: Smallest number or date.
        high: Largest.
        total: Sum of the numbers, or of the lengths of the texts.
        squares: Sum of the squared numbers.
        words: Of all texts.
        is_rising: No value is smaller than one before.
        is_strict: Each is larger than the one before.
        is_falling: Each is smaller than the one before: the newest stands first.
        is_whole: All numbers are whole ones.
        steps_by_one: Each number is one more than the one before: it counts rows.
    """

    column: Column
    rows: int = 0
    missing: int = 0
    counts: Counter[object] = field(default_factory=Counter)
    overflowed_at: int = 0
    low: float | None = None
    high: float | None = None
    total: float = 0.0
    squares: float = 0.0
    words: int = 0
    is_rising: bool = True
    is_strict: bool = True
    is_falling: bool = True
    is_whole: bool = True
    steps_by_one: bool = True
    _last: float | None = None

    @property
    def there(self) -> int:
        """Rows with a value."""
        return self.rows - self.missing

    @property
    def mean(self) -> float:
        """Of the numbers, or of the lengths of the texts."""
        return self.total / max(1, self.there)

    @property
    def deviation(self) -> float:
        """Of the numbers around their mean."""
        variance = self.squares / max(1, self.there) - self.mean**2
        return float(np.sqrt(max(0.0, variance)))

    @property
    def distinct(self) -> int:
        """Different values; of many, as many as are known of."""
        return len(self.counts)

    @property
    def share_distinct(self) -> float:
        """Of the rows with a value, as far as values were counted."""
        seen = self.overflowed_at or self.there
        return self.distinct / max(1, seen)

    def add(self, values: Array) -> None:
        """Look at some rows more."""
        if values.ndim > 1 and self.column.kind == "number":
            self.rows += len(values)
            flat = values.reshape(len(values), -1)
            self.missing += int((~np.isfinite(flat.astype(float))).any(1).sum())
        elif self.column.kind == "number":
            self._add_numbers(values.astype(np.float64))
        elif self.column.kind == "date":
            days = values.astype("datetime64[s]").astype(np.float64)
            days[np.isnat(values)] = np.nan
            self._add_numbers(days)
        elif values.dtype.kind in "OUS":
            self._add_texts(Counter(values.tolist()), len(values))
        else:
            self.rows += len(values)

    def _add_numbers(self, values: Array) -> None:
        self.rows += len(values)
        numbers = values[np.isfinite(values)]
        self.missing += len(values) - len(numbers)
        if not len(numbers):
            return
        low, high = float(numbers.min()), float(numbers.max())
        self.low = low if self.low is None else min(self.low, low)
        self.high = high if self.high is None else max(self.high, high)
        self.total += float(numbers.sum())
        with np.errstate(over="ignore"):
            self.squares += float((numbers.astype(np.float64) ** 2).sum())
        self.is_whole = self.is_whole and bool((numbers == np.floor(numbers)).all())
        before = numbers[:1] if self._last is None else [self._last]
        gaps = np.diff(np.concatenate([before, numbers]))
        gaps = gaps[1:] if self._last is None else gaps
        self.is_rising = self.is_rising and bool((gaps >= 0).all())
        self.is_strict = self.is_strict and bool((gaps > 0).all())
        self.is_falling = self.is_falling and bool((gaps < 0).all())
        self.steps_by_one = self.steps_by_one and bool((gaps == 1).all())
        self._last = float(numbers[-1])
        if not self.overflowed_at:
            found, counts = np.unique(numbers, return_counts=True)
            self._count(dict(zip(found.tolist(), counts.tolist(), strict=True)))

    def _add_texts(self, texts: "Counter[str | None]", rows: int) -> None:
        self.rows += rows
        self.missing += texts.pop(None, 0)
        for text, count in texts.items():
            self.total += count * len(str(text))
            self.words += count * (str(text).count(" ") + 1)
        self.is_rising = self.is_strict = self.is_falling = self.steps_by_one = False
        if not self.overflowed_at:
            self._count(dict(texts.items()))

    def _count(self, more: "Mapping[object, int]") -> None:
        self.counts.update(more)
        if len(self.counts) > MOST_DISTINCT:
            self.overflowed_at = self.there


@dataclass
class Profile:
    """What is known of all columns.

    Args:
        columns: In the order of the file.
        rows: How many there are.
        codes: Of the first rows, a number for each value: equal ones for equal values.
    """

    columns: tuple[ColumnProfile, ...]
    rows: int = 0
    codes: dict[str, list[Array]] = field(default_factory=dict)

    def code(self, name: str) -> Array:
        """Return the numbers of a column's first rows."""
        return np.concatenate(self.codes[name]) if self.codes.get(name) else np.zeros(0)

    def tell_the_same(self, one: str, other: str) -> bool:
        """Return whether each value of a column goes with a single one of another."""
        first, second = self.code(one), self.code(other)
        if len(first) != len(second) or not len(first):
            return False
        pairs = np.unique(np.stack([first, second]), axis=1).shape[1]
        return bool(pairs == len(np.unique(first)) == len(np.unique(second)))


def profiled(source: Source) -> Generator[float, None, Profile]:
    """Look at all rows of a source; images and sounds are not unpacked.

    Yields:
        How much is done, 0 to 1.

    Raises:
        DataError: At the first row that can't be read.
    """
    plain = source.light() if isinstance(source, Light) else source
    profile = Profile(tuple(ColumnProfile(column) for column in plain.columns))
    kept = min(_KEPT_ROWS, _KEPT_NUMBERS // max(1, len(profile.columns)))
    rows = max(
        _LEAST_ROWS, min(BATCH_ROWS, _BATCH_CELLS // max(1, len(profile.columns)))
    )
    for batch in plain.batches(rows):
        for column in profile.columns:
            column.add(batch.arrays[column.column.name])
        if profile.rows < kept:
            _keep(profile, batch)
        profile.rows += len(batch)
        yield batch.share
    return profile


def _keep(profile: Profile, batch: Batch) -> None:
    for each in profile.columns:
        name = each.column.name
        values = batch.arrays[name]
        if each.overflowed_at or values.ndim > 1:
            profile.codes.pop(name, None)
            continue
        if values.dtype.kind in "OUS":
            codes = np.fromiter((hash(class_name(v)) for v in values), np.int64)
        else:
            codes = np.nan_to_num(values.astype(np.float64), nan=-1e300).view(np.int64)
        profile.codes.setdefault(name, []).append(codes)
