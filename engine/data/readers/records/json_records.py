"""JSON lines, and JSON arrays of objects: a row each, whatever the file's size.

Source: RFC 8259 (JSON); jsonlines.org
"""

import codecs
import json
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from engine.data.readers.encodings import guessed, recognises_text
from engine.data.readers.reader import (
    BATCH_ROWS,
    Batch,
    Column,
    Kinds,
    Place,
    Reader,
    Told,
)
from engine.data.readers.records.typed import Value, arrays_of, columns_of
from engine.files import opened_regular
from engine.graph.files import giving_up
from engine.i18n import tr
from engine.layers.spec import Params

SAMPLE_ROWS = 1000
MOST_COLUMNS = 20_000
_MOST_LETTERS = 2**24
"""Of a single record; it is held in memory at once."""
_CHUNK_BYTES = 2**18
_BLANK = re.compile(r"[\s,]*")
_DEEPEST = 200
_HALF = re.compile(r"\\u[dD][89a-fA-F]")


class _Stream:
    """The objects of a file, one after the other, with the line where each begins.

    Args:
        path: The file.
    """

    def __init__(self, path: Path) -> None:
        self._path, self.line, self.share = path, 1, 0.0
        self._text, self._at = "", 0
        self._decoder = json.JSONDecoder(parse_constant=_no_number)

    def __iter__(self) -> Iterator[tuple[int, dict[str, Value]]]:
        """Yield line and object.

        Raises:
            DataError: At the first that is damaged or no object.
        """
        with opened_regular(self._path) as handle:
            self._handle, self._size = handle, os.fstat(handle).st_size
            head = os.read(handle, _CHUNK_BYTES)
            os.lseek(handle, 0, os.SEEK_SET)
            encoding = guessed(head, is_whole=len(head) == self._size)
            self._letters = codecs.getincrementaldecoder(encoding)()
            self._is_over = False
            self._fill()
            is_array = self._skip() == "["
            self._at += is_array
            while True:
                giving_up.check()
                sign = self._skip()
                if not sign or (is_array and sign == "]"):
                    self._check_end(sign, is_array=is_array)
                    return
                begins = self.line
                yield begins, self._object()

    def _fill(self) -> None:
        """Read on; what was used up is let go."""
        data = os.read(self._handle, _CHUNK_BYTES)
        self._is_over = not data
        done = os.lseek(self._handle, 0, os.SEEK_CUR)
        self.share = min(1.0, done / max(1, self._size))
        try:
            more = self._letters.decode(data, self._is_over)
        except UnicodeDecodeError as error:
            raise self._refuse(tr("This is no text"), got=str(error.reason)) from error
        self._text, self._at = self._text[self._at :] + more, 0

    def _go(self, end: int) -> None:
        """Pass over what stands before a place."""
        self.line += self._text.count("\n", self._at, end)
        self._at = end

    def _skip(self) -> str:
        """Pass over blanks and commas, and return the letter that follows."""
        while True:
            found = _BLANK.match(self._text, self._at)
            assert found
            self._go(found.end())
            if self._at < len(self._text) or self._is_over:
                return self._text[self._at : self._at + 1]
            self._fill()

    def _object(self) -> dict[str, Value]:
        while True:
            try:
                found, end = self._decoder.raw_decode(self._text, self._at)
            except RecursionError as error:
                raise self._refuse(tr("Its lists and objects are too deep")) from error
            except ValueError as error:
                if not self._is_over and len(self._text) - self._at < _MOST_LETTERS:
                    self._fill()
                    continue
                raise self._bad(error) from error
            if end < len(self._text) or self._is_over:
                break
            self._fill()  # a number might go on
        if not isinstance(found, dict):
            raise self._refuse(
                tr("This is no record"),
                expected=tr("an object such as {example}", example='{"x": 1.5}'),
                got=type(found).__name__,
            )
        has_halves = _HALF.search(self._text, self._at, end)
        self._go(end)
        return dict(_mended(found)) if has_halves else found

    def _bad(self, error: ValueError) -> Exception:
        if len(self._text) - self._at >= _MOST_LETTERS:
            return self._refuse(
                tr("A record is too long"),
                expected=tr("at most {n} letters", n=f"{_MOST_LETTERS:,}"),
            )
        place = getattr(error, "pos", self._at)
        line = self.line + self._text.count("\n", self._at, place)
        return Place(self._path, line).refuse(
            tr("This is no JSON"),
            got=getattr(error, "msg", str(error)),
            fix=tr("Close what is open, and write texts in double quotes."),
        )

    def _check_end(self, sign: str, *, is_array: bool) -> None:
        if is_array and sign != "]":
            raise self._refuse(
                tr("The list is not closed: the file may be cut off"), expected="]"
            )

    def _refuse(
        self, what: str, expected: object = None, got: object = None
    ) -> Exception:
        return Place(self._path, self.line).refuse(what, expected=expected, got=got)


