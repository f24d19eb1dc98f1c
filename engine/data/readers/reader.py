"""What every reader of files says of itself, and what an opened file can be asked.

A reader never holds a whole file: rows come in batches, again from the start each time.
Rows are counted as an editor counts them, from 1 and with the header; files of a folder
in the order of their names.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from engine.errors import DataError
from engine.i18n import tr
from engine.layers.spec import Param, Params

Kind = Literal["number", "text", "date", "image", "signal"]
Role = Literal["input", "target", "group", "time", "part", "id", "ignore"]
Array = npt.NDArray[np.generic]
BATCH_ROWS = 4096
"""Few enough that a batch of a table is read in a moment: between two it can stop."""


@dataclass(frozen=True)
class Column:
    """One value of every sample.

    Args:
        name: As in the file, or `column 3`.
        kind: `number` is float64 with NaN where a value is missing, `text` is str or
            None, `date` is datetime64[s] or NaT, `image` is uint8 and `signal` float32.
        shape: Of one value, such as C×H×W of an image; empty for a single one.
        role: What it is for, where the format itself says so.
        missing: Rows without a value among those that were looked at.
        is_whole: Every number among them is a whole one.
        classes: Names of all its values, where the format itself says so.
    """

    name: str
    kind: Kind
    shape: tuple[int, ...] = ()
    role: Role | None = None
    missing: int = 0
    is_whole: bool = False
    classes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Told:
    """How something of a file was read, guessed or chosen, such as its encoding.

    Args:
        what: In a word (shown as it is: translated already).
        value: As a setting of the reader would say it.
    """

    what: str
    value: str


@dataclass(frozen=True)
class Batch:
    """Some rows that follow each other.

    Args:
        arrays: By name of the column, rows first.
        first_row: Where in the file the first of them stands.
        share: How much of the file is read, 0 to 1.
    """

    arrays: Mapping[str, Array]
    first_row: int
    share: float

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(next(iter(self.arrays.values()), ()))


class Source(Protocol):
    """An opened file or folder."""

    @property
    def columns(self) -> tuple[Column, ...]:
        """What a row holds, in the order of the file."""

    @property
    def told(self) -> tuple[Told, ...]:
        """What was read how."""

    def batches(self, rows: int = BATCH_ROWS) -> Iterator[Batch]:
        """Yield all rows from the first one on; ending early closes the file.

        Raises:
            DataError: At the first row that can't be read; names row and column.
        """


@runtime_checkable
class Settled(Protocol):
    """A source that says which settings make another opening read the same."""

    @property
    def settings(self) -> Params:
        """Of its reader, by name."""


Kinds = Mapping[str, Kind]


@dataclass(frozen=True)
class Reader:
    """One format.

    Args:
        id: As in documents.
        title: Name that people see (English; shown through `tr`).
        suffixes: Endings of its files, with the dot, in small letters.
        recognises: Whether a file that begins with these bytes can be one.
        open: Looks at the beginning of a file and returns what it holds. Gets the
            path, complete settings, and kinds of columns that the user has chosen
            instead of those that are guessed.
        settings: What can be chosen, as in a layer; None means a guess.
        is_sure: Whether these first bytes leave no doubt, whatever the suffix.
        needs_suffix: The first bytes say little: the suffix has to be one of its own.
        takes: Whether a folder is this reader's; gets the endings of the files in it
            with their counts, the most frequent first.
    """

    id: str
    title: str
    suffixes: tuple[str, ...]
    recognises: Callable[[bytes], bool]
    open: Callable[[Path, Params, Kinds], Source]
    settings: tuple[Param, ...] = field(default=())
    is_sure: Callable[[bytes], bool] = lambda _head: False
    needs_suffix: bool = False
    takes: Callable[[Mapping[str, int]], bool] = lambda _endings: False


@dataclass(frozen=True)
class Place:
    """A place in a file, as it stands in a message.

    Args:
        path: The file.
        row: From 1, with the header; 0 means the whole file.
        column: Its name; empty means the whole row.
    """

    path: Path
    row: int = 0
    column: str = ""

    def __str__(self) -> str:
        """Return file, row and column, as far as they are known."""
        parts = [self.path.name]
        if self.row:
            parts.append(tr("row {row}", row=self.row))
        if self.column:
            parts.append(tr("column “{name}”", name=self.column))
        return ", ".join(parts)

    def refuse(
        self, what: str, *, expected: object = None, got: object = None, fix: str = ""
    ) -> DataError:
        """Return the error for what stands here; the caller raises it."""
        return DataError(what, where=str(self), expected=expected, got=got, fix=fix)


def chosen(name: str, label: str, doc: str, choices: tuple[str, ...]) -> Param:
    """Return a setting that is guessed where nobody chooses."""
    return Param(name, "choice", None, label, doc, choices=choices, optional=True)


def counted(name: str, label: str, doc: str, low: int, high: int) -> Param:
    """Return a whole number that is guessed where nobody chooses."""
    return Param(name, "int", None, label, doc, min=low, max=high, optional=True)


def as_int(params: Params, name: str) -> int | None:
    """Return a setting made by `counted`."""
    value = params.get(name)
    return value if isinstance(value, int) else None
