"""Safetensors files, written and read tensor by tensor.

Neither way is a file ever whole in memory: saving takes a few megabytes beside the
tensors, however large they are, and reading takes the tensors alone.

Source: huggingface/safetensors, format specification
"""

import hashlib
import json
import math
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any, BinaryIO, NamedTuple

import torch
from torch import Tensor

from engine.i18n import tr

Tensors = dict[str, Tensor]
CHUNK_BYTES = 4 * 2**20
"""What is on its way at once."""
_LENGTH, _MOST_HEADER = 8, 100_000_000
_METADATA = "__metadata__"
_DTYPES = {
    torch.bool: "BOOL",
    torch.uint8: "U8",
    torch.int8: "I8",
    torch.float8_e5m2: "F8_E5M2",
    torch.float8_e4m3fn: "F8_E4M3",
    torch.int16: "I16",
    torch.uint16: "U16",
    torch.float16: "F16",
    torch.bfloat16: "BF16",
    torch.int32: "I32",
    torch.uint32: "U32",
    torch.float32: "F32",
    torch.float64: "F64",
    torch.int64: "I64",
    torch.uint64: "U64",
    torch.complex64: "C64",
}
_MALFORMED = (AssertionError, LookupError, TypeError, AttributeError, ValueError)
_BY_NAME = {name: dtype for dtype, name in _DTYPES.items()}


class Lent(dict[str, Tensor]):
    """Tensors that are in use: who lends them waits until they were read, once.

    Attributes:
        returned: Set as soon as all of them were read.
    """

    def __init__(self, tensors: Mapping[str, Tensor]) -> None:
        super().__init__(tensors)
        self.returned = Event()


@dataclass(frozen=True)
class Contents:
    """What a file holds.

    Args:
        tensors: On the processor, by name.
        metadata: Words beside them.
        sha256: Of all bytes of the file, in hex.
    """

    tensors: Tensors
    metadata: dict[str, str]
    sha256: str


class _Entry(NamedTuple):
    begin: int
    end: int
    name: str
    shape: tuple[int, ...]
    dtype: torch.dtype


def num_bytes(tensors: Mapping[str, Tensor]) -> int:
    """Return the bytes of all tensors."""
    return sum(tensor.numel() * tensor.element_size() for tensor in tensors.values())


def write(
    file: BinaryIO, tensors: Mapping[str, Tensor], metadata: Mapping[str, str]
) -> str:
    """Write a file and return the SHA-256 of its bytes in hex.

    Args:
        file: Where to.
        tensors: On any device, laid out in any way; they are only read.
        metadata: Words beside them.

    Raises:
        OSError: When the disk refuses.
    """
    digest = hashlib.sha256()
    for piece in _pieces(tensors, metadata):
        digest.update(piece)
        file.write(piece)
    if isinstance(tensors, Lent):
        tensors.returned.set()
    return digest.hexdigest()


def _pieces(
    tensors: Mapping[str, Tensor], metadata: Mapping[str, str]
) -> Iterator[bytes | memoryview]:
    yield _header(tensors, metadata)
    for name in _order(tensors):
        yield from _bytes_of(tensors[name])


