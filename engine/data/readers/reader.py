"""What every reader of files says of itself, and what an opened file can be asked.

A reader never holds a whole file: rows come in batches, again from the start each time.
Rows are counted as an editor counts them, from 1 and with the header.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from engine.errors import DataError
from engine.i18n import tr
from engine.layers.spec import Param, Params

Kind = Literal["number", "text", "date"]
Role = Literal["input", "target", "group", "time", "ignore"]
Array = npt.NDArray[np.generic]
BATCH_ROWS = 8192
"""Few enough that a batch is read in less than 0.1 s: between two a reader can stop."""
_TARGETS = ("target", "label", "class", "y")


@dataclass(frozen=True)
class Column:
    """One value of every sample.

    Args:
        name: As in the file, or `column 3`.
        kind: `number` is float64 with NaN where a value is missing, `text` is str or
            None, `date` is datetime64[s] or NaT.
        shape: Of one value, such as H×W of an image; empty for a single one.
        role: What it is for, as far as a guess goes.
        missing: Rows without a value among those that were looked at.
        is_whole: Every number among them is a whole one.
    """

    name: str
    kind: Kind
    shape: tuple[int, ...] = ()
    role: Role = "input"
    missing: int = 0
    is_whole: bool = False


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
    """An opened file."""

    @property
    def columns(self) -> tuple[Column, ...]:
        """What a row holds, in the order of the file."""

    def batches(self, rows: int = BATCH_ROWS) -> Iterator[Batch]:
        """Yield all rows from the first one on; ending early closes the file.

        Raises:
            DataError: At the first row that can't be read; names row and column.
        """


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
    """

    id: str
    title: str
    suffixes: tuple[str, ...]
    recognises: Callable[[bytes], bool]
    open: Callable[[Path, Params, Kinds], Source]
    settings: tuple[Param, ...] = field(default=())


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


def guessed_target(names: tuple[str, ...]) -> str:
    """Return the column that most probably is to be predicted; empty for a single one.

    It is the one that is called so, otherwise the last, as most tables have it.
    """
    for wanted in _TARGETS:
        for name in names:
            if name.casefold() == wanted:
                return name
    return names[-1] if len(names) > 1 else ""