def _mended(value: Value) -> Any:  # noqa: ANN401 - any JSON
    """Return JSON without halves of characters, which no document could hold."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [_mended(item) for item in value]
    if isinstance(value, dict):
        return {_mended(name): _mended(item) for name, item in value.items()}
    return value


def _no_number(word: str) -> float:
    return float("nan") if word == "NaN" else float(word)


@dataclass(frozen=True)
class _Records:
    """An opened file."""

    path: Path
    columns: tuple[Column, ...]
    told: tuple[Told, ...]

    def batches(self, rows: int = BATCH_ROWS) -> Iterator[Batch]:
        """Yield all rows."""
        stream = _Stream(self.path)
        names = [column.name for column in self.columns]
        records = iter(stream)
        while block := list(islice(records, rows)):
            begins = block[0][0]
            cells = [self._row(line, record, names) for line, record in block]
            # One record a line is usual: then a row of a message is exact.
            arrays = arrays_of(self.columns, cells, Place(self.path, begins))
            yield Batch(arrays, begins, stream.share)

    def _row(
        self, line: int, record: dict[str, Value], names: Sequence[str]
    ) -> list[Value]:
        flat = _flat(record)
        if strange := [name for name in flat if name not in names]:
            raise Place(self.path, line, strange[0]).refuse(
                tr("The records before have no such field"),
                expected=", ".join(names[:6]),
                fix=tr(
                    "Give it to the first records too, with null where it is empty."
                ),
            )
        return [flat.get(name) for name in names]


def _flat(record: dict[str, Value], before: str = "") -> dict[str, Value]:
    """Return the fields of a record; those of objects in it as `outer.inner`."""
    found: dict[str, Value] = {}
    for name, value in record.items():
        if isinstance(value, dict) and before.count(".") < _DEEPEST:
            found.update(_flat(value, f"{before}{name}."))
        else:
            found[before + name] = value
    return found


def _open(path: Path, _params: Params, kinds: Kinds) -> _Records:
    try:
        first = list(islice(_Stream(path), SAMPLE_ROWS))
    except OSError as error:
        raise Place(path).refuse(
            tr("The file can't be read"), got=error.strerror
        ) from error
    if not first:
        raise Place(path).refuse(tr("The file has no rows"))
    flat = [_flat(record) for _, record in first]
    names = list(dict.fromkeys(name for record in flat for name in record))
    if not names or len(names) > MOST_COLUMNS:
        raise Place(path).refuse(
            tr("The records have no fields")
            if not names
            else tr("The table has too many columns"),
            expected=f"≤ {MOST_COLUMNS}",
            got=len(names),
        )
    rows = [[record.get(name) for name in names] for record in flat]
    columns = columns_of(names, rows, kinds, Place(path))
    return _Records(path, columns, (Told(tr("records"), "JSON"),))


def _recognises(head: bytes) -> bool:
    """Return whether bytes begin with an object, or with a list of objects."""
    if not recognises_text(head):
        return False
    text = head.decode(guessed(head, is_whole=False), "ignore").lstrip("\ufeff \t\r\n")
    return bool(re.match(r'\{\s*["}]|\[\s*(\{|\]|$)', text))


READER = Reader(
    id="json",
    title="JSON records (.json, .jsonl)",
    suffixes=(".jsonl", ".json", ".ndjson"),
    recognises=_recognises,
    open=_open,
    is_sure=_recognises,
)
