"""Figures of answers that are numbers.

Axes: N samples, D numbers of each.
"""

from typing import NamedTuple

import numpy as np

from engine.evaluate.figures import intervals
from engine.evaluate.figures.intervals import Interval
from engine.protocol.arrays import Floats, Ints

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


class Numbers(NamedTuple):
    """Figures of residuals, answer − target, in the unit of the target.

    Args:
        mae: Mean absolute error.
        rmse: Square root of the mean squared error.
        r2: Share of the variance of each number that is explained, averaged over D.
        bias: Mean residual: above 0 it answers too much.
        quantiles: Of the residuals, at `QUANTILES`.
    """

    mae: Interval
    rmse: Interval
    r2: Interval
    bias: Interval
    quantiles: Floats


def figures(answers_ND: Floats, targets_ND: Floats) -> Numbers:
    """Return the figures; intervals by resampling samples, not single numbers."""
    rest = answers_ND - targets_ND
    squares = (rest**2).mean(1)

    def rmse(rows_RN: Ints) -> Floats:
        found: Floats = np.sqrt(squares[rows_RN].mean(1))
        return found

    return Numbers(
        intervals.mean(np.abs(rest).mean(1)),
        intervals.bootstrap(len(rest), rmse),
        _r2(rest, targets_ND),
        intervals.mean(rest.mean(1)),
        np.quantile(rest, QUANTILES),
    )


def _r2(rest_ND: Floats, targets_ND: Floats) -> Interval:
    """Return 1 − Σ residual² ÷ Σ (target − its mean)², averaged over the numbers.

    Sums over the rows of a resampling: Σ (t − t̄)² = Σ t² − (Σ t)² ÷ N, with targets
    moved by their mean first, or the difference would lose its digits.
    """
    moved = targets_ND - targets_ND.mean(0)
    parts = (rest_ND**2, moved**2, moved)

    def r2(rows_RN: Ints) -> Floats:
        errors, squares, sums = (_sums(part, rows_RN) for part in parts)
        around = squares - sums**2 / rows_RN.shape[1]
        with np.errstate(invalid="ignore", divide="ignore"):
            shares = np.where(around > 0, 1 - errors / around, np.nan)
        means: Floats = shares.mean(1)
        return means

    return intervals.bootstrap(len(rest_ND), r2)


def _sums(values_ND: Floats, rows_RN: Ints) -> Floats:
    """Return the sums over the samples of each row, (R, D)."""
    sums: Floats = np.stack([values_ND[row].sum(0) for row in rows_RN])
    return sums
