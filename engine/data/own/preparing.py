"""The preparation of a table: fitted on the training part, replayed on new rows.

Numbers are imputed and perhaps made logarithms, categories become 0 and 1; then each
feature is standardised or brought to 0..1 as `engine.data.scaling` does it.

Axes: N rows, F features.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.data.own import practice
from engine.data.readers.reader import Array
from engine.data.scaling import Scaling, fit
from engine.errors import ConfigError, did_you_mean
from engine.i18n import tr
from engine.layers.datasets.own import MISSING, OwnColumn
from engine.layers.datasets.spec import ScalingKind
from engine.layers.spec import Value

STEPS = ("impute", "log", "standardise", "min_max", "none", "one_hot")
FILLS = ("median", "mean", "zero", "most_frequent")
_SCALES: dict[str, ScalingKind] = {
    "standardise": "standardise",
    "min_max": "unit",
    "none": "none",
}


@dataclass(frozen=True)
class Wanted:
    """What is done with one column.

    Args:
        fill: What takes the place of a missing number.
        is_log: Numbers become sign(x)·log(1 + |x|).
        scale: How the features are scaled; None is what the node says.
    """

    fill: str = "median"
    is_log: bool = False
    scale: ScalingKind | None = None


def wanted(
    steps: Sequence[Value], columns: Sequence[OwnColumn]
) -> Mapping[str, Wanted]:
    """Return what the steps of a document ask for, by column.

    Raises:
        ConfigError: When a step is none, or names no column.
    """
    found = {column.name: Wanted() for column in columns}
    for step in steps:
        if practice.is_step(step):
            continue  # counts in training alone
        words = step if isinstance(step, tuple) else (step,)
        name, what, *more = (*words, "", "") if len(words) < 2 else words
        setting = str(more[0]) if more else ""
        names = list(found) if name == "*" else [str(name)]
        for each in names:
            if each not in found:
                raise ConfigError(
                    tr("A step names no column of the features"),
                    where=each,
                    expected=", ".join(found)[:200],
                    fix=did_you_mean(each, found),
                )
            found[each] = _with(found[each], str(what), setting, each)
    return found


def _with(before: Wanted, what: str, setting: str, name: str) -> Wanted:
    fill, is_log = before.fill, before.is_log
    scale = before.scale
    if what == "impute":
        fill = setting or "median"
        if fill not in FILLS and not _is_number(fill):
            what = ""
    elif what == "log":
        is_log = True
    elif what in _SCALES:
        scale = _SCALES[what]
    if what not in STEPS:
        raise ConfigError(
            tr("There is no such step"),
            where=name,
            expected=", ".join((*STEPS, *practice.STEPS)),
            got=setting or what or None,
        )
    return Wanted(fill, is_log, scale)


def _is_number(word: str) -> bool:
    try:
        return bool(np.isfinite(float(word)))
    except ValueError:
        return False


@dataclass(frozen=True)
class Track:
    """One column on its way to features.

    Args:
        column: As in the document.
        wanted: What is done with it.
        fill: Number or class that takes the place of a missing one.
    """

    column: OwnColumn
    wanted: Wanted
    fill: float

    def features(self, values: Any) -> Array:  # noqa: ANN401 - an array of numbers
        """Return the numbers of a column.

        Args:
            values: Numbers with NaN, or classes with −1, where nothing is known.

        Shape:
            N → N×F
        """
        if self.column.kind != "category":
            filled = np.where(np.isnan(values), self.fill, values)
            if self.wanted.is_log:
                filled = np.sign(filled) * np.log1p(np.abs(filled))
            made: Array = filled[:, np.newaxis]
            return made
        classes = np.where(values < 0, int(self.fill), values)
        count = len(self.column.classes)
        if count == 2:
            return (classes == 1).astype(np.float64)[:, np.newaxis]  # type: ignore[no-any-return]
        one_hot: Array = np.eye(count)[classes]
        return one_hot

    def as_dict(self) -> dict[str, object]:
        """Return what a run writes down."""
        is_category = self.column.kind == "category"
        fill = self.column.classes[int(self.fill)] if is_category else self.fill
        steps = ["impute", *(["log"] if self.wanted.is_log else [])]
        steps += ["one_hot"] if is_category else []
        return {"column": self.column.name, "steps": steps, "fill": fill}


@dataclass(frozen=True)
class Preparation:
    """The way of all columns that are features.

    Args:
        tracks: One for each, in the order of the features.
    """

    tracks: tuple[Track, ...]

    def features(self, arrays: Mapping[str, Array]) -> Array:
        """Return the rows of features, not scaled yet.

        Shape:
            N of each column → N×F
        """
        parts = [track.features(arrays[track.column.name]) for track in self.tracks]
        return np.concatenate(parts, axis=1)

    def scaling(self, kind: ScalingKind, features: Array) -> Scaling:
        """Return the scaling of features, fitted on those of the training part.

        Args:
            kind: What counts for numbers whose column has no wish of its own;
                categories stay 0 and 1.
            features: N×F.
        """
        kinds = list(self._kinds(kind))
        whole = kind if kind != "none" else next((k for k in kinds if k != kind), kind)
        shift, scale = np.zeros(len(kinds)), np.ones(len(kinds))
        for index, each in enumerate(kinds):
            step = fit(each, features[:, index : index + 1])
            shift[index], scale[index] = step.shift[0], step.scale[0]
        return Scaling(whole, shift, scale)

    def _kinds(self, kind: ScalingKind) -> Iterator[ScalingKind]:
        for track in self.tracks:
            is_number = track.column.kind != "category"
            usual = track.wanted.scale or (kind if is_number else "none")
            yield from [usual] * len(track.column.features)

    def as_list(self) -> list[dict[str, object]]:
        """Return what a run writes down."""
        return [track.as_dict() for track in self.tracks]


def fitted(
    columns: Sequence[OwnColumn], steps: Sequence[Value], train: Mapping[str, Array]
) -> Preparation:
    """Return the preparation that the training part asks for.

    Args:
        columns: Those of the features.
        steps: Of the document.
        train: Column → values of the training part, as `Track.features` takes them.

    Raises:
        ConfigError: When a step is none.
    """
    wishes = wanted(steps, columns)
    return Preparation(
        tuple(
            Track(each, wishes[each.name], _fill(each, wishes[each.name], train))
            for each in columns
        )
    )


def replayed(
    columns: Sequence[OwnColumn],
    steps: Sequence[Value],
    fills: Mapping[str, float | str],
) -> Preparation:
    """Return the preparation that a run has fitted.

    Args:
        columns: As of `fitted`.
        steps: Likewise.
        fills: Column → what takes the place of a missing value.

    Raises:
        ConfigError: When a step is none, or a column has no such value.
    """
    wishes, tracks = wanted(steps, columns), []
    for each in columns:
        fill = fills.get(each.name, "")
        if each.kind == "category":
            is_known = fill in each.classes
            number = float(each.classes.index(str(fill))) if is_known else 0.0
        else:
            is_known = not isinstance(fill, str) and bool(np.isfinite(fill))
            number = float(fill) if is_known else 0.0
        if not is_known:
            raise ConfigError(
                tr("The steps that a run has fitted lack a column"),
                where=each.name,
                got=fill,
            )
        tracks.append(Track(each, wishes[each.name], number))
    return Preparation(tuple(tracks))


def _fill(column: OwnColumn, wish: Wanted, train: Mapping[str, Array]) -> float:
    values: Any = train[column.name]
    if column.kind == "category":
        if MISSING in column.classes:
            return float(column.classes.index(MISSING))
        there = values[values >= 0]
        return float(np.bincount(there).argmax()) if len(there) else 0.0
    there = values[~np.isnan(values)]
    if wish.fill == "zero" or not len(there):
        return 0.0
    if wish.fill in {"median", "most_frequent"}:
        return float(np.median(there))
    return float(there.mean()) if wish.fill == "mean" else float(wish.fill)
