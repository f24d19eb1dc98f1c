"""Reads the journal of a sweep with mistrust: the folder may be anybody's.

It is no link, pipe or endless file, and every field is of its kind, before any of it
is used: numbers of trials name folders, points become settings.
"""

import hashlib
import json
import math
from pathlib import Path
from typing import Any, get_args

from engine.bench.sweep.journal import (
    FILE,
    PROJECT,
    Journal,
    Method,
    Plan,
    State,
    Trial,
)
from engine.errors import ConfigError, DocumentError
from engine.folder import parts, sums
from engine.graph.files import reading
from engine.graph.sweep.space import MOST, Axis, Point, Value
from engine.i18n import tr
from engine.plain import is_name, sentence

_MAX_BYTES = 256 * 2**20
_MOST_ITEMS = 4_000_000
"""Of lists and objects: beyond, a small file would fill the memory."""
_MOST_AXES, _MOST_VALUES = 100, 10_000
_LARGEST = 2**63
_LONGEST_TEXT = 10_000
Record = dict[str, Any]


def read(folder: Path) -> Journal | None:
    """Return the journal of a sweep that was begun; None where there is none.

    Raises:
        ConfigError: When it is broken.
        DocumentError: When it is no ordinary file.
        OSError: When it can't be read.
    """
    try:
        data = parts.read(folder, FILE, max_bytes=_MAX_BYTES)
        _need(sum(map(data.count, (b"[", b"{", b","))) <= _MOST_ITEMS, "size")
        record = json.loads(data)
        _need(sums.is_as_written(record), tr("it is not as it was written"))
        kept = record.get("project", "")
        _need(isinstance(kept, str), "project")
        plan, found = _plan(record["plan"]), record["trials"]
        _need(isinstance(found, list) and len(found) <= plan.count, "trials")
        trials = [_trial(each, number, plan) for number, each in enumerate(found)]
    except (FileNotFoundError, NotADirectoryError):
        return None
    except DocumentError:
        raise
    except _WrongError as error:
        raise _broken(folder, str(error)) from None
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        raise _broken(folder) from None
    return Journal(folder, plan, trials, kept)


def project_text(folder: Path, project_sum: str = "") -> str:
    """Return the text of the project of a sweep.

    Args:
        folder: Of the sweep.
        project_sum: As of its journal.

    Raises:
        ConfigError: When it is another than it was.
        DocumentError: When it is no ordinary file, or no text.
        OSError: When it is missing or can't be read.
    """
    data = parts.read(folder, PROJECT, max_bytes=reading.MAX_BYTES)
    if project_sum not in {"", hashlib.sha256(data).hexdigest()}:
        raise _broken(folder, tr("it is not as it was written"), PROJECT)
    return reading.decode(data, PROJECT)


def _broken(folder: Path, got: str | None = None, name: str = FILE) -> ConfigError:
    return ConfigError(
        tr("This journal of a sweep is broken"),
        where=str(folder / name),
        got=got,
        fix=tr("Begin the sweep in another folder."),
    )


class _WrongError(ValueError):
    """A field is not of its kind."""


def _need(is_right: bool, field: str) -> None:
    """Refuse the journal unless a field is right.

    Raises:
        _WrongError: Names it.
    """
    if not is_right:
        raise _WrongError(field)


def _is_whole(value: object, least: int, most: int) -> bool:
    return type(value) is int and least <= value <= most


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) < _LARGEST if isinstance(value, int) else math.isfinite(value)


def _is_value(value: object) -> bool:
    if isinstance(value, str):
        return len(value) <= _LONGEST_TEXT and value.isprintable()
    return value is None or isinstance(value, bool) or _is_number(value)


def _plan(record: Record) -> Plan:
    axes = tuple(map(_axis, record["axes"]))
    keys = [axis.key for axis in axes]
    _need(0 < len(axes) <= _MOST_AXES and len({*keys}) == len(keys), "axes")
    _need(record["method"] in get_args(Method), "method")
    _need(_is_whole(record["count"], 1, MOST), "count")
    _need(isinstance(record["score"], str) and is_name(record["score"]), "score")
    _need(isinstance(record["is_higher_better"], bool), "is_higher_better")
    _need(type(record["seed"]) is int, "seed")
    if record["method"] == "grid":
        points = math.prod(len(axis.values) for axis in axes)
        _need(record["count"] <= points, "count")
    return Plan(**{**record, "axes": axes})


def _axis(record: Record) -> Axis:
    values, key = record["values"], record["key"]
    low, high, is_log = record["low"], record["high"], record["is_log"]
    _need(isinstance(key, str) and is_name(key), "key")
    _need(isinstance(values, list) and len(values) <= _MOST_VALUES, "values")
    _need(all(map(_is_value, values)), "values")
    _need(_is_number(low) and _is_number(high) and isinstance(is_log, bool), "low")
    if not values:
        _need(low < high and (low > 0 or not is_log), "high")
    return Axis(**{**record, "values": tuple(values)})


def _trial(record: Record, number: int, plan: Plan) -> Trial:
    _need(type(record["number"]) is int and record["number"] == number, "number")
    _need(isinstance(record["state"], str), "state")
    _need(record["state"] in get_args(State), "state")
    _need(isinstance(record["words"], str), "words")
    _need(_is_number(record["seconds"]) and record["seconds"] >= 0, "seconds")
    made: Record = {
        "point": _point(record["point"], plan),
        "value": _score(record["value"]),
        "curve": _curve(record["curve"]),
        "words": sentence(record["words"]),
    }
    return Trial(**{**record, **made})


def _point(record: Record, plan: Plan) -> Point:
    """Return a point that the axes can have."""
    _need(isinstance(record, dict), "point")
    _need(record.keys() == {axis.key for axis in plan.axes}, "point")
    for axis in plan.axes:
        _need(_can_have(axis, record[axis.key]), "point")
    return record


def _can_have(axis: Axis, value: Value) -> bool:
    if axis.values:
        return _is_value(value) and value in axis.values
    return _is_number(value)


def _curve(pairs: object) -> list[tuple[int, float]]:
    _need(isinstance(pairs, list), "curve")
    assert isinstance(pairs, list)
    found = []
    for pair in pairs:
        step, value = pair
        _need(_is_whole(step, 0, _LARGEST), "curve")
        found.append((int(step), _score(value)))
    return found


def _score(value: object) -> float:
    _need(value is None or _is_number(value), "value")
    return math.nan if value is None else float(value)  # type: ignore[arg-type]
