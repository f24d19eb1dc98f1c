"""The tensors of a PyTorch file: names, sizes, places; numbers when asked for."""

import errno
import io
import math
import os
import struct
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from engine.files import opened_regular
from engine.i18n import tr
from engine.pretrained.torch_files import archive, legacy
from engine.pretrained.torch_files.archive import Places
from engine.pretrained.torch_files.finding import tensors_of
from engine.pretrained.torch_files.machine import (
    ITEM_BYTES,
    Refused,
    Said,
    value_of,
)

_MOST_AXES = 32
_MOST_SHARING, _ALWAYS_BYTES = 16, 2**26
"""Bytes that all tensors together may show, as a multiple of the file's."""
_ODD = (zipfile.BadZipFile, NotImplementedError, LookupError, ValueError, TypeError,
        RuntimeError, RecursionError, struct.error)  # fmt: skip


@dataclass(frozen=True)
class Tensor:
    """One tensor of a file.

    Args:
        kind: Of its numbers, as torch calls it.
        shape: Its sizes.
        stride: Numbers between neighbours, for each axis.
        at: Where in the file its first number is.
        num_bytes: From its first number to behind its last; 0 when it has none.
    """

    kind: str
    shape: tuple[int, ...]
    stride: tuple[int, ...]
    at: int
    num_bytes: int

    @property
    def is_float(self) -> bool:
        """Whether its numbers are real ones."""
        return "float" in self.kind

    @property
    def is_dense(self) -> bool:
        """Whether its numbers stand in the file one behind the other, in order."""
        step = 1
        for size, stride in zip(self.shape[::-1], self.stride[::-1], strict=True):
            if size > 1 and stride != step:
                return False
            step *= size
        return True


def is_torch(path: Path) -> bool:
    """Return whether an ordinary file begins as one of PyTorch does."""
    try:
        with opened_regular(path) as handle:
            return begins(os.read(handle, len(legacy.MAGIC)))
    except OSError:
        return False


def begins(data: bytes) -> bool:
    """Return whether a file begins as one of PyTorch does."""
    return data.startswith((archive.MAGIC, legacy.MAGIC))


def head(path: Path) -> Mapping[str, Tensor]:
    """Return the tensors of a file by name; none of their numbers is read.

    Raises:
        Refused: Says in words why they can't be read.
        OSError: When the file can't be.

    Threads: any; the last few are kept and shared.
    """
    status = path.stat()
    return _head(path, status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=8)
def _head(path: Path, size: int, _mtime_ns: int) -> Mapping[str, Tensor]:
    with opened_regular(path) as handle, os.fdopen(handle, "rb", closefd=False) as file:
        try:
            found = dict(_tensors(file, size))
        except _ODD as error:
            raise Refused(tr("a damaged archive")) from error
    if not found:
        raise Refused(tr("no tensors"))
    shown = sum(each.num_bytes for each in found.values())
    if shown > max(_ALWAYS_BYTES, _MOST_SHARING * size):
        raise Refused(tr("tensors that show the same numbers over and over"))
    return found


def _tensors(file: BinaryIO, size: int) -> Iterator[tuple[str, Tensor]]:
    is_zip = file.read(len(archive.MAGIC)) == archive.MAGIC
    file.seek(0)
    if is_zip:
        words, places = archive.parts(file, size)
        stream = io.BytesIO(words)
        value = value_of(stream)
        if stream.tell() != len(words):
            raise ValueError
    else:
        value, places = legacy.parts(file, size)
    for name, said in tensors_of(value).items():
        yield name, _placed(name[:80], said, places)


def _placed(name: str, said: Said, places: Places) -> Tensor:
    """Return a tensor whose every number lies in its storage, and that in the file."""
    start, there = places[said.storage.key]
    if there != said.storage.num_bytes:
        raise Refused(tr("“{name}” has another size than it says", name=name))
    if len(said.shape) != len(said.stride) or len(said.shape) > _MOST_AXES:
        raise Refused(tr("“{name}” has an odd shape", name=name))
    item, count = ITEM_BYTES[said.storage.kind], math.prod(said.shape)
    pairs = zip(said.shape, said.stride, strict=True)
    reach = 1 + sum((size - 1) * stride for size, stride in pairs)
    if count > said.storage.count and said.storage.count and 0 in said.stride:
        words = tr("“{name}” repeats its numbers: save a copy (clone)", name=name)
        raise Refused(words)
    if not count:
        return Tensor(said.storage.kind, said.shape, said.stride, start, 0)
    if said.offset + reach > said.storage.count or count > said.storage.count:
        raise Refused(tr("“{name}” has no numbers", name=name))
    at = start + said.offset * item
    return Tensor(said.storage.kind, said.shape, said.stride, at, reach * item)


def read(path: Path, tensor: Tensor, version: tuple[int, int]) -> bytearray:
    """Return the bytes from the first number of a tensor to its last.

    Args:
        path: Of the file.
        tensor: As `head` has told it.
        version: Size of the file, and when it was changed, when its head was read.

    Raises:
        OSError: When the file is another one by now.
    """
    with opened_regular(path) as handle, os.fdopen(handle, "rb", closefd=False) as file:
        status = os.fstat(handle)
        if (status.st_size, status.st_mtime_ns) != version:
            raise OSError(errno.ESTALE, tr("it has changed while it was read"))
        file.seek(tensor.at)
        data = bytearray(tensor.num_bytes)
        count = file.readinto(data)
    if count < tensor.num_bytes:
        raise OSError(errno.EIO, tr("the file has become shorter"))
    return data
