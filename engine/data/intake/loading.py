"""Own data as both parts of a data set: read, prepared, split."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np

from engine.data.intake import splitting
from engine.data.intake.corrections import corrected
from engine.data.intake.rows import Coder, among, opened, whole
from engine.data.own import preparing, tokens, twins
from engine.data.own.choice import Cut, OwnSettings
from engine.data.own.preparing import Preparation
from engine.data.parts import Arrays, Parts, take
from engine.data.readers import texts
from engine.data.readers.media.media import Light
from engine.data.readers.reader import Array, Source
from engine.data.readers.table import open_source
from engine.data.series import windows
from engine.data.split import generator, num_held_back, subset
from engine.data.text import windows as text_windows
from engine.errors import DataError
from engine.i18n import tr
from engine.layers.datasets import own
from engine.layers.datasets.own import OwnColumn
from engine.layers.datasets.spec import CONTEXT

_LEAST_ROWS = 4
_ALL = 2**62
_MANY_ROWS = 1_000_000
"""Of more rows those that are wanted are picked while they are read."""
_ROW = "\0row"
"""Beside the columns: which row of the file it was."""


def read(wanted: OwnSettings, cut: Cut) -> Parts:
    """Return both parts of own data.

    Raises:
        ConfigError: When a step of the preparation is none.
        DataError: When it can't be read, or has nothing to learn from.
    """
    if wanted.fitted.use == "shapes":
        return _blank(wanted, cut)
    if wanted.fitted.use == "judge":
        cut = replace(cut, samples=_ALL)
    return _READERS[wanted.sample](wanted, cut)


def _blank(wanted: OwnSettings, cut: Cut) -> Parts:
    """Return a few samples of zeros: a network is built on them, and asked others."""
    made: dict[str, Array] = {}
    names = wanted.tokens.names if wanted.tokens else ()
    for port in own.layout(wanted.columns, wanted.sample, names):
        shape = [cut.context if size == CONTEXT else size for size in port.shape]
        kind = np.float64 if port.port.kind == "float" else np.int64
        made[port.port.name] = np.zeros((_LEAST_ROWS, *shape), kind)
    features = [c for c in wanted.columns if c.is_feature]
    is_table = wanted.sample == "row" and features
    steps, fills = wanted.steps, wanted.fitted.fills
    preparation = preparing.replayed(features, steps, fills) if is_table else None
    return Parts(made, made, preparation=preparation)


def _rows(wanted: OwnSettings, cut: Cut) -> Parts:
    judges = wanted.fitted.use == "judge"
    cutting = () if judges else ("group", "time", "part")
    used = wanted.of_role("input", "target", *cutting)
    coders = [_coder(column, cut, judges) for column in used]
    source = opened(wanted.file, wanted.options, used)
    cuts = () if judges else _cuts(wanted)
    kept, picked = [c for c in coders if c.column not in cuts], _picked(cut)
    arrays = whole(source, kept, wanted.file, picked)
    for column in cuts:
        arrays[column.name] = _texts(source, column.name, picked)
    every_row = np.arange(len(next(iter(arrays.values()), ())))
    arrays[_ROW] = every_row if picked is None else picked[: len(every_row)]
    arrays = corrected(arrays, wanted, wanted.corrections)
    arrays = with_targets(arrays, wanted)
    label = next((c.name for c in wanted.of_role("target") if c.kind == "category"), "")
    arrays = kept_rows(arrays, label, cut)
    count = len(next(iter(arrays.values()), ()))
    if count < (1 if judges else _LEAST_ROWS):
        raise DataError(
            tr("There are too few rows to train on"),
            where=wanted.file.name,
            expected=tr("at least {n}", n=_LEAST_ROWS),
            got=count,
        )
    labels = arrays[label] if label else np.zeros(count, np.int64)
    every = np.arange(count)
    train, held = (every, every) if judges else split_of(arrays, labels, wanted, cut)
    preparation = _preparation(wanted, take(arrays, train))
    named = _ports(arrays, wanted, preparation)
    origin = arrays[_ROW][train], arrays[_ROW][held]
    train_part, held_part = take(named, train), take(named, held)
    return Parts(train_part, held_part, preparation=preparation, origin=origin)


def _cuts(wanted: OwnSettings) -> tuple[OwnColumn, ...]:
    """Return the columns that say which part a row belongs to."""
    return (*wanted.of_role("group")[:1], *wanted.of_role("part")[:1])


def _preparation(wanted: OwnSettings, train: Arrays) -> Preparation:
    """Return the steps of the features: those of a run, or fitted on these rows."""
    features = [c for c in wanted.columns if c.is_feature]
    if wanted.fitted.is_empty:
        return preparing.fitted(features, wanted.steps, train)
    return preparing.replayed(features, wanted.steps, wanted.fitted.fills)


def _coder(column: OwnColumn, cut: Cut, judges: bool) -> Coder:
    length = cut.context if column.kind == "text" else 0
    return Coder(column, length, is_strict=not judges or column.role == "target")


def _picked(cut: Cut) -> Array | None:
    """Return the numbers of the rows to keep, spread evenly; None for all of them.

    One is drawn out of each of as many equal stretches as rows are wanted.
    """
    if cut.rows <= max(_MANY_ROWS, cut.samples):
        return None
    begins = np.arange(cut.samples + 1) * cut.rows // cut.samples
    drawn = generator(cut.seed).random(cut.samples) * np.diff(begins)
    found: Array = begins[:-1] + drawn.astype(np.int64)
    return found


def _texts(source: Source, name: str, picked: Array | None) -> Array:
    """Return a column as it is; images and sounds are not unpacked for it."""
    plain = source.light() if isinstance(source, Light) else source
    pieces, at = [], 0
    for batch in plain.batches():
        values = batch.arrays[name]
        some = slice(None) if picked is None else among(picked, at, len(values))
        pieces.append(values[some])
        at += len(values)
    return np.concatenate(pieces)


def with_targets(arrays: dict[str, Array], wanted: OwnSettings) -> dict[str, Array]:
    """Return the rows that have every target.

    Raises:
        DataError: When none has, or all have the same class.
    """
    is_told = np.ones(len(next(iter(arrays.values()))), bool)
    for column in wanted.of_role("target"):
        values: Any = arrays[column.name]
        if column.kind == "category":
            is_told &= values >= 0
        elif not column.shape:
            is_told &= np.isfinite(values)
    kept = arrays if is_told.all() else take(arrays, np.flatnonzero(is_told))
    for column in wanted.of_role("target"):
        values = kept[column.name]
        place = f"{wanted.file.name}, " + tr("column “{name}”", name=column.name)
        if not len(values):
            raise DataError(
                tr("No row has a value to predict"),
                where=place,
                expected=tr("a label or number in most rows"),
                fix=tr("Choose another target."),
            )
        judges = wanted.fitted.use == "judge"
        is_one = column.kind == "category" and len(np.unique(values)) < 2
        if is_one and not judges:
            raise DataError(
                tr("All rows have the same class: there is nothing to learn"),
                where=place,
                expected=tr("two classes at least"),
                got=column.classes[int(values[0])],
                fix=tr("Choose another target."),
            )
    return dict(kept)


def kept_rows(arrays: dict[str, Array], label: str, cut: Cut) -> dict[str, Array]:
    """Return the samples of the chosen classes, and no more than are wanted."""
    if label and cut.classes:
        inside = np.isin(arrays[label], cut.classes)
        arrays = take(arrays, np.flatnonzero(inside))
    labelled = {**arrays, "label": arrays[label]} if label else arrays
    some = dict(subset(labelled, cut.samples, generator(cut.seed)))
    return {name: some[name] for name in arrays}


def split_of(
    arrays: Arrays, labels: Array, wanted: OwnSettings, cut: Cut
) -> splitting.Indices:
    """Return the rows of both parts: as a column says, by group, by time, or drawn."""
    groups, times = wanted.of_role("group"), wanted.of_role("time")
    parts, random = wanted.of_role("part"), generator(cut.seed)
    cutting = (*parts, *groups)[:1]
    place = ", ".join(
        [wanted.file.name, *(tr("column “{name}”", name=c.name) for c in cutting)]
    )
    if parts:
        return splitting.by_part(arrays[parts[0].name], place)
    if groups:
        return splitting.by_group(arrays[groups[0].name], cut.validation, random, place)
    if times and all(c.kind in {"date", "number"} for c in times):
        keys = [arrays[c.name] for c in reversed(times)]
        return splitting.by_time(np.lexsort(keys), cut.validation)
    inputs = [c for c in wanted.of_role("input") if c.name in arrays]
    if cut.together and inputs:
        same = list(twins.row_keys(arrays, inputs))
        return splitting.together(same, labels, cut.validation, random)
    return splitting.at_random(labels, cut.validation, random)


def _ports(
    arrays: Arrays, wanted: OwnSettings, preparation: Preparation
) -> dict[str, Array]:
    """Return the arrays by the names of the ports."""
    made: dict[str, Array] = {}
    if preparation.tracks:
        made["features"] = preparation.features(arrays)
    made |= {
        port: arrays[name] for name, port in own.port_names(wanted.columns).items()
    }
    numbers = [
        arrays[c.name]
        for c in wanted.of_role("target")
        if c.kind in {"number", "date"} and not c.shape
    ]
    if numbers:
        made["target"] = np.stack(numbers, axis=1)
    return made


def _windows(wanted: OwnSettings, cut: Cut) -> Parts:
    used = own.window_columns(wanted.columns)
    times = wanted.of_role("time")
    source = opened(wanted.file, wanted.options, (*used, *times))
    coders = [Coder(c) for c in (*used, *times) if c in used or c.kind != "category"]
    arrays = whole(source, coders, wanted.file)
    values_TC = np.stack([arrays[c.name] for c in used], axis=1)
    order = in_time(arrays, times)
    values_TC = carried(values_TC[order] if order is not None else values_TC)
    values_TC = values_TC[: cut.samples]
    boundary = len(values_TC) - num_held_back(len(values_TC), cut.validation)
    if wanted.fitted.use == "judge":
        boundary = len(values_TC)
    if cut.context >= boundary:
        raise DataError(
            tr("The window is longer than the training part"),
            where=wanted.file.name,
            expected=tr("a context under {count}", count=boundary),
            got=cut.context,
            fix=tr("Choose a shorter context or a smaller validation part."),
        )
    train = values_TC[:boundary]
    if boundary == len(values_TC):
        every = cut_windows(values_TC, cut.context)
        return Parts(every, every)
    fit_on = {"window": train, "next": train[:, -1:]}
    return Parts(
        cut_windows(train, cut.context),
        cut_windows(values_TC[boundary - cut.context :], cut.context),
        fit_on=fit_on,
    )


def in_time(arrays: Arrays, times: Sequence[OwnColumn]) -> Array | None:
    """Return the rows in order of time, where a single column says it in full."""
    if len(times) != 1 or times[0].name not in arrays:
        return None
    keys = arrays[times[0].name]
    return np.argsort(keys, kind="stable") if not np.isnan(keys).any() else None


def carried(values_TC: Array) -> Array:
    """Return a series whose gaps hold the value before; at its start the one after.

    Shape:
        T×C → T×C
    """
    made = values_TC.copy()
    for column in made.T:
        known = np.flatnonzero(~np.isnan(column))
        if len(known) and len(known) < len(column):
            before = np.searchsorted(known, np.arange(len(column)), "right") - 1
            column[:] = column[known[np.maximum(before, 0)]]
    return np.nan_to_num(made)


def cut_windows(values_TC: Array, length: int) -> dict[str, Array]:
    """Return every window that has a value after it, and the last column of that.

    Shape:
        T×C → N×length×C and N×1
    """
    if values_TC.shape[1] == 1:
        return windows(values_TC[:, 0], length)
    view = np.lib.stride_tricks.sliding_window_view(values_TC, length, axis=0)[:-1]
    return {"window": view.transpose(0, 2, 1), "next": values_TC[length:, -1:]}


def _text(wanted: OwnSettings, cut: Cut) -> Parts:
    found, length = tokens_of(wanted, wanted.file)[: cut.samples], cut.context
    if wanted.fitted.use == "judge" and len(found) > length:
        every = text_windows(found, length, length)
        return Parts(every, every)
    boundary = len(found) - num_held_back(len(found), cut.validation)
    shorter = min(boundary, len(found) - boundary)
    if length >= shorter:
        raise DataError(
            tr("The text is too short for this context"),
            where=wanted.file.name,
            expected=tr("a context under {count}", count=shorter),
            got=length,
            fix=tr("Choose a shorter context or more samples."),
        )
    return Parts(
        train=text_windows(found[:boundary], length, max(1, length // 4)),
        validation=text_windows(found[boundary:], length, length),
    )


def _own_tokens(wanted: OwnSettings) -> tokens.Tokeniser:
    way = cast("tokens.Way", wanted.options.get("tokens") or "characters")
    column = next(c for c in wanted.columns if c.kind == "text")
    return tokens.Tokeniser(column.classes, way)


def tokens_of(wanted: OwnSettings, file: Path) -> Array:
    """Return the tokens of a whole text.

    Args:
        wanted: With the vocabulary.
        file: That text, or another one.

    Raises:
        DataError: When a letter has none.
    """
    tokeniser = wanted.tokens or _own_tokens(wanted)
    kept = {k: v for k, v in wanted.options.items() if k != "encoding"}
    source = open_source(file, wanted.options if file == wanted.file else kept)
    parts = [
        tokeniser.encode(str(batch.arrays[texts.NAME][0])) for batch in source.batches()
    ]
    found: Any = np.concatenate(parts)
    if (found < 0).any():
        raise DataError(
            tr("The text has letters that the vocabulary lacks"),
            where=file.name,
            got=tr("{n} of {all}", n=int((found < 0).sum()), all=len(found)),
            fix=tr("Take them out, or train on a text that has them."),
        )
    made: Array = found
    return made


_READERS = {"row": _rows, "window": _windows, "text": _text}
