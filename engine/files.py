"""The one way in which this product writes a file, and the one to read foreign ones."""

import errno
import os
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from engine.i18n import tr

_CHUNK_BYTES = 2**20
_MEGABYTE = 2**20
_LONG_NAME = 200
"""Bytes of a name that leave room for more within the 255 that file systems allow."""


def read_regular(path: Path, max_bytes: int) -> bytes:
    """Return what stands in an ordinary file, or in one that a link leads to.

    FIFOs, devices, sockets and folders are refused and never waited for.

    Args:
        path: The file.
        max_bytes: More than this is refused before it is read.

    Raises:
        OSError: For whatever can't be read; `strerror` says why in plain words.
    """
    with opened_regular(path) as handle:
        _check_size(os.fstat(handle), max_bytes)
        return _read(handle, max_bytes)


@contextmanager
def opened_regular(path: Path) -> Iterator[int]:
    """Open an ordinary file, or one that a link leads to, for reading.

    Yields:
        The number of the open file.

    Raises:
        OSError: As `read_regular`.
    """
    try:
        _check_kind(path.stat())
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        handle = os.open(path, flags | getattr(os, "O_NOCTTY", 0))
    except ValueError as error:  # A NUL or half a character in the name.
        raise OSError(errno.EINVAL, tr("no file can have this name")) from error
    try:
        _check_kind(os.fstat(handle))
        yield handle
    finally:
        os.close(handle)


def _check_kind(facts: os.stat_result) -> None:
    if stat.S_ISDIR(facts.st_mode):
        raise IsADirectoryError(errno.EISDIR, tr("this is a folder"))
    if not stat.S_ISREG(facts.st_mode):
        raise OSError(errno.EINVAL, tr("this is not an ordinary file"))


def _check_size(facts: os.stat_result, max_bytes: int) -> None:
    if facts.st_size > max_bytes:
        raise _too_large(max_bytes)


def _read(handle: int, max_bytes: int) -> bytes:
    """Return the rest of a file whose size may change or be wrong (`/proc`)."""
    parts, left = [], max_bytes + 1
    while left > 0 and (part := os.read(handle, min(left, _CHUNK_BYTES))):
        parts.append(part)
        left -= len(part)
    if left <= 0:
        raise _too_large(max_bytes)
    return b"".join(parts)


def _too_large(max_bytes: int) -> OSError:
    size = tr("larger than {n} MB", n=f"{max_bytes / _MEGABYTE:.4g}")
    return OSError(errno.EFBIG, size)


def _nothing() -> None:
    """Check nothing."""


def atomic_write(
    path: Path, data: bytes | str, check: Callable[[], None] = _nothing
) -> None:
    """Replace `path` by `data`: after a crash the old or the new content is there.

    Args:
        path: The target; its folder must exist.
        data: Bytes, or text that is written as UTF-8.
        check: As for `atomic_file`.

    Raises:
        OSError: When the disk refuses; the old file is then untouched.
    """
    content = data.encode("utf-8") if isinstance(data, str) else data
    with atomic_file(path, check) as file:
        file.write(content)


@contextmanager
def atomic_file(path: Path, check: Callable[[], None] = _nothing) -> Iterator[BinaryIO]:
    """Open a file that takes the place of `path` when the block has ended.

    For what is too large to be held as bytes: it is written piece by piece, and may
    be read again inside the block. When anything is raised in there, `path` is as it
    was and nothing else is left.

    Args:
        path: The target; its folder must exist.
        check: Called when all is written, right before it takes the place; whatever
            it raises leaves the old file.

    Raises:
        OSError: When the disk refuses; the old file is then untouched.
    """
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=_beside(path.name))
    os.close(handle)
    try:
        with Path(temporary).open("w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        _keep_mode(path, Path(temporary))
        check()
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _beside(name: str) -> str:
    """Return how the name of an unfinished file begins; any name that fits has room."""
    if len(os.fsencode(name)) > _LONG_NAME:
        name = name[: _LONG_NAME // 4]  # no letter takes more bytes
    return f".{name}."


def _keep_mode(path: Path, temporary: Path) -> None:
    """Give the new file the mode of the old one, or that of any new file."""
    if os.name == "nt":
        return
    umask = os.umask(0)
    os.umask(umask)
    temporary.chmod(path.stat().st_mode if path.exists() else 0o666 & ~umask)


def _sync_folder(folder: Path) -> None:
    """Make the rename itself durable where the system allows opening folders."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
