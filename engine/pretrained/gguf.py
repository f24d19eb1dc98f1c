"""GGUF: what stands in front of the numbers, and the numbers of one tensor at a time.

    "GGUF" · version · number of tensors · number of settings
    settings: name, type, value
    tensors: name, sizes (the last axis first), kind of number, where its bytes begin
    padding to the alignment · the bytes of all tensors

A file is a stranger's: every length is compared with what is left of the file before
anything of that length is made, and what all settings hold together has a limit.

Source: the GGUF specification, versions 2 and 3
"""

import io
import math
import os
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import DataError
from engine.files import opened_regular
from engine.graph.files import giving_up
from engine.i18n import tr
from engine.pretrained.quants import OTHERS, QUANTS, Floats32, Quant

MAGIC = b"GGUF"
_VERSIONS = (2, 3)
_MOST_TENSORS, _MOST_SETTINGS, _MOST_ITEMS = 40_000, 10_000, 2_000_000
_MOST_NAME_BYTES, _MOST_TEXT_BYTES = 2**10, 2**20
_MOST_HEAD_BYTES = 2**27
_MOST_AXES, _MOST_NUMBERS = 4, 2**40
_MOST_ALIGNMENT = 2**20
_PLAIN = {0: "<u1", 1: "<i1", 2: "<u2", 3: "<i2", 4: "<u4", 5: "<i4", 6: "<f4",
          7: "|b1", 10: "<u8", 11: "<i8", 12: "<f8"}  # fmt: skip
_TEXT, _LIST = 8, 9


@dataclass(frozen=True)
class Stored:
    """One tensor of a file.

    Args:
        name: As in the file.
        shape: Its sizes, in numpy's order.
        quant: Kind of its numbers.
        offset: Where in the file its bytes begin.
        num_bytes: How many bytes they are.
    """

    name: str
    shape: tuple[int, ...]
    quant: Quant
    offset: int
    num_bytes: int


@dataclass(frozen=True)
class Head:
    """All that stands in front of the numbers.

    Args:
        settings: Name → value: a number, truth value, text, or a list of such.
        tensors: By name, in the order of the file.
    """

    settings: Mapping[str, Any]
    tensors: Mapping[str, Stored]


def is_gguf(path: Path) -> bool:
    """Return whether an ordinary file begins as GGUF does."""
    try:
        with opened_regular(path) as handle:
            return os.read(handle, len(MAGIC)) == MAGIC
    except OSError:
        return False


def damaged(path: Path, what: str, got: object = None) -> DataError:
    """Return the error for a file that can't be read as GGUF."""
    return DataError(
        tr("This GGUF file can't be read: {what}", what=what),
        where=path.name,
        got=got,
        fix=tr("Download it again, or choose another file."),
    )


def unreadable(path: Path, error: OSError) -> DataError:
    """Return the error for a file that the system doesn't give."""
    words = error.strerror or tr("it can't be read")
    return DataError(tr("The file can't be read"), where=path.name, got=words)


def head(path: Path) -> Head:
    """Return what a file says of itself; no tensor is read.

    Raises:
        DataError: When it is no GGUF file, or a damaged one.
    """
    try:
        with opened_regular(path) as handle:
            size = os.fstat(handle).st_size
            with io.FileIO(handle, closefd=False) as raw:
                return _Reading(path, io.BufferedReader(raw, 2**16), size).head()
    except OSError as error:
        raise unreadable(path, error) from error


def floats(handle: int, tensor: Stored) -> Floats32:
    """Return the numbers of a tensor as float32.

    Args:
        handle: The open file.
        tensor: As `head` has told it.

    Raises:
        OSError: When the file ends too early.

    Shape:
        bytes of the tensor → its shape
    """
    os.lseek(handle, tensor.offset, os.SEEK_SET)
    parts, left = [], tensor.num_bytes
    while left and (part := os.read(handle, min(left, 2**26))):
        parts.append(part)
        left -= len(part)
    if left:
        raise OSError(5, tr("the file has become shorter"))
    return tensor.quant.undo(b"".join(parts)).reshape(tensor.shape)


