"""CSV and TSV: tables as text, read row by row, whatever their separator.

What a file doesn't say of itself is guessed from its first rows: encoding, separator,
header, decimal sign, and the kind of each column. A later cell that contradicts a guess
is an error with its row and column, never a silent missing value.

Source: RFC 4180, "Common Format and MIME Type for CSV Files"
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from engine.data.readers import cells
from engine.data.readers.lines import ENCODINGS, Lines, recognises_text
from engine.data.readers.reader import (
    BATCH_ROWS,
    Array,
    Batch,
    Column,
    Kinds,
    Place,
    Reader,
    guessed_target,
)
from engine.errors import did_you_mean
from engine.i18n import tr
from engine.layers.spec import Param, Params

SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}
SAMPLE_ROWS = 1000
"""Rows that guesses are made from."""
MOST_COLUMNS = 20_000
_SNIFFED_ROWS = 50
_MOST_BYTES = 2**26
_CELL_BYTES = 64
"""What Python takes for a cell beside its letters."""
_WORDS = {
    "": "The quotes of this row don't fit",
    "field larger than field limit (131072)": "A cell is longer than 131,072 letters",
    "unexpected end of data": "A quote is opened and never closed",
}
"""What Python's reader complains of, in our words (English; shown through `tr`)."""

Row = list[str]
Record = tuple[int, Row]
"""The line in which a row begins, and its cells."""


@dataclass(frozen=True)
class _Form:
    """How a file is written.

    Args:
        path: The file.
        encoding: Of its text.
        separator: Between cells.
        has_header: The first row holds names.
        comma: Decimals are written 1,5.
        names: Of the columns.
    """

    path: Path
    encoding: str
    separator: str
    has_header: bool = True
    comma: bool = False
    names: tuple[str, ...] = ()

    def records(self, lines: Lines) -> Iterator[Record]:
        """Yield the cells of each row that isn't empty, and the line it begins in."""
        reader = csv.reader(lines, delimiter=self.separator, strict=True)
        while True:
            begins = reader.line_num + 1
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
            if row:
                yield begins, row


@dataclass(frozen=True)
class Table:
    """An opened table.

    Args:
        form: How it is written.
        columns: What a row holds.
    """

    form: _Form
    columns: tuple[Column, ...]

    def batches(self, rows: int = BATCH_ROWS) -> Iterator[Batch]:
        """Yield all rows from the first one on."""
        with Lines(self.form.path, self.form.encoding) as lines:
            records = self.form.records(lines)
            if self.form.has_header:
                next(records, None)
            while block := list(_some(records, rows)):
                yield Batch(self._arrays(block), block[0][0], lines.share)

    def _arrays(self, block: list[Record]) -> dict[str, Array]:
        numbers = [begins for begins, _ in block]
        by_column = zip(*_body(self.form.path, block, len(self.columns)), strict=True)
        return {
            column.name: self._array(column, numbers, texts)
            for column, texts in zip(self.columns, by_column, strict=True)
        }

    def _array(
        self, column: Column, numbers: list[int], texts: tuple[str, ...]
    ) -> Array:
        """Return the cells of one column; `numbers` are the rows they stand in."""
        try:
            return cells.array(column.kind, texts, comma=self.form.comma)
        except cells.BadCellError as bad:
            place = Place(self.form.path, numbers[bad.index], column.name)
            raise place.refuse(
                tr(cells.COMPLAINTS[column.kind]),
                expected=tr(cells.EXPECTED[column.kind]),
                got=texts[bad.index],
                fix=tr("Correct the cell, or read this column as text."),
            ) from None


def _some(records: Iterator[Record], rows: int) -> Iterator[Record]:
    """Yield the next rows: so many, or fewer where they would fill the memory."""
    taken = 0
    for record in islice(records, rows):
        yield record
        taken += sum(map(len, record[1])) + _CELL_BYTES * len(record[1])
        if taken > _MOST_BYTES:
            return


def _open(path: Path, params: Params, kinds: Kinds) -> Table:
    with Lines(path, str(params["encoding"] or "")) as lines:
        form = _Form(path, lines.encoding, ",")
    form = replace(form, separator=_separator(form, params["separator"]))
    with Lines(path, form.encoding) as lines:
        rows = list(_some(form.records(lines), SAMPLE_ROWS + 1))
    if not rows:
        raise Place(path).refuse(tr("The file has no rows"))
    first = rows[0][1]
    wish = params["header"]
    has_header = _looks_like_header(first) if wish is None else wish == "yes"
    names = _names(first, Place(path, rows[0][0]), has_header=has_header)
    body = _body(path, rows[has_header:], len(names))
    comma = _has_commas(body, form.separator, params["decimal"])
    form = replace(form, has_header=has_header, names=names, comma=comma)
    _check_known(path, kinds, names)
    return Table(form, _columns(body, form, kinds))


