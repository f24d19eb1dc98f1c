"""Images or sounds with a table of labels: a column of it names the files.

The files stand in the folder of the table or below it; names that lead elsewhere, and
links, are refused: a table may be anybody's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np

from engine.data.readers import delimited
from engine.data.readers.listing import Entry
from engine.data.readers.media.media import (
    ENDINGS,
    IMAGE_SETTINGS,
    SOUND_SETTINGS,
    Media,
    MediaKind,
    form_of,
)
from engine.data.readers.reader import (
    BATCH_ROWS,
    Array,
    Batch,
    Column,
    Kinds,
    Place,
    Reader,
    Settled,
    Source,
    Told,
)
from engine.errors import DataError
from engine.graph.files import giving_up
from engine.i18n import tr
from engine.layers.spec import Params
from engine.places import is_file

_TRIED = 20
_FOLDERS = ("", "images", "img", "imgs", "train", "data", "audio", "sounds", "wav",
            "wavs", "clips", "files")  # fmt: skip


@dataclass(frozen=True)
class _Names:
    """Which column names files, and how its words become paths.

    Args:
        column: Its name.
        kind: Of the files.
        folder: Below the table's, or empty.
        ending: That the words lack, or empty.
    """

    column: str
    kind: MediaKind
    folder: str
    ending: str

    def names(self, word: str) -> tuple[str, ...]:
        """Return the folders and the file that a cell names."""
        return PurePosixPath(self.folder, f"{word}{self.ending}").parts


def fits(path: Path) -> bool:
    """Return whether a table has a column that names files beside it."""
    try:
        source = delimited.READER.open(path, _settings({}), {})
        return _found(path, source) is not None
    except DataError:
        return False


def _settings(params: Params) -> Params:
    return {
        setting.name: params.get(setting.name, setting.default)
        for setting in delimited.READER.settings
    }


def _found(path: Path, source: Source) -> _Names | None:
    """Return the column that names files, by a look at its first words."""
    first = next(iter(source.batches(_TRIED)), None)
    for column in source.columns if first else ():
        is_word = column.kind == "text" or column.is_whole
        if is_word and (names := _named(path.parent, first, column)):
            return names
    return None


def _named(folder: Path, first: Batch | None, column: Column) -> _Names | None:
    words = _words(first.arrays[column.name]) if first else []
    words = [word for word in words if word]
    if not words or not all(_is_inside(word) for word in words):
        return None
    for below in _FOLDERS:
        for kind, endings in ENDINGS.items():
            for ending in ("", *sorted(endings)):
                names = _Names(column.name, kind, below, ending)
                parts = names.names(words[0])
                is_ours = parts[-1].lower().endswith(tuple(endings))
                if is_ours and is_file(folder.joinpath(*parts)):
                    return names
    return None


def _words(values: Array) -> list[str]:
    """Return cells as words; files may be numbered."""
    if values.dtype.kind == "f":
        return ["" if np.isnan(value) else str(int(value)) for value in values]
    return ["" if value is None else str(value) for value in values]


def _is_inside(word: str) -> bool:
    path = PurePosixPath(word)
    is_plain = "\\" not in word and ":" not in word and "\0" not in word
    return is_plain and not path.is_absolute() and ".." not in path.parts


@dataclass(frozen=True)
class _Rest:
    """The rows of the table; the column of names stays, as what tells them apart."""

    table: Source
    name: str

    @property
    def columns(self) -> tuple[Column, ...]:
        """As the table has them."""
        return tuple(
            Column(c.name, c.kind, role="id", missing=c.missing)
            if c.name == self.name
            else c
            for c in self.table.columns
        )

    @property
    def told(self) -> tuple[Told, ...]:
        """What was guessed of the table."""
        return (Told(tr("files named in"), self.name), *self.table.told)

    @property
    def settings(self) -> Params:
        """Of the table."""
        return self.table.settings if isinstance(self.table, Settled) else {}

    def batches(self, rows: int = BATCH_ROWS) -> Iterator[Batch]:
        """Yield all rows."""
        return self.table.batches(rows)


def _open(path: Path, params: Params, kinds: Kinds) -> Media:
    table = delimited.READER.open(path, _settings(params), kinds)
    names = _found(path, table)
    if names is None:
        raise Place(path).refuse(
            tr("No column names files that are there"),
            expected=tr("names of images or sounds, counted from the table's folder"),
            fix=tr("Put the table beside the files that it names."),
        )
    files = _entries(path, table, names)
    form = form_of(names.kind, path.parent, files, params)
    rest = _Rest(table, names.column)
    return Media(path.parent, rest, files, form, names.kind)


def _entries(path: Path, table: Source, names: _Names) -> Sequence[Entry]:
    """Return the file of every row.

    Raises:
        DataError: At the first that names none, or one elsewhere.
    """
    made = []
    for batch in table.batches():
        giving_up.check()
        for index, word in enumerate(_words(batch.arrays[names.column])):
            place = Place(path, batch.first_row + index, names.column)
            made.append(_entry(path.parent, names, word, place))
    return made


def _entry(folder: Path, names: _Names, word: str, place: Place) -> Entry:
    if not word or not _is_inside(word):
        raise place.refuse(
            tr("This cell names no file of the table's folder"),
            expected=tr("a name such as images/7.png"),
            got=word or None,
        )
    parts = names.names(word)
    try:
        facts = folder.joinpath(*parts).stat(follow_symlinks=False)
    except (OSError, ValueError) as error:
        raise place.refuse(
            tr("There is no such file"),
            got="/".join(parts),
            fix=tr("Put the file there, or take the row away."),
        ) from error
    return Entry(parts, facts.st_size, facts.st_mtime_ns)


READER = Reader(
    id="listed",
    title="Images or sounds with a table",
    suffixes=(),
    recognises=lambda _head: False,
    open=_open,
    settings=(*delimited.READER.settings, *IMAGE_SETTINGS, *SOUND_SETTINGS),
)
