"""A report as JSON values."""

import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass

import numpy as np

from engine.evaluate import words
from engine.evaluate.figures.classes import Curve
from engine.evaluate.report import Compared, Report

_MOST_POINTS = 400
_MOST = 1000
"""Numbers of an array that are written; more are for a chart, not for a reader."""


def of(report: Report, compared: tuple[Compared, ...] = ()) -> dict[str, object]:
    """Return all figures, and the sentences; what is not finite is None."""
    found = _plain(report)
    assert isinstance(found, dict)
    found["head"], found["says_of_scores"] = words.head(report), words.scores(report)
    found["says"] = {each.path: words.of(each) for each in report.judged}
    if compared:
        found["compared"] = [_plain(each) for each in compared]
        found["says_of_comparison"] = [words.of_comparison(each) for each in compared]
    return found


def _plain(value: object) -> object:
    if is_dataclass(value):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Curve):
        value = value.thinned(_MOST_POINTS)
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return _plain(value[:_MOST].tolist())
    if isinstance(value, list | tuple):
        fields_ = getattr(value, "_asdict", None)
        return _plain(fields_()) if fields_ else [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
