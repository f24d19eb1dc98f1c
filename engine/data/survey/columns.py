"""Each column counted: range, mean, histogram, and how much it says of the target.

Axes: N rows, B bars.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np

from engine.data.material.material import Material, Numbers
from engine.layers.datasets.own import OwnColumn
from engine.protocol.data.surveys import ColumnFacts

BARS = 20
MOST_CLASSES = 20
"""Classes with a bar of their own."""


def facts(material: Material, whys: Mapping[str, str]) -> tuple[ColumnFacts, ...]:
    """Return what is known of all columns.

    Args:
        material: What was looked at.
        whys: Column → why it has its role.
    """
    return tuple(_of(material, c, whys.get(c.name, "")) for c in material.columns)


def _of(material: Material, column: OwnColumn, why: str) -> ColumnFacts:
    values = material.values.get(column.name)
    if values is None or column.shape or values.ndim > 1:
        return _bare(column, why)
    if column.kind in {"number", "date"} and values.dtype.kind in "fiub":
        return _of_numbers(material, column, why)
    if column.kind == "category":
        return _of_classes(material, column, why)
    return _of_texts(column, values, why)


def _bare(column: OwnColumn, why: str) -> ColumnFacts:
    bars = np.zeros(0, np.int64)
    return ColumnFacts(column.name, column.kind, column.role, bars, why, column.shape)


def _of_numbers(material: Material, column: OwnColumn, why: str) -> ColumnFacts:
    values = material.numbers_of(column)
    there = values[np.isfinite(values)]
    missing = len(values) - len(there)
    if not len(there):
        bars = np.zeros(0, np.int64)
        return ColumnFacts(column.name, column.kind, column.role, bars, why,
                           missing=missing, distinct=0)  # fmt: skip
    mean, deviation = float(there.mean()), float(there.std())
    return ColumnFacts(
        column.name,
        column.kind,
        column.role,
        bars=histogram(there, float(there.min()), float(there.max())),
        why=why,
        missing=missing,
        distinct=len(np.unique(there)),
        low=float(there.min()),
        high=float(there.max()),
        mean=mean,
        deviation=deviation,
        beyond=int((np.abs(there - mean) > 3 * deviation).sum()) if deviation else 0,
        link=link(material, column),
    )


def histogram(values: Numbers, low: float, high: float) -> Numbers:
    """Return how many values are in each of `BARS` equal parts of low to high.

    Few whole numbers have a bar each.

    Shape:
        N → B
    """
    if high <= low:
        return np.array([len(values)], np.int64)
    is_whole = high - low < BARS and bool((values == np.floor(values)).all())
    if is_whole:  # a bar for each number, not some bars between them that stay empty
        bars = int(high - low) + 1
        found, _ = np.histogram(values, bars, (low - 0.5, high + 0.5))
    else:
        found, _ = np.histogram(values, BARS, (low, high))
    return found.astype(np.int64)


def _of_classes(material: Material, column: OwnColumn, why: str) -> ColumnFacts:
    codes: Any = material.values[column.name]
    there = codes[codes >= 0].astype(np.int64)
    counts = np.bincount(there, minlength=len(column.classes))
    order = np.argsort(-counts, kind="stable")[:MOST_CLASSES]
    return ColumnFacts(
        column.name,
        column.kind,
        column.role,
        bars=counts[order].astype(np.int64),
        why=why,
        missing=len(codes) - len(there),
        distinct=int((counts > 0).sum()),
        labels=tuple(column.classes[index] for index in order),
        link=link(material, column),
    )


def _of_texts(column: OwnColumn, values: Any, why: str) -> ColumnFacts:  # noqa: ANN401 - an array of texts
    words = [each for each in values.tolist() if each is not None]
    most = Counter(map(str, words)).most_common(MOST_CLASSES)
    shown = most if len(set(words)) <= MOST_CLASSES else []
    return ColumnFacts(
        column.name,
        column.kind,
        column.role,
        bars=np.array([count for _, count in shown], np.int64),
        why=why,
        missing=len(values) - len(words),
        distinct=len(set(words)),
        labels=tuple(word for word, _ in shown),
    )


def link(material: Material, column: OwnColumn) -> float | None:
    """Return how much a column says of the target by itself.

    Pearson's r between two numbers, the correlation ratio η between a number and
    classes, Cramér's V between classes. Rows without a value of either are left out.

    Source: Pearson 1895; Fisher 1925 (η); Cramér 1946.
    """
    goal = material.target
    if goal is None or goal.name == column.name:
        return None
    one, other = material.numbers_of(column), material.numbers_of(goal)
    both = np.isfinite(one) & np.isfinite(other)
    one, other = one[both], other[both]
    if len(one) < 3:
        return None
    return _LINKS[column.kind == "category", goal.kind == "category"](one, other)


def _pearson(one: Numbers, other: Numbers) -> float | None:
    if not one.std() or not other.std():
        return None
    return float(np.corrcoef(one, other)[0, 1])


def _ratio(numbers: Numbers, classes: Numbers) -> float | None:
    codes = classes.astype(np.int64)
    whole = float(((numbers - numbers.mean()) ** 2).sum())
    if not whole:
        return None
    counts = np.bincount(codes)
    sums = np.bincount(codes, numbers)
    means = sums / np.maximum(counts, 1)
    between = float((counts * (means - numbers.mean()) ** 2)[counts > 0].sum())
    return float(np.sqrt(min(1.0, between / whole)))


def _cramer(one: Numbers, other: Numbers) -> float | None:
    one, other = one.astype(np.int64), other.astype(np.int64)
    table = np.zeros((one.max() + 1, other.max() + 1))
    np.add.at(table, (one, other), 1)
    table = table[table.sum(1) > 0][:, table.sum(0) > 0]
    least = min(table.shape) - 1
    if least < 1:
        return None
    expected = np.outer(table.sum(1), table.sum(0)) / table.sum()
    chi2 = float(((table - expected) ** 2 / expected).sum())
    return float(np.sqrt(min(1.0, chi2 / (table.sum() * least))))


_LINKS = {
    (False, False): _pearson,
    (False, True): _ratio,
    (True, False): lambda one, other: _ratio(other, one),
    (True, True): _cramer,
}
"""By whether the column and the target are classes."""
