"""New data for a network that was trained on own data: the same steps, replayed."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from engine.data.intake.loading import carried, tokens_of
from engine.data.intake.rows import Coder, coded, opened, whole
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

Piece = tuple[int, Mapping[str, Array]]
"""Number of the first row, and port → values that are not scaled yet."""
_BATCH = 1024
_LAYOUT = {"separator", "header", "decimal", "encoding", "skip", "table", "dates"}
"""Settings that another file may have otherwise."""


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
        for first, arrays in _rows(wanted, file, context):
            ports = own.port_names(wanted.columns)
            made = {ports[n]: a for n, a in arrays.items() if n in ports}
            has_row = all(c.name in arrays for c in wanted.columns if c.is_feature)
            if preparation is not None and preparation.tracks and has_row:
                made["features"] = preparation.features(arrays)
            yield first, made


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


def _rows(wanted: OwnSettings, file: Path, context: int) -> Iterator[Piece]:
    """Yield first row, and column → numbers."""
    used = wanted.of_role("input")
    coders = [
        Coder(c, context if c.kind == "text" else 0, is_strict=False) for c in used
    ]
    if alone := _alone(used, wanted, file):
        there = {column.name for column in alone.columns}
        coders = [coder for coder in coders if coder.column.name in there]
    source = alone or opened(file, reading(wanted.options, file), used)
    yield from coded(source, coders, file)


def _alone(used: Sequence[OwnColumn], wanted: OwnSettings, file: Path) -> Source | None:
    """Return a single image or sound as a source; None for anything else."""
    kind: MediaKind = "image" if any(c.kind == "image" for c in used) else "signal"
    is_one = file.suffix.lower() in ENDINGS[kind] and not file.is_dir()
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
    """Yield each window, also the last, that nothing follows yet."""
    used = own.window_columns(wanted.columns)
    source = opened(file, reading(wanted.options, file), used)
    arrays = whole(source, [Coder(c, is_strict=False) for c in used], file)
    values_TC = carried(np.stack([arrays[c.name] for c in used], axis=1))
    if len(values_TC) < length:
        raise Place(file).refuse(
            tr("The series is shorter than a window"),
            expected=tr("at least {n}", n=length),
            got=len(values_TC),
        )
    view = np.lib.stride_tricks.sliding_window_view(values_TC, length, axis=0)
    windows_NTC = view.transpose(0, 2, 1)
    for start in range(0, len(windows_NTC), _BATCH):
        # The answer of a window is for the row after its last one.
        yield start + length + 1, {"window": windows_NTC[start : start + _BATCH]}


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
        yield start + 1, {"tokens": windows_NT[start : start + _BATCH]}