def _bytes_of(tensor: Tensor) -> Iterator[memoryview]:
    """Yield the bytes of a tensor in row-major order, a few at a time."""
    tensor = tensor.detach()
    rows = tensor.reshape(-1) if tensor.is_contiguous() else tensor
    if not rows.numel():
        return
    row_bytes = rows.element_size() * rows.numel() // len(rows)
    at_once = max(1, CHUNK_BYTES // row_bytes)
    for start in range(0, len(rows), at_once):
        some = rows[start : start + at_once]
        plain = some.cpu().contiguous(memory_format=torch.contiguous_format)
        yield _view(plain)


def _view(tensor: Tensor) -> memoryview:
    """Return the bytes of a contiguous tensor on the processor, not copied."""
    return memoryview(tensor.view(-1).view(torch.uint8).numpy())  # type: ignore[arg-type]


def _order(tensors: Mapping[str, Tensor]) -> list[str]:
    """Return the names in the order of the file: wide numbers first, so all align."""
    return sorted(tensors, key=lambda name: (-tensors[name].element_size(), name))


def _header(tensors: Mapping[str, Tensor], metadata: Mapping[str, str]) -> bytes:
    table: dict[str, Any] = {_METADATA: dict(metadata)} if metadata else {}
    end = 0
    for name in _order(tensors):
        tensor, begin = tensors[name], end
        end += tensor.numel() * tensor.element_size()
        table[name] = {
            "dtype": _DTYPES[tensor.dtype],
            "shape": list(tensor.shape),
            "data_offsets": [begin, end],
        }
    text = json.dumps(table, separators=(",", ":"), ensure_ascii=False).encode("utf-8")
    text += b" " * (-len(text) % _LENGTH)
    return len(text).to_bytes(_LENGTH, "little") + text


def read(path: Path) -> Contents:
    """Read a file.

    Raises:
        OSError: When it can't be read.
        ValueError: When it is no such file, or not a whole one.
    """
    with path.open("rb") as file:
        return read_open(file)


def read_open(file: BinaryIO) -> Contents:
    """Read a file that is open at its start; raises as `read`."""
    return _Reader(file).contents()


class _Reader:
    """Reads a file from its start to its end, and its SHA-256 on the way."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._digest = hashlib.sha256()

    def contents(self) -> Contents:
        entries, metadata = self.header()
        tensors = {entry.name: self.tensor(entry) for entry in entries}
        return Contents(tensors, metadata, self._digest.hexdigest())

    def header(self) -> tuple[list[_Entry], dict[str, str]]:
        """Read what is in the file; no tensor is made before all of it fits."""
        size = os.fstat(self._file.fileno()).st_size
        length = int.from_bytes(self._exactly(_LENGTH), "little")
        rest = size - _LENGTH - length
        if length > _MOST_HEADER or rest < 0:
            raise ValueError(tr("the file is cut short"))
        try:
            table = json.loads(self._exactly(length))
        except (ValueError, RecursionError) as error:
            raise ValueError(tr("the file is damaged")) from error
        return _entries(table, rest)

    def _exactly(self, count: int) -> bytes:
        data = self._file.read(count)
        if len(data) < count:
            raise ValueError(tr("the file is cut short"))
        self._digest.update(data)
        return data

    def tensor(self, entry: _Entry) -> Tensor:
        """Read the next tensor into memory of its own."""
        tensor = torch.empty(entry.shape, dtype=entry.dtype)
        if not tensor.numel():
            return tensor
        view = _view(tensor)
        for start in range(0, len(view), CHUNK_BYTES):
            self._fill(view[start : start + CHUNK_BYTES])
        return tensor

    def _fill(self, view: memoryview) -> None:
        done = 0
        while done < len(view):
            count = self._file.readinto(view[done:])  # type: ignore[attr-defined]
            if not count:
                raise ValueError(tr("the file is cut short"))
            done += count
        self._digest.update(view)


def _entries(table: object, rest: int) -> tuple[list[_Entry], dict[str, str]]:
    """Return the tensors in the order of their bytes, without gap or overlap."""
    try:
        assert isinstance(table, dict)
        words = table.pop(_METADATA, {})
        metadata = {str(key): str(word) for key, word in words.items()}
        entries = sorted(
            (_entry(name, row) for name, row in table.items()), key=lambda e: e[:2]
        )
    except _MALFORMED as error:
        raise ValueError(tr("the file is damaged")) from error
    end = 0
    for entry in entries:
        size = math.prod(entry.shape) * entry.dtype.itemsize
        if entry.begin != end or entry.end - entry.begin != size:
            raise ValueError(tr("the file is damaged"))
        end = entry.end
    if end != rest:
        raise ValueError(tr("the file is cut short"))
    return entries, metadata


def _entry(name: str, row: Mapping[str, Any]) -> _Entry:
    begin, end = row["data_offsets"]
    shape = tuple(row["shape"])
    if not all(type(n) is int and 0 <= n < 2**63 for n in (begin, end, *shape)):
        raise TypeError(shape)
    return _Entry(begin, end, name, shape, _BY_NAME[row["dtype"]])


def first_difference(file: BinaryIO, tensors: Mapping[str, Tensor]) -> str | None:
    """Return the name of a tensor that a file does not hold as it is, bit by bit.

    Args:
        file: Is read from its start.
        tensors: What it should hold, and nothing else.

    Raises:
        OSError: When it can't be read.
        ValueError: When it is no such file, or not a whole one.
    """
    file.seek(0)
    reader = _Reader(file)
    entries, _ = reader.header()
    found = {entry.name: (entry.shape, entry.dtype) for entry in entries}
    wanted = {name: (tuple(t.shape), t.dtype) for name, t in tensors.items()}
    for name in [*wanted, *found]:
        if found.get(name) != wanted.get(name):
            return name
    for entry in entries:
        for piece in _bytes_of(tensors[entry.name]):
            if file.read(len(piece)) != piece:
                return entry.name
    return None
