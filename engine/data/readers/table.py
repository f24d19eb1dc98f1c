"""The table of readers, and the one way to open a file with one of them."""

import os
from collections.abc import Mapping
from pathlib import Path

from engine.data.readers import (
    delimited,
    npz,
)
from engine.data.readers.reader import Kinds, Place, Reader, Source
from engine.errors import did_you_mean
from engine.files import opened_regular
from engine.i18n import tr
from engine.layers.spec import Params

_ROWS = (
    npz.READER,
    delimited.READER,
)
READERS: Mapping[str, Reader] = {reader.id: reader for reader in _ROWS}
"""The most particular first: where several recognise a file, the first one reads it."""
_HEAD_BYTES = 65_536


def reader_for(path: Path) -> Reader:
    """Return the reader of a file, by its content; among several, by its suffix.

    Raises:
        DataError: When it can't be read, is empty, or no reader recognises it.
    """
    head = _head(path)
    if not head:
        raise Place(path).refuse(tr("The file is empty"))
    fitting = [reader for reader in READERS.values() if reader.recognises(head)]
    if not fitting:
        raise Place(path).refuse(
            tr("No reader knows this kind of file"),
            expected=", ".join(s for r in READERS.values() for s in r.suffixes),
            got=path.suffix or None,
        )
    named = [reader for reader in fitting if path.suffix.lower() in reader.suffixes]
    return (named or fitting)[0]


def open_file(
    path: Path, params: Params | None = None, kinds: Kinds | None = None
) -> Source:
    """Look at the beginning of a file and return what it holds.

    Args:
        path: An ordinary file: FIFOs and devices are refused, not waited for.
        params: Settings of its reader; `reader` may name one. Missing ones are guessed.
        kinds: Kinds of columns that differ from those that would be guessed.

    Raises:
        ConfigError: When a setting is out of its range.
        DataError: When the file can't be read; names row and column.

    Threads: any; the source belongs to the thread that opened it.
    """
    wanted = dict(params or {})
    chosen = wanted.pop("reader", None)
    reader = _named(str(chosen), path) if chosen else reader_for(path)
    complete = {
        setting.name: setting.check(wanted.get(setting.name, setting.default))
        for setting in reader.settings
    }
    return reader.open(path, complete, kinds or {})


def _named(reader_id: str, path: Path) -> Reader:
    if reader_id not in READERS:
        raise Place(path).refuse(
            tr("There is no reader “{id}”", id=reader_id),
            expected=", ".join(READERS),
            fix=did_you_mean(reader_id, READERS),
        )
    return READERS[reader_id]


def _head(path: Path) -> bytes:
    try:
        with opened_regular(path) as handle:
            return os.read(handle, _HEAD_BYTES)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise Place(path).refuse(tr("The file can't be read"), got=reason) from error
