"""CSV and TSV: tables as text, read row by row, whatever their separator.

What a file doesn't say of itself is guessed from its first rows: encoding, separator,
header, decimal sign, and the kind of each column. A later cell that contradicts a guess
is an error with its row and column, never a silent missing value.

Source: RFC 4180, "Common Format and MIME Type for CSV Files"
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

import numpy as np

from engine.data.readers import cells, dates, swift
from engine.data.readers.cells import NumberForm
from engine.data.readers.dates import DateForm
from engine.data.readers.encodings import recognises_text
from engine.data.readers.layout import (
    SEPARATORS,
    SETTINGS,
    Layout,
    Record,
    Row,
    has_header,
    sniffed,
)
from engine.data.readers.lines import Lines
from engine.data.readers.reader import (
    BATCH_ROWS,
    Array,
    Batch,
    Column,
    Kinds,
    Place,
    Reader,
    Told,
)
from engine.errors import did_you_mean
from engine.graph.files import giving_up
from engine.i18n import tr
from engine.layers.spec import Params

SAMPLE_ROWS = 1000
"""Rows that guesses are made from."""
MOST_COLUMNS = 20_000
_MOST_BYTES = 2**26
_CELL_BYTES = 64
"""What Python takes for a cell beside its letters."""
_WEIGHED = 8
_LEAST_ROWS = 4


@dataclass(frozen=True)
class Table:
    """An opened table.

    Args:
        layout: How it is written.
        columns: What a row holds.
        numbers: How numbers are written.
        dates: How the dates of a column are.
        kept: Places of the columns in a row: nameless empty ones are left out.
        width: Cells of a row.
    """

    layout: Layout
    columns: tuple[Column, ...]
    numbers: NumberForm
    dates: Mapping[str, DateForm]
    kept: tuple[int, ...] = field(default=())
    width: int = 0

    @property
    def told(self) -> tuple[Told, ...]:
        """How the file is written."""
        layout = self.layout
        separator = {mark: name for name, mark in SEPARATORS.items()}[layout.separator]
        told = [Told(tr("encoding"), layout.encoding), Told(tr("separator"), separator)]
        if layout.above:
            told.append(Told(tr("lines above the table"), str(layout.above)))
        told.append(Told(tr("header"), tr("yes") if layout.has_header else tr("no")))
        if self.numbers.comma:
            told.append(Told(tr("decimal sign"), "comma"))
        if self.numbers.grouped:
            mark = "." if self.numbers.comma else ","
            told.append(Told(tr("thousands"), f"1{mark}234"))
        told += [Told(name, form.id) for name, form in self.dates.items()]
        return tuple(told)

    @property
    def settings(self) -> Params:
        """What makes another opening read the same."""
        layout = self.layout
        separator = {mark: name for name, mark in SEPARATORS.items()}[layout.separator]
        return {
            "separator": separator,
            "header": "yes" if layout.has_header else "no",
            "decimal": "comma" if self.numbers.comma else "point",
            "encoding": layout.encoding.removesuffix("-sig"),
            "skip": layout.above,
        }

    def batches(self, rows: int = BATCH_ROWS) -> Iterator[Batch]:
        """Yield all rows from the first one on."""
        with Lines(self.layout.path, self.layout.encoding) as lines:
            cutter = self._cutter() if lines.is_narrow else None
            records = self.layout.records(lines)
            if self.layout.has_header:
                next(records, None)
            is_below = self.layout.has_header or not self.layout.above
            while True:
                giving_up.check()
                if cutter and is_below and (batch := self._cut(cutter, lines, rows)):
                    yield batch
                    continue
                if cutter and is_below:
                    records = self.layout.records(lines, lines.row)
                if not (block := list(_some(records, rows))):
                    return
                yield Batch(self._arrays(block), block[0][0], lines.share)
                is_below = True

    def _cutter(self) -> swift.Cutter | None:
        """Return what cuts whole blocks; None where each row has to be looked at."""
        if not swift.can_cut(self.layout) or self.width < 2:
            return None
        is_exact = not (self.numbers.comma or self.numbers.grouped)
        pairs = zip(self.columns, self.kept, strict=True)
        numbers = [
            place for column, place in pairs
            if column.kind == "number" and not column.missing and is_exact
        ]  # fmt: skip
        return swift.Cutter(self.layout.separator, self.width, numbers)

    def _cut(self, cutter: swift.Cutter, lines: Lines, rows: int) -> Batch | None:
        """Return the next rows where they are plain lines; else nothing was read."""
        begins = lines.row + 1
        plain = lines.plain_block(rows)
        found = cutter.cut(plain) if plain else None
        if not plain or found is None:
            lines.give_back()
            return None
        numbers = range(begins, begins + len(plain))
        arrays = {}
        for column, place in zip(self.columns, self.kept, strict=True):
            values = found[place]
            if isinstance(values, tuple):
                values = self._array(column, numbers, values)
                if values.dtype.kind == "f" and np.isnan(values).any():
                    cutter.learn(place)
            arrays[column.name] = values
        return Batch(arrays, begins, lines.share)

    def _arrays(self, block: list[Record]) -> dict[str, Array]:
        numbers = [begins for begins, _ in block]
        body = _body(self.layout.path, block, self.width)
        by_place = list(zip(*body, strict=True))
        return {
            column.name: self._array(column, numbers, by_place[place])
            for column, place in zip(self.columns, self.kept, strict=True)
        }

    def _array(
        self, column: Column, numbers: Sequence[int], texts: tuple[str, ...]
    ) -> Array:
        """Return the cells of one column; `numbers` are the rows they stand in."""
        try:
            form = self.dates.get(column.name)
            return cells.array(column.kind, texts, self.numbers, form)
        except cells.BadCellError as bad:
            place = Place(self.layout.path, numbers[bad.index], column.name)
            raise place.refuse(
                tr(cells.COMPLAINTS[column.kind]),
                expected=tr(cells.EXPECTED[column.kind]),
                got=texts[bad.index],
                fix=tr("Correct the cell, or read this column as text."),
            ) from None


def _some(records: Iterator[Record], rows: int) -> Iterator[Record]:
    """Yield the next rows: so many, or fewer where they would fill the memory."""
    taken = 0
    for number, record in enumerate(islice(records, rows)):
        yield record
        if number % _WEIGHED == 0:  # each would cost more than reading it
            size = sum(map(len, record[1])) + _CELL_BYTES * len(record[1])
            taken += _WEIGHED * size
            if taken > _MOST_BYTES:
                return


def _open(path: Path, params: Params, kinds: Kinds) -> Table:
    layout = sniffed(path, params)
    with Lines(path, layout.encoding) as lines:
        rows = list(_some(layout.records(lines), SAMPLE_ROWS + 1))
    if not rows:
        raise Place(path).refuse(tr("The file has no rows"))
    wish = params.get("header")
    found = has_header([row for _, row in rows[:50]]) if wish is None else wish == "yes"
    layout = replace(layout, has_header=found)
    first, below = rows[0], rows[found:]
    names = _names(first[1], Place(path, first[0]), has_header=found)
    if found and below and len(below[0][1]) == len(names) + 1:
        names = (tr("row name"), *names)  # as R writes tables
    body = _body(path, below, len(names))
    kept = tuple(n for n in range(len(names)) if _is_kept(n, first[1], body, found))
    return _table(layout, names, (kept, body), params, kinds)


def _is_kept(place: int, first: Row, body: list[Row], found: bool) -> bool:
    """Return whether a column has a name or a value: a comma may end each row."""
    is_named = found and place < len(first) and bool(first[place].strip())
    return is_named or any(row[place].strip() for row in body)


def _table(
    layout: Layout,
    names: tuple[str, ...],
    content: tuple[tuple[int, ...], list[Row]],
    params: Params,
    kinds: Kinds,
) -> Table:
    kept, body = content
    texts = [[row[place] for row in body] for place in kept]
    own = tuple(names[place] for place in kept)
    _check_known(layout.path, kinds, own)
    every = [cell for column in texts for cell in column]
    numbers = cells.number_form(every, layout.separator, params.get("decimal"))
    columns, forms = [], {}
    for name, column in zip(own, texts, strict=True):
        kind, form = cells.guess(column, numbers)
        wish = kinds.get(name)
        kind = wish or kind
        if kind == "date":
            forms[name] = _date_form(form, column, params)
        columns.append(
            Column(
                name,
                kind,
                missing=sum(map(cells.is_missing, column)),
                is_whole=kind == "number" and cells.are_whole(column, numbers),
            )
        )
    return Table(layout, tuple(columns), numbers, forms, kept, len(names))


def _date_form(form: DateForm | None, texts: list[str], params: Params) -> DateForm:
    """Return how dates are written; what is chosen counts where it fits all of them."""
    wanted = dates.by_id(str(params.get("dates") or ""))
    values = [text for text in texts if not cells.is_missing(text)]
    if wanted and all(map(wanted.fits, values)):
        return wanted
    return form or dates.ISO


def _body(path: Path, rows: list[Record], width: int) -> list[Row]:
    """Return the rows below the header, all of the same width."""
    if not rows:
        raise Place(path).refuse(tr("The file has a header and no rows"))
    for begins, row in rows:
        if len(row) != width:
            raise _ragged(Place(path, begins), width, row)
    return [row for _, row in rows]


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


def _ragged(place: Place, width: int, row: Row) -> Exception:
    return place.refuse(
        tr("This row has another number of cells"),
        expected=width,
        got=len(row),
        fix=tr("Complete the row, put quotes around separators in cells, or choose "
               "another separator."),
    )  # fmt: skip


def _is_sure(head: bytes) -> bool:
    """Return whether all first lines have as many cells: a table in a .txt file."""
    text = head.decode("utf-8", "ignore")
    lines = [line for line in text.splitlines()[:-1] if line.strip()][:50]
    if len(lines) < _LEAST_ROWS:
        return False
    for mark in ("\t", ";", "|", ","):
        counts = {line.count(mark) for line in lines}
        if len(counts) == 1 and counts.pop() > 0:
            return True
    return False


READER = Reader(
    id="csv",
    title="Table as text (.csv, .tsv)",
    suffixes=(".csv", ".tsv", ".tab", ".dat"),
    recognises=recognises_text,
    open=_open,
    settings=SETTINGS,
    is_sure=_is_sure,
)
