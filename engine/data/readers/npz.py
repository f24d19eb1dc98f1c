"""NPZ: arrays by name in a zip file, as numpy writes them. The built-in sets are such.

Source: numpy, "NEP 1: a simple file format for NumPy arrays"
"""

import io
import math
import tokenize
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO

import numpy as np
from numpy.lib import format as npy

from engine.data.readers.reader import (
    BATCH_ROWS,
    Batch,
    Column,
    Kinds,
    Place,
    Reader,
    Told,
)
from engine.files import read_regular
from engine.i18n import tr
from engine.layers.spec import Params

MOST_BYTES = 2**30
"""More than this would not be held in memory; also what a small zip may unfold to."""
_MAGIC = b"PK\x03\x04"
_ENDING = ".npy"


def arrays(content: BinaryIO, path: Path, fix: str = "") -> dict[str, np.ndarray]:
    """Return the arrays of an NPZ file.

    Args:
        content: The opened file.
        path: For messages.
        fix: What to do when it is none.

    Raises:
        DataError: When it is none, is damaged, or unfolds to more than fits.
    """
    place = Place(path)
    try:
        with zipfile.ZipFile(content) as archive:
            _check_size(archive, place)
            return {
                member.filename.removesuffix(_ENDING): _array(archive, member)
                for member in archive.infolist()
            }
    except (ValueError, OSError, EOFError, zipfile.BadZipFile, RuntimeError) as error:
        raise place.refuse(
            tr("The data file holds no arrays"),
            expected=tr("an npz file without Python objects"),
            got=str(error),
            fix=fix,
        ) from error


def _check_size(archive: zipfile.ZipFile, place: Place) -> None:
    size = sum(member.file_size for member in archive.infolist())
    if size > MOST_BYTES:
        raise place.refuse(
            tr("The arrays are too large"),
            expected=tr("at most {n} MB", n=MOST_BYTES // 2**20),
            got=tr("{n} MB", n=size // 2**20),
        )


def _array(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> np.ndarray:
    """Return one array, after its header was compared with the bytes that follow.

    numpy reserves what a header asks for before it reads: a header that lies would
    take any amount of memory.
    """
    with archive.open(member) as file:
        shape, _, dtype = header(file)
        if math.prod(shape) * dtype.itemsize != member.file_size - file.tell():
            raise ValueError(tr("the size of “{name}” is wrong", name=member.filename))
    with archive.open(member) as file:
        found: np.ndarray = npy.read_array(file, allow_pickle=False)
        return found


def header(file: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[np.generic]]:
    """Return shape, whether columns come first, and type of the array that follows.

    Raises:
        ValueError: When it is none, or holds Python objects.
    """
    try:
        version = npy.read_magic(file)
        read = npy.read_array_header_1_0 if version == (1, 0) else _header_2
        shape, is_fortran, dtype = read(file)
    except (tokenize.TokenError, SyntaxError, TypeError, MemoryError) as error:
        # numpy reads a header as Python writes it, and says so when it isn't.
        raise ValueError(tr("the head of the array is damaged")) from error
    if dtype.hasobject:
        raise ValueError(tr("an array of Python objects"))
    if min(shape, default=0) < 0:
        raise ValueError(tr("a length under 0"))
    return shape, is_fortran, dtype


def _header_2(file: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[np.generic]]:
    shape, is_fortran, dtype = npy.read_array_header_2_0(file)
    return shape, is_fortran, dtype


@dataclass(frozen=True)
class _Arrays:
    """Arrays of as many rows each."""

    columns: tuple[Column, ...]
    found: Mapping[str, np.ndarray]
    told: tuple[Told, ...]

    def batches(self, rows: int = BATCH_ROWS) -> Iterator[Batch]:
        """Yield all rows."""
        count = len(next(iter(self.found.values())))
        for start in range(0, count, rows):
            stop = min(start + rows, count)
            part = {name: array[start:stop] for name, array in self.found.items()}
            yield Batch(part, start + 1, stop / count)


def _open(path: Path, _params: Params, _kinds: Kinds) -> _Arrays:
    place = Place(path)
    try:
        content = read_regular(path, MOST_BYTES)
    except OSError as error:
        raise place.refuse(tr("The file can't be read"), got=error.strerror) from error
    found = arrays(io.BytesIO(content), path)
    lengths = {array.shape[:1] for array in found.values()}
    if len(lengths) != 1 or not min(lengths) or not min(min(lengths)):
        raise place.refuse(
            tr("The arrays have no rows in common"),
            expected=tr("arrays of the same length"),
            got=", ".join(f"{name} {array.shape}" for name, array in found.items()),
        )
    told = tuple(
        Told(name, f"{'×'.join(map(str, array.shape))} {array.dtype}")
        for name, array in found.items()
    )
    columns = tuple(column(name, array, place) for name, array in found.items())
    return _Arrays(columns, found, told)


def column(name: str, array: np.ndarray, place: Place) -> Column:
    """Return what one array brings to a row.

    Raises:
        DataError: When its values are nothing to train on.
    """
    if array.dtype.kind in "US":
        kind, missing = "text", 0
    elif array.dtype.kind == "M":
        kind, missing = "date", int(np.isnat(array).sum())
    elif array.dtype.kind in "biuf":
        kind, missing = "number", int(np.isnan(array).sum())
    else:
        raise Place(place.path, column=name).refuse(
            tr("Values of this kind can't be trained on"), got=str(array.dtype)
        )
    return Column(
        name,
        kind,  # type: ignore[arg-type]
        array.shape[1:],
        missing=missing,
        is_whole=array.dtype.kind in "biu",
    )


def _recognises(head: bytes) -> bool:
    """Return whether it is a zip file, and not one of an office."""
    is_office = b"[Content_Types]" in head[:4096] or b"mimetypeapp" in head[:100]
    return head.startswith(_MAGIC) and not is_office


READER = Reader(
    id="npz",
    title="NumPy arrays (.npz)",
    suffixes=(".npz",),
    recognises=_recognises,
    open=_open,
    is_sure=_recognises,
)
