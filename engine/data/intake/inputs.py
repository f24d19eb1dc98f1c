"""New data for a network that was trained on own data: the same steps, replayed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from engine.data.intake.loading import carried, in_time, tokens_of
from engine.data.intake.rows import DAY_S, Coder, opened, takes_kinds, whole
from engine.data.own import classes
from engine.data.own.choice import OwnSettings
from engine.data.own.preparing import Preparation
from engine.data.readers.listing import Entry
from engine.data.readers.media.class_folders import FILE, Rows
from engine.data.readers.media.media import ENDINGS, Media, MediaKind, form_of
from engine.data.readers.reader import Array, Column, Place, Source
from engine.data.readers.table import reader_for
from engine.i18n import tr
from engine.layers.datasets import own
from engine.layers.datasets.own import OwnColumn
from engine.layers.spec import Params
from engine.places import is_folder
from engine.protocol.arrays import Ints

_BATCH = 1024
_LAYOUT = {"separator", "header", "decimal", "encoding", "skip", "table", "dates"}
"""Settings that another file may have otherwise."""


@dataclass(frozen=True)
class Piece:
    """Some samples of a file, as a network reads them.

    Args:
        rows: Where each stands in the file; of a window, what it is to forecast.
        ports: Port → values that are not scaled yet.
        names: Column → words by which somebody knows a sample again: its file, its
            number, its time.
    """

    rows: Array
    ports: Mapping[str, Array]
    names: Mapping[str, Sequence[str]] = field(default_factory=dict)


def pieces(
    wanted: OwnSettings, context: int, preparation: Preparation | None, file: Path
) -> Iterator[Piece]:
    """Yield what the inputs of a network read of a file, row by row.

    A single image or sound brings no more than itself.

    Args:
        wanted: The data that the network was trained on.
        context: Length of a window or text.
        preparation: That was fitted on it.
        file: Another file or folder of the same kind.

    Raises:
        DataError: When it can't be read, or lacks what the network reads.
    """
    if wanted.sample == "window":
        yield from _windows(wanted, file, context)
    elif wanted.sample == "text":
        yield from _text(wanted, file, context)
    else:
        for rows, arrays, names in _rows(wanted, file, context):
            ports = own.port_names(wanted.columns)
            made = {ports[n]: a for n, a in arrays.items() if n in ports}
            has_row = all(c.name in arrays for c in wanted.columns if c.is_feature)
            if preparation is not None and preparation.tracks and has_row:
                made["features"] = preparation.features(arrays)
            yield Piece(rows, made, names)


def reading(options: Params, file: Path) -> Params:
    """Return the settings of a reader that count for another file.

    Args:
        options: Those of the first file.
        file: The other one.

    Raises:
        DataError: When no reader knows it.
    """
    reader = options.get("reader")
    if reader not in {"images", "sounds", "listed"} and reader_for(file).id != reader:
        return {}
    return {k: v for k, v in options.items() if k not in _LAYOUT}


def _rows(
    wanted: OwnSettings, file: Path, context: int
) -> Iterator[tuple[Array, Mapping[str, Array], Mapping[str, Sequence[str]]]]:
    """Yield where rows stand, column → numbers, and column → words."""
    used = wanted.of_role("input")
    coders = [
        Coder(c, context if c.kind == "text" else 0, is_strict=False) for c in used
    ]
    if alone := _alone(used, wanted, file):
        there = {column.name for column in alone.columns}
        coders = [coder for coder in coders if coder.column.name in there]
    source, named = (alone, [FILE]) if alone else _opened(wanted, file, used)
    for batch in source.batches():
        rows = np.arange(batch.first_row, batch.first_row + len(batch))
        arrays = {coder.column.name: coder.coded(batch, file) for coder in coders}
        yield rows, arrays, {n: classes.shown(batch.arrays[n]) for n in named}


def _opened(
    wanted: OwnSettings, file: Path, used: Sequence[OwnColumn]
) -> tuple[Source, list[str]]:
    """Return a source, and its columns by which rows are known; numbers as words."""
    options = reading(wanted.options, file)
    source = opened(file, options, used)
    there = {column.name for column in source.columns if not column.shape}
    telling = [c for c in wanted.of_role("id", "time") if c.name in there]
    names = [c.name for c in telling] or [FILE] * (FILE in there)
    words = [replace(c, kind="text") for c in telling if c.kind == "number"]
    if words and takes_kinds(options or wanted.options):
        source = opened(file, options, (*used, *words))  # 00012 stays as it stands
    return source, names


def _alone(used: Sequence[OwnColumn], wanted: OwnSettings, file: Path) -> Source | None:
    """Return a single image or sound as a source; None for anything else."""
    kind: MediaKind = "image" if any(c.kind == "image" for c in used) else "signal"
    is_one = file.suffix.lower() in ENDINGS[kind] and not is_folder(file)
    if not is_one or not any(c.kind == kind for c in used):
        return None
    try:
        facts = file.stat()
    except OSError as error:
        raise Place(file).refuse(
            tr("The file can't be read"), got=error.strerror
        ) from error
    files = [Entry((file.name,), facts.st_size, facts.st_mtime_ns)]
    form = form_of(kind, file.parent, files, wanted.options)
    rest = Rows((Column(FILE, "text", (), "id"),), (), files)
    name = next(c.name for c in used if c.kind == kind)
    return Media(file.parent, rest, files, form, name)


def _windows(wanted: OwnSettings, file: Path, length: int) -> Iterator[Piece]:
    """Yield each window in order of time, also the last, that nothing follows yet."""
    used, options = own.window_columns(wanted.columns), reading(wanted.options, file)
    known = {column.name for column in opened(file, options, used).columns}
    times = [c for c in wanted.of_role("time") if c.name in known]
    source = opened(file, options, (*used, *times))
    coders = [Coder(c, is_strict=False) for c in (*used, *times)]
    arrays = whole(source, coders, file)
    values_TC = np.stack([arrays[c.name] for c in used], axis=1)
    plain = [c for c in times if c.kind != "category"]
    order = in_time(arrays, plain if len(plain) == len(times) else ())
    order = np.arange(len(values_TC)) if order is None else order
    values_TC = carried(values_TC[order])
    if len(values_TC) < length:
        raise Place(file).refuse(
            tr("The series is shorter than a window"),
            expected=tr("at least {n}", n=length),
            got=len(values_TC),
        )
    first = next(source.batches(1)).first_row
    view = np.lib.stride_tricks.sliding_window_view(values_TC, length, axis=0)
    windows_NTC = view.transpose(0, 2, 1)
    # The answer of a window is for the row after its last one.
    after: Ints = np.append(order[length:], len(order)).astype(np.int64)
    for start in range(0, len(windows_NTC), _BATCH):
        some = after[start : start + _BATCH]
        names = {c.name: _moments(c, arrays[c.name], some) for c in times}
        window = {"window": windows_NTC[start : start + _BATCH]}
        yield Piece(some + first, window, names)


def _moments(column: OwnColumn, coded: Array, rows: Ints) -> list[str]:
    """Return a time of some rows in words; nothing of the one after the last."""
    values = coded[rows[rows < len(coded)]]
    if column.kind == "category":
        known = np.array([*column.classes, None], object)
        words = classes.shown(known[values.astype(np.int64)])
    elif column.kind == "date":
        seconds = np.round(values.astype(np.float64) * DAY_S)
        is_there = np.isfinite(seconds)
        moments = np.where(is_there, seconds, 0).astype("datetime64[s]")
        words = classes.shown(np.where(is_there, moments, np.datetime64("NaT", "s")))
    else:
        words = classes.shown(values)
    return words + [""] * (len(rows) - len(values))


def _text(wanted: OwnSettings, file: Path, length: int) -> Iterator[Piece]:
    found = tokens_of(wanted, file)
    count = len(found) // length
    if not count:
        raise Place(file).refuse(
            tr("The text is too short for this context"),
            expected=tr("at least {n}", n=length),
            got=len(found),
        )
    windows_NT = found[: count * length].reshape(count, length)
    for start in range(0, count, _BATCH):
        some = windows_NT[start : start + _BATCH]
        yield Piece(np.arange(start + 1, start + len(some) + 1), {"tokens": some})
