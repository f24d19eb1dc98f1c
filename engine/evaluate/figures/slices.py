"""A figure for parts of the samples: those with one word in a column, or a range.

Axes: N samples.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import numpy as np

from engine.evaluate.figures import intervals
from engine.evaluate.figures.intervals import Interval
from engine.protocol.arrays import Floats

FEWEST = 10
"""Samples of a part, below which nothing is said of it."""
_MOST_COLUMNS, _MOST_SAMPLES = 60, 20_000
_QUARTERS = (0.25, 0.5, 0.75)
_UNSURE = 0.05

Summary = Callable[[Floats], Interval]
"""A figure of each sample (N,) → the figure of all with its interval."""
Part = tuple[str, "np.ndarray"]


class Slice(NamedTuple):
    """A part of the samples.

    Args:
        condition: What they have in common: `age ≤ 30`, `town = north`.
        samples: How many they are.
        figure: Of these.
        is_worse: Certainly worse than the others, all parts that were looked at
            counted in.
    """

    condition: str
    samples: int
    figure: Interval
    is_worse: bool


def share(right_N: Floats) -> Interval:
    """Return the share of right answers (1 or 0; NaN doesn't count), by Wilson."""
    known = right_N[np.isfinite(right_N)]
    return intervals.wilson(int(known.sum()), len(known))


def found(
    columns: Mapping[str, Floats], figure_N: Floats, of: Summary
) -> tuple[Slice, ...]:
    """Return the parts that columns cut, the certainly worse ones first.

    Args:
        columns: Name → value of each sample; `column=word` with 0 and 1 is a word.
        figure_N: 1 where the answer is right; or the absolute error of each sample.
        of: `share` of right answers, or the mean of errors.
    """
    is_share = of is share
    parts = [
        (condition, inside)
        for condition, inside in _parts(columns)
        if FEWEST <= inside.sum() <= len(figure_N) - FEWEST
    ]
    made = []
    for condition, inside in parts:
        one, rest = figure_N[inside], figure_N[~inside]
        loss = (rest, one) if is_share else (one, rest)
        is_worse = _chance(*loss, is_share=is_share) < _UNSURE / len(parts)
        made.append(Slice(condition, int(inside.sum()), of(one), is_worse))
    sign = 1 if is_share else -1
    return tuple(sorted(made, key=lambda s: (not s.is_worse, sign * s.figure.value)))


def _chance(larger_N: Floats, smaller_N: Floats, *, is_share: bool) -> float:
    """Return the chance of such a difference of means if there were none; two-sided.

    Source: B. L. Welch, "The generalization of ‘Student's’ problem when several
        different population variances are involved", 1947; normal for these counts
    """
    one, two = (a[np.isfinite(a)] for a in (larger_N, smaller_N))
    if len(one) < 2 or len(two) < 2:
        return 1.0
    spread = sum(_variance(a, is_share=is_share) / len(a) for a in (one, two))
    gap = float(one.mean() - two.mean())
    if gap <= 0 or spread <= 0:
        return 1.0
    return math.erfc(gap / math.sqrt(2 * spread))


def _variance(values: Floats, *, is_share: bool) -> float:
    if not is_share:
        return float(values.var())
    # One more of each kind: where all are right the variance is not nothing.
    part = (float(values.sum()) + 1) / (len(values) + 2)
    return part * (1 - part)


def _parts(columns: Mapping[str, Floats]) -> Iterator[Part]:
    """Yield conditions, and where they hold."""
    for name, values in list(columns.items())[:_MOST_COLUMNS]:
        known = np.unique(values[:_MOST_SAMPLES])
        column, mark, word = name.partition("=")
        if mark and len(known) <= 2 and np.allclose(known, np.round(known), atol=1e-6):
            yield f"{column} = {word}", values > 0.5
            if not any(n.startswith(f"{column}=") and n != name for n in columns):
                yield f"{column} ≠ {word}", values <= 0.5
        elif len(known) > 1:
            yield from _ranges(name, values)


def _ranges(name: str, values: Floats) -> Iterator[Part]:
    """Yield the quarters of a column, from small values to large ones."""
    edges = np.unique(np.quantile(values, _QUARTERS))
    edges = edges[(edges >= values.min()) & (edges < values.max())]
    for index, edge in enumerate(edges):
        if not index:
            yield f"{name} ≤ {edge:.4g}", values <= edge
        else:
            low = edges[index - 1]
            inside = (values > low) & (values <= edge)
            yield f"{low:.4g} < {name} ≤ {edge:.4g}", inside
    if len(edges):
        yield f"{name} > {edges[-1]:.4g}", values > edges[-1]
