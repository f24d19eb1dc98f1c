"""IDX, plain or packed with gzip: the format of MNIST. Images find their labels.

`train-images-idx3-ubyte.gz` has its labels in `train-labels-idx1-ubyte.gz` beside it.

Source: LeCun, Cortes & Burges, "The MNIST database", file formats
"""

import gzip
import math
import os
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np

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
from engine.files import opened_regular
from engine.i18n import tr
from engine.layers.spec import Params

_TYPES = {8: ">u1", 9: ">i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}
_GZIP = b"\x1f\x8b"
_MOST_BYTES = 2**34
_BATCH_BYTES = 2**24
_MOST_CLASSES = 1000
_BYTE = 8


@dataclass(frozen=True)
class _File:
    """One file of the format.

    Args:
        path: Where it is.
        shape: Of the whole array.
        dtype: Of its numbers.
        offset: Of the first of them, unpacked.
    """

    path: Path
    shape: tuple[int, ...]
    dtype: "np.dtype[np.generic]"
    offset: int

    @property
    def row_bytes(self) -> int:
        return math.prod(self.shape[1:]) * self.dtype.itemsize

    def blocks(self, rows: int) -> Iterator[Array]:
        """Yield the rows, some at a time.

        Raises:
            DataError: When the file ends before they do, or is damaged.
        """
        with _opened(self.path) as file:
            _exactly(file, self.offset, self.path)
            for start in range(0, self.shape[0], rows):
                count = min(rows, self.shape[0] - start)
                data = _exactly(file, count * self.row_bytes, self.path, start + 1)
                block = np.frombuffer(data, self.dtype).reshape(count, *self.shape[1:])
                yield block.astype(self.dtype.newbyteorder("="))


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """Open a file, unpacking it where it is packed; no more than is asked for."""
    try:
        with opened_regular(path) as handle, os.fdopen(os.dup(handle), "rb") as file:
            is_packed = file.peek(2)[:2] == _GZIP
            yield cast("BinaryIO", gzip.GzipFile(fileobj=file) if is_packed else file)
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise Place(path).refuse(tr("The file can't be read"), got=reason) from error


def _exactly(file: BinaryIO, size: int, path: Path, row: int = 0) -> bytes:
    data = file.read(size)
    if len(data) < size:
        raise Place(path, row).refuse(
            tr("The file ends before its array does"),
            expected=tr("{n:byte|bytes}", n=f"{size:,}"),
            got=tr("{n:byte|bytes}", n=f"{len(data):,}"),
            fix=tr("Fetch the file again."),
        )
    return data


def _file(path: Path) -> _File:
    with _opened(path) as file:
        head = _exactly(file, 4, path)
        if head[:2] != b"\0\0" or head[2] not in _TYPES or not head[3]:
            raise Place(path).refuse(tr("This is no IDX file"), got=head.hex())
        sizes = _exactly(file, 4 * head[3], path)
    shape = tuple(int(n) for n in np.frombuffer(sizes, ">u4"))
    dtype = np.dtype(_TYPES[head[2]])
    if not all(shape):
        raise Place(path).refuse(tr("The file has no rows"), got=str(shape))
    if math.prod(shape) * dtype.itemsize > _MOST_BYTES:
        raise Place(path).refuse(
            tr("The arrays are too large"),
            expected=tr("at most {n} MB", n=f"{_MOST_BYTES // 2**20:,}"),
            got="×".join(map(str, shape)),
        )
    return _File(path, shape, dtype, 4 + 4 * head[3])


@dataclass(frozen=True)
class _Set:
    """Arrays of as many rows each."""

    columns: tuple[Column, ...]
    told: tuple[Told, ...]
    files: Mapping[str, _File]

    def batches(self, rows: int = BATCH_ROWS) -> Iterator[Batch]:
        """Yield all rows."""
        row_bytes = sum(file.row_bytes for file in self.files.values())
        rows = max(1, min(rows, _BATCH_BYTES // max(1, row_bytes)))
        total = min(file.shape[0] for file in self.files.values())
        done = 0
        streams = [file.blocks(rows) for file in self.files.values()]
        for blocks in zip(*streams, strict=True):
            arrays = {
                column.name: _as_column(column, block)
                for column, block in zip(self.columns, blocks, strict=True)
            }
            done += len(blocks[0])
            yield Batch(arrays, done - len(blocks[0]) + 1, done / total)


def _as_column(column: Column, block: Array) -> Array:
    if column.kind == "text":
        return block.astype(str).astype(object)
    return block.reshape(len(block), *column.shape)


def _open(path: Path, _params: Params, _kinds: Kinds) -> _Set:
    first = _file(path)
    files = {"image" if len(first.shape) > 2 else "label": first}
    if len(first.shape) > 2 and (beside := _labels_beside(path)):
        files["label"] = _file(beside)
    lengths = {name: file.shape[0] for name, file in files.items()}
    if len(set(lengths.values())) > 1:
        raise Place(files["label"].path).refuse(
            tr("There is not one label for each image"),
            expected=lengths["image"],
            got=lengths["label"],
        )
    told = tuple(
        Told(file.path.name, f"{'×'.join(map(str, file.shape))} {file.dtype.name}")
        for file in files.values()
    )
    columns = tuple(_column(name, file) for name, file in files.items())
    return _Set(columns, told, files)


def _column(name: str, file: _File) -> Column:
    if len(file.shape) in {3, 4} and file.dtype.itemsize == 1:
        shape = file.shape[1:] if len(file.shape) == 4 else (1, *file.shape[1:])
        return Column(name, "image", shape, "input")
    if len(file.shape) > 1:
        return Column(name, "number", file.shape[1:], "input")
    if file.dtype.kind == "f":
        return Column(name, "number", (), "target")
    return Column(name, "text", (), "target", classes=_classes(file))


def _classes(file: _File) -> tuple[str, ...]:
    """Return the numbers that occur; a single pass over the labels."""
    found: set[int] = set()
    for block in file.blocks(2**16):
        found.update(np.unique(block).tolist())
        if len(found) > _MOST_CLASSES:
            raise Place(file.path).refuse(
                tr("These are no labels: there are too many different ones"),
                expected=tr("at most {n} classes", n=_MOST_CLASSES),
            )
    return tuple(map(str, sorted(found)))


def _labels_beside(path: Path) -> Path | None:
    """Return the file of labels that belongs to one of images, if it is there."""
    name = path.name
    for images, dimensions in product(("images", "image"), ("idx3", "idx4", "")):
        if images in name and dimensions in name:
            label = name.replace(images, images.replace("image", "label"))
            label = label.replace(dimensions, "idx1") if dimensions else label
            for each in (label, label.removesuffix(".gz"), f"{label}.gz"):
                if (path.parent / each).is_file():
                    return path.parent / each
    return None


def _recognises(head: bytes) -> bool:
    """Return whether bytes are the head of such a file, packed or not."""
    if head.startswith(_GZIP):
        try:
            head = zlib.decompressobj(31).decompress(head, 2**10)
        except zlib.error:
            return False
    is_short = len(head) < 4 or head[:2] != b"\0\0"
    return not is_short and head[2] in _TYPES and 0 < head[3] <= _BYTE


READER = Reader(
    id="idx",
    title="IDX (MNIST)",
    suffixes=(".gz", ".idx", ".idx3-ubyte", ".idx1-ubyte"),
    recognises=_recognises,
    open=_open,
    is_sure=_recognises,
)