def _body(path: Path, rows: list[Record], width: int) -> list[Row]:
    """Return the rows below the header, all of the same width."""
    if not rows:
        raise Place(path).refuse(tr("The file has a header and no rows"))
    for begins, row in rows:
        if len(row) != width:
            raise _ragged(Place(path, begins), width, row)
    return [row for _, row in rows]


def _separator(form: _Form, wish: object) -> str:
    """Return the separator that cuts the first rows into the most equal cells."""
    if wish is not None:
        return SEPARATORS[str(wish)]
    found = {}
    for separator in SEPARATORS.values():
        with Lines(form.path, form.encoding) as lines:
            trial = replace(form, separator=separator)
            widths = list(_widths(trial, lines))
        usual = max(set(widths), key=widths.count, default=1)
        share = widths.count(usual) / len(widths) if widths else 0
        found[separator] = (usual > 1) * share, usual
    is_tabbed = form.path.suffix.lower() in {".tsv", ".tab"}
    best = max(found, key=lambda each: (found[each], each == "\t" and is_tabbed))
    return best if found[best][0] else ("\t" if is_tabbed else ",")


def _widths(form: _Form, lines: Lines) -> Iterator[int]:
    """Yield how many cells the first rows have; ends where quotes don't fit."""
    reader = csv.reader(lines, delimiter=form.separator, strict=True)
    try:
        for row in islice(reader, _SNIFFED_ROWS):
            if row:
                yield len(row)
    except csv.Error:
        return


def _looks_like_header(first: Row) -> bool:
    """Return whether a first row names columns: it has words, no number and no date."""
    has_words = any(cell.strip() for cell in first)
    return has_words and not any(map(cells.is_value, first))


def _names(first: Row, place: Place, *, has_header: bool) -> tuple[str, ...]:
    if len(first) > MOST_COLUMNS:
        raise place.refuse(
            tr("The table has too many columns"),
            expected=f"≤ {MOST_COLUMNS}",
            got=len(first),
        )
    names: list[str] = []
    for index, cell in enumerate(first, start=1):
        name = cell.strip() if has_header else ""
        names.append(name or tr("column {number}", number=index))
    twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    if twice:
        raise place.refuse(
            tr("Two columns have the same name"),
            expected=tr("a name of its own for each"),
            got=twice[0],
            fix=tr("Rename one of them, or say that there is no header."),
        )
    return tuple(names)


def _has_commas(body: list[Row], separator: str, wish: object) -> bool:
    """Return whether decimals are written 1,5: some are, and none with a point."""
    if wish is not None:
        return wish == "comma"
    if separator == ",":
        return False
    texts = [cell for row in body for cell in row]
    return any(map(cells.is_comma_decimal, texts)) and not any(
        map(cells.is_point_decimal, texts)
    )


def _check_known(path: Path, kinds: Kinds, names: tuple[str, ...]) -> None:
    for name, kind in kinds.items():
        place = Place(path, column=name)
        if name not in names:
            fix = did_you_mean(name, names)
            raise place.refuse(tr("There is no such column"), fix=fix)
        if kind not in cells.COMPLAINTS:
            kinds_known = ", ".join(cells.COMPLAINTS)
            raise place.refuse(
                tr("A column can't be of this kind"), expected=kinds_known, got=kind
            )


def _columns(body: list[Row], form: _Form, kinds: Kinds) -> tuple[Column, ...]:
    target = guessed_target(form.names)
    columns = []
    for name, texts in zip(form.names, zip(*body, strict=True), strict=True):
        kind = kinds.get(name) or cells.guess(texts, comma=form.comma)
        columns.append(
            Column(
                name,
                kind,
                role="target" if name == target else "input",
                missing=sum(map(cells.is_missing, texts)),
                is_whole=kind == "number" and cells.are_whole(texts),
            )
        )
    return tuple(columns)


def _ragged(place: Place, width: int, row: Row) -> Exception:
    return place.refuse(
        tr("This row has another number of cells"),
        expected=width,
        got=len(row),
        fix=tr("Complete the row, put quotes around separators in cells, or choose "
               "another separator."),
    )  # fmt: skip


def _choice(name: str, label: str, doc: str, choices: tuple[str, ...]) -> Param:
    return Param(name, "choice", None, label, doc, choices=choices, optional=True)


READER = Reader(
    id="csv",
    title="Table as text (.csv, .tsv)",
    suffixes=(".csv", ".tsv", ".tab", ".txt"),
    recognises=recognises_text,
    open=_open,
    settings=(
        _choice("separator", "Separator", "Between cells.", tuple(SEPARATORS)),
        _choice("header", "Header", "Names in the first row.", ("yes", "no")),
        _choice("decimal", "Decimal sign", "1.5 or 1,5.", ("point", "comma")),
        _choice("encoding", "Encoding", "Automatic is UTF-8, or what the file says.",
                ENCODINGS),
    ),
)  # fmt: skip
