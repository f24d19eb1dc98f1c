"""Texts as they are, and folders of texts: in a folder for each class.

A single text is one long row of letters, read in pieces.
"""

import codecs
import io
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.data.readers.encodings import ENCODINGS, guessed, recognises_text
from engine.data.readers.listing import Entry, content
from engine.data.readers.media.class_folders import Rows, rows_of
from engine.data.readers.reader import (
    BATCH_ROWS,
    Array,
    Batch,
    Column,
    Kinds,
    Place,
    Reader,
    Told,
    chosen,
    counted,
)
from engine.files import opened_regular
from engine.graph.files import giving_up
from engine.i18n import tr
from engine.layers.spec import Params
from engine.places import is_folder

NAME = "text"
TOKENS = ("characters", "words", "pairs")
ENDINGS = frozenset((".txt", ".md", ".text", ".rst", ".log", ".py", ".c", ".h", ".java",
                     ".js", ".html", ".tex"))  # fmt: skip
MOST_BYTES = 2**24
"""Of a single text in a folder."""
_PIECE_BYTES = 2**18
_SETTINGS = (
    chosen("encoding", "Encoding", "Automatic is what the file speaks for.", ENCODINGS),
    chosen("tokens", "Tokens", "Characters, words, or pairs of letters that occur "
           "together often, learnt from this text.", TOKENS),
    counted("vocabulary", "Vocabulary", "Most different words or pairs.", 16, 9000),
)  # fmt: skip


@dataclass(frozen=True)
class Text:
    """One text: each row is a piece of it, and together they are the whole."""

    path: Path
    encoding: str
    columns: tuple[Column, ...] = (Column(NAME, "text", (), "input"),)

    @property
    def told(self) -> tuple[Told, ...]:
        """How it is written."""
        return (Told(tr("encoding"), self.encoding),)

    def batches(self, rows: int = BATCH_ROWS) -> Iterator[Batch]:
        """Yield the text in pieces, one a batch."""
        del rows
        with opened_regular(self.path) as handle:
            size, done, line = os.fstat(handle).st_size, 0, 1
            letters = codecs.getincrementaldecoder(self.encoding)()
            decoder = io.IncrementalNewlineDecoder(letters, translate=True)
            while True:
                giving_up.check()
                data = os.read(handle, _PIECE_BYTES)
                piece = self._decoded(decoder, data, line)
                done += len(data)
                if piece:
                    yield Batch(
                        {NAME: _one(piece)}, line, min(1.0, done / max(1, size))
                    )
                    line += piece.count("\n")
                if not data:
                    return

    def _decoded(
        self, decoder: io.IncrementalNewlineDecoder, data: bytes, line: int
    ) -> str:
        try:
            piece = decoder.decode(data, not data)
        except UnicodeDecodeError as error:
            at = line + bytes(error.object[: error.start]).count(b"\n")
            raise Place(self.path, at).refuse(
                tr("This line is not written in {encoding}", encoding=self.encoding),
                got=f"0x{bytes(error.object[error.start : error.start + 1]).hex()}",
                fix=tr("Choose the file's encoding: cp932 or euc_jp for Japanese, "
                       "cp1252 for Western languages."),
            ) from error  # fmt: skip
        if "\0" in piece:
            at = line + piece[: piece.index("\0")].count("\n")
            raise Place(self.path, at).refuse(
                tr("This is no text: it has bytes that no letter is written with")
            )
        return piece


def _one(piece: str) -> Array:
    made = np.empty(1, object)
    made[0] = piece
    return made


@dataclass(frozen=True)
class _Folder:
    """One row for each text."""

    folder: Path
    rows: Rows
    encoding: str

    @property
    def columns(self) -> tuple[Column, ...]:
        """The text, then what is known of its file."""
        return (Column(NAME, "text", (), "input"), *self.rows.columns)

    @property
    def told(self) -> tuple[Told, ...]:
        """What was guessed."""
        return (Told(tr("encoding"), self.encoding or tr("of each file")),
                *self.rows.told)  # fmt: skip

    def batches(self, rows: int = BATCH_ROWS) -> Iterator[Batch]:
        """Yield all texts."""
        done = 0
        for batch in self.rows.batches(min(rows, 64)):
            files = self.rows.files[done : done + len(batch)]
            texts = np.empty(len(files), object)
            texts[:] = [self._text(entry) for entry in files]
            done += len(files)
            arrays = {NAME: texts, **batch.arrays}
            yield Batch(arrays, batch.first_row, batch.share)

    def _text(self, entry: Entry) -> str | None:
        giving_up.check()
        data = content(self.folder, entry, MOST_BYTES)
        encoding = self.encoding or guessed(data, is_whole=True)
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError as error:
            at = 1 + data[: error.start].count(b"\n")
            raise Place(self.folder / entry.word, at).refuse(
                tr("This line is not written in {encoding}", encoding=encoding)
            ) from error
        return text.strip() or None


def _open(path: Path, params: Params, _kinds: Kinds) -> "Text | _Folder":
    encoding = str(params["encoding"] or "")
    if is_folder(path):
        return _Folder(path, rows_of(path, ENDINGS), encoding)
    try:
        with opened_regular(path) as handle:
            head = os.read(handle, _PIECE_BYTES)
            is_whole = os.fstat(handle).st_size == len(head)
    except OSError as error:
        raise Place(path).refuse(
            tr("The file can't be read"), got=error.strerror
        ) from error
    return Text(path, encoding or guessed(head, is_whole=is_whole))


def _takes(endings: Mapping[str, int]) -> bool:
    """Return whether texts are at least half of the files."""
    texts = sum(count for end, count in endings.items() if end in ENDINGS)
    return texts > 0 and 2 * texts >= sum(endings.values())


READER = Reader(
    id="text",
    title="Text",
    suffixes=(".txt", *sorted(ENDINGS - {".txt"})),
    recognises=recognises_text,
    open=_open,
    settings=_SETTINGS,
    takes=_takes,
)
