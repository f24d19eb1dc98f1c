"""How a table is laid out: what stands above it, what is between cells, its header.

All of it is guessed from the first rows, unless somebody has chosen.
"""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from engine.data.readers import cells
from engine.data.readers.encodings import ENCODINGS
from engine.data.readers.lines import Lines
from engine.data.readers.reader import Place, as_int, chosen, counted
from engine.graph.files import giving_up
from engine.i18n import tr
from engine.layers.spec import Params

if TYPE_CHECKING:
    import _csv

SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|", "space": " "}
_SNIFFED = 60
_MOST_ABOVE = 30
"""Lines that may stand above a table."""
_EXCEL = "sep="
_WORDS = {
    "": "The quotes of this row don't fit",
    "field larger than field limit (131072)": "A cell is longer than 131,072 letters",
    "unexpected end of data": "A quote is opened and never closed",
}
"""What Python's reader complains of, in our words (English; shown through `tr`)."""
SETTINGS = (
    chosen("separator", "Separator", "Between cells.", tuple(SEPARATORS)),
    chosen("header", "Header", "Names in the first row.", ("yes", "no")),
    chosen("decimal", "Decimal sign", "1.5 or 1,5.", ("point", "comma")),
    chosen("encoding", "Encoding", "Automatic is what the file speaks for.", ENCODINGS),
    chosen("dates", "Dates", "The way in which dates are written.",
           ("day first", "month first")),
    counted("skip", "Lines above", "Lines that stand above the table.", 0, 1000),
)  # fmt: skip

Row = list[str]
Record = tuple[int, Row]
"""The line in which a row begins, and its cells."""


@dataclass(frozen=True)
class Layout:
    """How a file is written.

    Args:
        path: The file.
        encoding: Of its text.
        separator: Between cells.
        above: Lines before the table.
        comments: Lines that begin with # are none of the table, unless they have as
            many cells as its rows: #N/A is a word for nothing.
        width: Cells of a row; 0 while it isn't known.
        has_header: The first row holds names.
    """

    path: Path
    encoding: str
    separator: str = ","
    above: int = 0
    comments: bool = False
    width: int = 0
    has_header: bool = True

    def records(self, lines: Iterable[str], done: int = 0) -> Iterator[Record]:
        """Yield the cells of each row that isn't empty, and the line it begins in.

        Args:
            lines: Of the file.
            done: How many lines of it were read before.

        Raises:
            DataError: Where quotes don't fit; names the row.
        """
        above = max(0, self.above - done)
        reader = self._reader(islice(lines, above, None))
        while True:
            begins = done + above + reader.line_num + 1
            try:
                row = next(reader, None)
            except csv.Error as error:
                raise Place(self.path, begins).refuse(
                    tr(_WORDS.get(str(error), _WORDS[""])),
                    expected=tr("“…” around a whole cell, doubled inside it"),
                    fix=tr("Close the quote, or choose another separator."),
                ) from error
            if row is None:
                return
            if row and not self._is_comment(row):
                yield begins, row

    def _is_comment(self, row: Row) -> bool:
        is_marked = self.comments and row[0].startswith("#")
        return is_marked and len(row) != self.width

    def _reader(self, lines: Iterable[str]) -> "_csv.Reader":
        if self.separator == " ":
            lines = (line.strip(" \r\n") + "\n" for line in lines)
        return csv.reader(
            lines,
            delimiter=self.separator,
            strict=True,
            skipinitialspace=self.separator != "\t",
        )

    def widths(self, lines: Iterable[str]) -> list[int]:
        """Return how many cells the first rows have; ends where quotes don't fit."""
        found = []
        try:
            for row in islice(self._reader(islice(lines, self.above, None)), _SNIFFED):
                found += [len(row)] if row and not self._is_comment(row) else []
        except csv.Error:
            pass
        return found


def sniffed(path: Path, params: Params) -> Layout:
    """Return the layout of a file, but for its header.

    Raises:
        DataError: When its first lines can't be read.
    """
    with Lines(path, str(params.get("encoding") or "")) as lines:
        encoding = lines.encoding
        first = list(islice(lines, _SNIFFED + _MOST_ABOVE))
    giving_up.check()
    comments = any(line.startswith("#") for line in first)
    layout = Layout(path, encoding, comments=comments)
    skip = as_int(params, "skip")
    if skip is None and first and first[0].casefold().startswith(_EXCEL):
        separator = first[0].rstrip("\r\n")[len(_EXCEL) :]
        if separator in SEPARATORS.values():
            return replace(layout, separator=separator, above=1)
    if params.get("separator") is not None:
        layout = replace(layout, separator=SEPARATORS[str(params["separator"])])
    else:
        layout = replace(layout, separator=_separator(layout, first, skip or 0))
    above = _above(layout, first) if skip is None else skip
    widths = Counter(replace(layout, above=above).widths(first))
    width = widths.most_common(1)[0][0] if widths else 0
    return replace(layout, above=above, width=width)


def _separator(layout: Layout, first: Sequence[str], skip: int) -> str:
    """Return the separator that cuts the first rows into the most equal cells."""
    found = {}
    for separator in SEPARATORS.values():
        trial = replace(layout, separator=separator, above=skip)
        widths = trial.widths(first)
        usual, count = Counter(widths).most_common(1)[0] if widths else (1, 0)
        share = count / len(widths) if widths else 0
        if separator == " " and share < 1:
            share = 0  # words of a sentence
        found[separator] = (usual > 1) * share, usual
    if any(value[0] > 0 for key, value in found.items() if key != " "):
        found.pop(" ")
    is_tabbed = layout.path.suffix.lower() in {".tsv", ".tab"}
    best = max(found, key=lambda each: (found[each], each == "\t" and is_tabbed))
    return best if found[best][0] else ("\t" if is_tabbed else ",")


def _above(layout: Layout, first: Sequence[str]) -> int:
    """Return how many lines stand above the table: fewer cells than its rows have.

    A title, a date, an empty line: a table of three columns or more has none such.
    """
    rows = []
    try:
        for begins, row in layout.records(first):
            rows.append((begins, row))
            if len(rows) >= _SNIFFED:
                break
    except Exception:  # noqa: BLE001 - said when it is read as a whole
        return 0
    usual, count = Counter(len(row) for _, row in rows).most_common(1)[0] if rows else (
        0, 0)  # fmt: skip
    if usual < 2 or count < len(rows) / 2:
        return 0
    for begins, row in rows[:_MOST_ABOVE]:
        filled = sum(bool(cell.strip()) for cell in row)
        is_title = len(row) < usual - 1 or (filled <= 1 < usual - 1)
        if not is_title:
            return begins - 1
    return 0


def has_header(rows: Sequence[Row]) -> bool:
    """Return whether the first row names columns.

    It has words, no number and no date, and no word that comes again below.
    """
    first, below = rows[0], rows[1:]
    words = [cell.strip() for cell in first if cell.strip()]
    if not words or any(map(cells.is_value, first)):
        return False
    if len(below) < 3 or any(map(cells.is_value, below[0])):
        return True
    seen = [{row[n] for row in below if n < len(row)} for n in range(len(first))]
    again = sum(cell in column for cell, column in zip(first, seen, strict=True))
    return again < len(first) / 2
