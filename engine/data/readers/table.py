"""The table of readers, and the one way to open a file or folder with one of them."""

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from engine.data.readers import (
    delimited,
    foreign,
    npz,
    texts,
)
from engine.data.readers.arrays import cifar, idx, npy
from engine.data.readers.listing import endings
from engine.data.readers.media import image_folder, listed, sound_folder, waves
from engine.data.readers.reader import Kinds, Place, Reader, Source
from engine.data.readers.records import json_records, parquet, sqlite
from engine.errors import did_you_mean
from engine.files import opened_regular
from engine.i18n import tr
from engine.layers.spec import Params

_ROWS = (
    npz.READER,
    npy.READER,
    idx.READER,
    parquet.READER,
    sqlite.READER,
    waves.READER,
    json_records.READER,
    cifar.READER,
    image_folder.READER,
    sound_folder.READER,
    listed.READER,
    delimited.READER,
    texts.READER,
)
READERS: Mapping[str, Reader] = {reader.id: reader for reader in _ROWS}
"""The most particular first: where several recognise a file, the first one reads it."""
_HEAD_BYTES = 65_536


def reader_for(path: Path) -> Reader:
    """Return the reader of a file, by its content; among several, by its suffix.

    Raises:
        DataError: When it can't be read, is empty, or no reader recognises it.
    """
    if _is_folder(path):
        return _for_folder(path)
    head = _head(path)
    if not head:
        raise Place(path).refuse(tr("The file is empty"))
    suffix = path.suffix.lower()
    fitting = [
        reader
        for reader in READERS.values()
        if reader.recognises(head)
        and (suffix in reader.suffixes or not reader.needs_suffix)
    ]
    sure = [reader for reader in fitting if reader.is_sure(head)]
    if not sure:
        foreign.refuse(path, head)
    if not fitting:
        _check_name(path, suffix)
        raise Place(path).refuse(
            tr("No reader knows this kind of file"),
            expected=", ".join(r.suffixes[0] for r in READERS.values() if r.suffixes),
            got=suffix or None,
        )
    named = [reader for reader in fitting if suffix in reader.suffixes]
    best = (sure or named or fitting)[0]
    is_list = best is delimited.READER and listed.fits(path)
    return listed.READER if is_list else best


def _check_name(path: Path, suffix: str) -> None:
    """Refuse a file whose name says that it is known, and whose content isn't that."""
    named = next((r for r in READERS.values() if suffix in r.suffixes), None)
    if named is not None:
        raise Place(path).refuse(
            tr("What is in this file is not what its name says"),
            expected=tr(named.title),
            got=tr("bytes that no such file begins with"),
            fix=tr("It may be damaged or misnamed: save it anew in its own program."),
        )


def _for_folder(path: Path) -> Reader:
    found = endings(path)
    if not found:
        raise Place(path).refuse(tr("The folder has no files"))
    for reader in READERS.values():
        if reader.takes(found):
            return reader
    raise Place(path).refuse(
        tr("No reader knows a folder of such files"),
        expected=tr("a folder for each class with images, sounds or texts in it"),
        got=", ".join(list(found)[:5]),
        fix=tr("Choose a single file in it."),
    )


def _is_folder(path: Path) -> bool:
    try:
        return stat.S_ISDIR(path.stat().st_mode)
    except (OSError, ValueError):
        return False  # opening it says why


def open_source(
    path: Path, params: Params | None = None, kinds: Kinds | None = None
) -> Source:
    """Look at the beginning of a file or folder and return what it holds.

    Args:
        path: An ordinary file or a folder: FIFOs and devices are refused.
        params: Settings of its reader; `reader` may name one. Missing ones are guessed.
        kinds: Kinds of columns that differ from those that would be guessed.

    Raises:
        ConfigError: When a setting is out of its range.
        DataError: When the file can't be read; names row and column.

    Threads: any; the source belongs to the thread that opened it.
    """
    wanted = dict(params or {})
    named = wanted.pop("reader", None)
    reader = _named(str(named), path) if named else reader_for(path)
    complete = _complete(reader, wanted, path)
    return reader.open(path, complete, kinds or {})


def check_settings(path: Path, params: Params) -> None:
    """Refuse settings that no reader, or not the one that is named, has.

    Raises:
        ConfigError: When one is out of its range.
        DataError: When there is no such reader or setting.
    """
    wanted = dict(params)
    if named := wanted.pop("reader", None):
        _complete(_named(str(named), path), wanted, path)


def _complete(reader: Reader, wanted: Params, path: Path) -> Params:
    """Return all settings of a reader; what nobody chose has its default."""
    known = [setting.name for setting in reader.settings]
    for name in wanted:
        if name not in known:
            raise Place(path).refuse(
                tr("This reader has no setting “{name}”", name=name),
                expected=", ".join(known) or tr("none"),
                fix=did_you_mean(name, known),
            )
    return {
        setting.name: setting.check(wanted.get(setting.name, setting.default))
        for setting in reader.settings
    }


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
