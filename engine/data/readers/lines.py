"""Lines of a text file, one at a time: of any size, in a bounded amount of memory."""

import io
import os
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Self

from engine.data.readers.encodings import guessed, marked
from engine.data.readers.reader import Place
from engine.files import opened_regular
from engine.i18n import tr

MOST_LETTERS = 2**20
"""A longer line is none that people write; it would be held in memory at once."""
_HEAD_BYTES = 2**18
_AT_ONCE, _MOST_BLOCK = 256, 2**22
"""Lines that are taken before their bytes are counted, and bytes of a block."""


class Lines:
    """The lines of a text file, with their ends; read once, from the first one on.

    Args:
        path: An ordinary file.
        encoding: Empty means what its first bytes speak for.

    Attributes:
        encoding: The one that counts.
        is_narrow: Lines can be told from bytes; they can be taken in blocks.

    Raises:
        DataError: When it can't be read; while iterating also for a line that isn't
            in the encoding, holds a NUL, or is longer than `MOST_LETTERS`.
    """

    def __init__(self, path: Path, encoding: str = "") -> None:
        self._path, self._row = path, 0
        self._stack = ExitStack()
        try:
            handle = self._stack.enter_context(opened_regular(path))
            self._size = os.fstat(handle).st_size
            self._file = os.fdopen(handle, "rb", closefd=False)
            head = os.read(handle, _HEAD_BYTES)
            os.lseek(handle, 0, os.SEEK_SET)
        except OSError as error:
            self._stack.close()
            reason = error.strerror or type(error).__name__
            raise Place(path).refuse(
                tr("The file can't be read"), got=reason
            ) from error
        self.encoding = encoding or guessed(head, is_whole=len(head) < _HEAD_BYTES)
        has_old_ends = b"\r" in head and b"\n" not in head
        self.is_narrow = not self.encoding.startswith("utf-16") and not has_old_ends
        self._before = 0, 0
        if self.encoding == "utf-8" and marked(head) == "utf-8-sig":
            self.encoding = "utf-8-sig"

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_error: object) -> None:
        """Close the file."""
        self._stack.close()

    @property
    def row(self) -> int:
        """How many lines were read."""
        return self._row

    @property
    def share(self) -> float:
        """How much of the file is read, 0 to 1."""
        return min(1.0, self._file.tell() / self._size) if self._size else 1.0

    def __iter__(self) -> Iterator[str]:
        """Yield line by line."""
        read = self._narrow if self.is_narrow else self._wide
        for line in read():
            if "\0" in line:
                raise Place(self._path, self._row).refuse(
                    tr("This is no text: it has bytes that no letter is written with")
                )
            yield line

    def plain_block(self, rows: int) -> list[str] | None:
        """Return the next lines without their ends, all at once.

        Args:
            rows: At most so many; fewer where they are long.

        Returns:
            Nothing at the end; None where a line is empty, has a quote, or anything
            that has to be looked at line by line: it has to be given back then.
        """
        self._before = self._row, self._file.tell()
        raw: list[bytes] = []
        lines = iter(partial(self._file.readline, MOST_LETTERS + 1), b"")
        while len(raw) < rows and sum(map(len, raw)) < _MOST_BLOCK:
            some = list(islice(lines, min(_AT_ONCE, rows - len(raw))))
            raw += some
            if not some:
                break
        found = _plain(b"".join(raw), self.encoding.removesuffix("-sig"))
        self._row += len(raw)
        return found if found is None or len(found) == len(raw) else None

    def give_back(self) -> None:
        """Read the lines of the last block again."""
        self._row, place = self._before
        self._file.seek(place)

    def _narrow(self) -> Iterator[str]:
        """Yield lines of an encoding in which no letter has the byte of a line feed."""
        while line := self._file.readline(MOST_LETTERS + 1):
            self._row += 1
            self._check_length(line)
            encoding = self.encoding
            if encoding == "utf-8-sig" and self._row > 1:
                encoding = "utf-8"
            try:
                yield line.decode(encoding)
            except UnicodeDecodeError as error:
                raise self._undecodable(line[error.start : error.start + 1]) from error

    def _wide(self) -> Iterator[str]:
        """Yield lines whose ends can't be told from bytes, or that end with CR alone.

        Text is decoded in pieces here: where it can't be, the row is the last one read.
        """
        text = io.TextIOWrapper(self._file, self.encoding, newline="")
        try:
            while line := text.readline(MOST_LETTERS + 1):
                self._row += 1
                self._check_length(line)
                yield line
        except UnicodeError as error:
            self._row += 1
            raise self._undecodable() from error
        finally:
            text.detach()

    def _check_length(self, line: bytes | str) -> None:
        if len(line) > MOST_LETTERS:
            raise Place(self._path, self._row).refuse(
                tr("This line is too long"),
                expected=tr("at most {n} letters", n=f"{MOST_LETTERS:,}"),
                fix=tr("This may be no table, or a table in a single line."),
            )

    def _undecodable(self, byte: bytes = b"") -> Exception:
        return Place(self._path, self._row).refuse(
            tr("This line is not written in {encoding}", encoding=self.encoding),
            got=f"0x{byte.hex()}" if byte else None,
            fix=tr("Choose the file's encoding: cp932 or euc_jp for Japanese, cp1252 "
                   "for Western languages."),
        )  # fmt: skip


def _plain(raw: bytes, encoding: str) -> list[str] | None:
    """Return the lines of some bytes, or None where they aren't plain ones."""
    if b'"' in raw or b"\0" in raw or raw.count(b"\r") != raw.count(b"\r\n"):
        return None
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        return None
    lines = text.replace("\r\n", "\n").removesuffix("\n").split("\n") if text else []
    is_short = max(map(len, lines), default=0) <= MOST_LETTERS
    return lines if is_short and all(lines) else None
