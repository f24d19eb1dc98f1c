"""How new data differs from what a run was trained on, column by column."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.data.catalog import Dataset
from engine.data.readers.reader import Array
from engine.data.seen import columns, counted, looks
from engine.protocol.arrays import Floats

LIMIT = 0.2
"""Population stability index from which a shift counts."""
_OUTSIDE = 0.01


@dataclass(frozen=True)
class Drift:
    """Of one column.

    Args:
        column: Its name, or that of the port.
        index: Population stability index: 0 where both are alike.
        is_shifted: More than samples of this number do by chance.
        outside: Share of new values beyond what was seen; 0 for classes.
        is_target: It is what is predicted.
    """

    column: str
    index: float
    is_shifted: bool
    outside: float
    is_target: bool

    @property
    def is_told(self) -> bool:
        """Whether there is something to say."""
        return self.is_shifted or self.outside > _OUTSIDE


def drifts(before: object, now: Dataset) -> tuple[Drift, ...]:
    """Return how every column has moved, the most first.

    Args:
        before: What the run wrote down, as of `seen.looks`; others give nothing.
        now: The new data, prepared as the run has it.
    """
    if not isinstance(before, Mapping):
        return ()
    targets = {n for p in now.ports if p.is_target for n in (p.port.name, *p.columns)}
    present, found = looks(now, "validation"), []
    raw = _raw(now)
    for name, old in before.items():
        new = present.get(str(name))
        if new is None or not isinstance(old, Mapping):
            continue
        made = _of_column(str(name), old, new, raw.get(str(name)), str(name) in targets)
        found += [made] if made else []
    return tuple(sorted(found, key=lambda d: -d.index))


def _raw(now: Dataset) -> dict[str, Array]:
    """Return the numbers of every column, as `looks` takes them."""
    made: dict[str, Array] = {}
    for port in now.ports:
        name = port.port.name
        if port.port.kind != "float":
            continue
        raw = now.scaling[name].invert(now.validation[name])
        made |= dict(columns(raw, port.columns, name))
    return made


def _of_column(
    name: str,
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    values: Array | None,
    is_target: bool,
) -> Drift | None:
    try:
        counts = np.asarray(old["counts"], np.float64)
        outside = 0.0
        if values is None:
            present = np.asarray(new["counts"], np.float64)
        else:
            edges = np.asarray(old["edges"], np.float64)
            present = counted(values, edges).astype(np.float64)
            slack = 1e-6 * (1 + abs(float(old["high"]) - float(old["low"])))
            beyond = (values < old["low"] - slack) | (values > old["high"] + slack)
            outside = float(beyond.mean())
        if counts.shape != present.shape or counts.sum() < 1 or present.sum() < 1:
            return None
    except (KeyError, TypeError, ValueError):
        return None
    index = stability(counts, present)
    chance = (len(counts) - 1) * (1 / counts.sum() + 1 / present.sum())
    is_shifted = bool(index > LIMIT + 2 * chance)
    return Drift(name, index, is_shifted, outside, is_target)


def stability(before: Floats, now: Floats) -> float:
    """Return the population stability index Σ (q − p) ln(q ÷ p) of two counts.

    Each share has half a sample more, so that none is nothing.

    Source: N. Siddiqi, "Credit risk scorecards", 2006
    """
    p, q = ((c + 0.5) / (c.sum() + 0.5 * len(c)) for c in (before, now))
    found = float(((q - p) * np.log(q / p)).sum())
    return found if math.isfinite(found) else 0.0
