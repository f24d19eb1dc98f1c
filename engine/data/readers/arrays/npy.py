"""NPY: one array, as numpy writes it; read row by row from the disk.

Source: numpy, "NEP 1: a simple file format for NumPy arrays"
"""

import math
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.lib import format as npy

from engine.data.readers.npz import column, header
from engine.data.readers.reader import (
    BATCH_ROWS,
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

_MAGIC = b"\x93NUMPY"
_BATCH_BYTES = 2**25
_NAME = "values"


@dataclass(frozen=True)
class _Array:
    """An array whose first axis counts the rows."""

    path: Path
    columns: tuple[Column, ...]
    told: tuple[Told, ...]
    shape: tuple[int, ...]
    dtype: "np.dtype[np.generic]"
    offset: int

    def batches(self, rows: int = BATCH_ROWS) -> Iterator[Batch]:
        """Yield all rows."""
        size = math.prod(self.shape[1:]) * self.dtype.itemsize
        rows = max(1, min(rows, _BATCH_BYTES // max(1, size)))
        with opened_regular(self.path) as handle:
            os.lseek(handle, self.offset, os.SEEK_SET)
            for start in range(0, self.shape[0], rows):
                count = min(rows, self.shape[0] - start)
                data = _exactly(handle, count * size, self.path)
                block = np.frombuffer(data, self.dtype).reshape(-1, *self.shape[1:])
                arrays = {_NAME: block}
                yield Batch(arrays, start + 1, (start + count) / self.shape[0])


def _exactly(handle: int, size: int, path: Path) -> bytes:
    data = b""
    while len(data) < size and (more := os.read(handle, size - len(data))):
        data += more
    if len(data) < size:
        raise Place(path).refuse(tr("The file ends before its array does"))
    return data


def _open(path: Path, _params: Params, _kinds: Kinds) -> _Array:
    place = Place(path)
    try:
        with opened_regular(path) as handle, os.fdopen(os.dup(handle), "rb") as file:
            shape, is_fortran, dtype = header(file)
            offset, whole = file.tell(), os.fstat(handle).st_size
    except OSError as error:
        raise place.refuse(tr("The file can't be read"), got=error.strerror) from error
    except ValueError as error:
        raise place.refuse(
            tr("The data file holds no arrays"),
            expected=tr("an npy file without Python objects"),
            got=str(error),
        ) from error
    if not shape or not shape[0]:
        raise place.refuse(tr("The file has no rows"), got=str(shape))
    if is_fortran and len(shape) > 1:
        raise place.refuse(
            tr("The array is stored by columns"),
            expected=tr("an array stored by rows"),
            fix=tr("Save it again with numpy.ascontiguousarray."),
        )
    if math.prod(shape) * dtype.itemsize != whole - offset:
        raise place.refuse(
            tr("The file ends before its array does"),
            expected=tr("{n:byte|bytes}", n=f"{math.prod(shape) * dtype.itemsize:,}"),
            got=tr("{n:byte|bytes}", n=f"{max(0, whole - offset):,}"),
        )
    made = column(_NAME, np.zeros((0, *shape[1:]), dtype), place)
    told = (
        Told(tr("array"), f"{'×'.join(map(str, shape))} {npy.dtype_to_descr(dtype)}"),
    )
    return _Array(path, (made,), told, shape, dtype, offset)


READER = Reader(
    id="npy",
    title="NumPy array (.npy)",
    suffixes=(".npy",),
    recognises=lambda head: head.startswith(_MAGIC),
    open=_open,
    is_sure=lambda head: head.startswith(_MAGIC),
)