class _Reading:
    """One reading of a head."""

    def __init__(self, path: Path, file: io.BufferedReader, size: int) -> None:
        self._path, self._file, self._size = path, file, size
        self._at = self._items = 0

    def head(self) -> Head:
        if self._take(4) != MAGIC:
            raise damaged(self._path, tr("it doesn't begin with GGUF"))
        version = self._number("<I")
        if version not in _VERSIONS:
            raise damaged(self._path, tr("its version is not 2 or 3"), version)
        num_tensors = self._count(_MOST_TENSORS, tr("too many tensors"))
        num_settings = self._count(_MOST_SETTINGS, tr("too many settings"))
        settings = self._settings(num_settings)
        alignment = settings.get("general.alignment", 32)
        is_power = isinstance(alignment, int) and alignment.bit_count() == 1
        if not is_power or not 1 <= alignment <= _MOST_ALIGNMENT:
            raise damaged(self._path, tr("its alignment is no power of two"), alignment)
        named = list(self._tensors(num_tensors))
        start = -(-self._at // alignment) * alignment
        return Head(settings, dict(self._placed(named, start, alignment)))

    def _take(self, count: int) -> bytes:
        if count > self._size - self._at or self._at + count > _MOST_HEAD_BYTES:
            raise damaged(self._path, tr("it ends in the middle of its head"))
        data = self._file.read(count)
        self._at += count
        if len(data) < count:
            raise damaged(self._path, tr("it ends in the middle of its head"))
        return data

    def _number(self, form: str) -> int:
        return int(struct.unpack(form, self._take(struct.calcsize(form)))[0])

    def _count(self, most: int, words: str) -> int:
        count = self._number("<Q")
        if count > most:
            raise damaged(self._path, words, count)
        return count

    def _text(self, most: int) -> str:
        length = self._number("<Q")
        if length > most:
            raise damaged(self._path, tr("a text in it is too long"), length)
        return self._take(length).decode("utf-8", "surrogateescape")

    def _settings(self, count: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for _ in range(count):
            name = self._text(_MOST_NAME_BYTES)
            if name in found:
                raise damaged(self._path, tr("a setting stands in it twice"), name)
            found[name] = self._value(self._number("<I"))
        return found

    def _value(self, kind: int) -> Any:  # noqa: ANN401 - as the file has it
        if kind == _TEXT:
            return self._text(_MOST_TEXT_BYTES)
        if kind == _LIST:
            return self._list(self._number("<I"))
        if kind not in _PLAIN:
            raise damaged(self._path, tr("a setting is of no known type"), kind)
        form = np.dtype(_PLAIN[kind])
        return np.frombuffer(self._take(form.itemsize), form)[0].item()

    def _list(self, kind: int) -> list[Any]:
        if kind not in _PLAIN and kind != _TEXT:
            raise damaged(self._path, tr("a list in it is of no known type"), kind)
        count = self._count(_MOST_ITEMS - self._items, tr("its lists are too long"))
        self._items += count
        if kind == _TEXT:
            return list(self._texts(count))
        form = np.dtype(_PLAIN[kind])
        found: list[Any] = np.frombuffer(
            self._take(count * form.itemsize), form
        ).tolist()
        return found

    def _texts(self, count: int) -> Iterator[str]:
        for number in range(count):
            if not number % 4096:
                giving_up.check()
            yield self._text(_MOST_TEXT_BYTES)

    def _tensors(self, count: int) -> Iterator[tuple[str, tuple[int, ...], int, int]]:
        for _ in range(count):
            name = self._text(_MOST_NAME_BYTES)
            axes = self._number("<I")
            if not 1 <= axes <= _MOST_AXES:
                raise damaged(self._path, tr("“{name}” has no shape", name=name), axes)
            sizes = struct.unpack(f"<{axes}Q", self._take(8 * axes))
            kind = self._number("<I")
            yield name, sizes[::-1], kind, self._number("<Q")

    def _placed(
        self,
        named: list[tuple[str, tuple[int, ...], int, int]],
        start: int,
        alignment: int,
    ) -> Iterator[tuple[str, Stored]]:
        """Yield the tensors, each within the file and apart from the others."""
        ends, seen = start, set()
        for name, shape, kind, offset in sorted(named, key=lambda each: each[3]):
            quant = self._quant(name, kind)
            count = math.prod(shape)
            if not 0 < count <= _MOST_NUMBERS or shape[-1] % quant.per_block:
                what = tr("“{name}” has an odd shape", name=name)
                raise damaged(self._path, what, "×".join(map(str, shape)))
            if name in seen:
                raise damaged(self._path, tr("“{name}” stands in it twice", name=name))
            made = Stored(name, shape, quant, start + offset, quant.num_bytes(count))
            if offset % alignment or made.offset < ends:
                what = tr("“{name}” begins at an odd place", name=name)
                raise damaged(self._path, what, offset)
            ends = made.offset + made.num_bytes
            if ends > self._size:
                raise damaged(self._path, tr("it ends before “{name}” does", name=name))
            seen.add(name)
            yield name, made

    def _quant(self, name: str, kind: int) -> Quant:
        if kind in QUANTS:
            return QUANTS[kind]
        known = ", ".join(each.name for each in QUANTS.values())
        raise DataError(
            tr("“{name}” holds numbers of a kind that isn't read here", name=name),
            where=self._path.name,
            expected=known,
            got=OTHERS.get(kind, str(kind)),
            fix=tr("Choose a file with another quantisation, such as Q8_0."),
        )
