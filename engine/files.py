"""The one way in which this product writes a file."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


def atomic_write(path: Path, data: bytes | str) -> None:
    """Replace `path` by `data`: after a crash the old or the new content is there.

    Args:
        path: The target; its folder must exist.
        data: Bytes, or text that is written as UTF-8.

    Raises:
        OSError: When the disk refuses; the old file is then untouched.
    """
    content = data.encode("utf-8") if isinstance(data, str) else data
    with atomic_file(path) as file:
        file.write(content)


@contextmanager
def atomic_file(path: Path) -> Iterator[BinaryIO]:
    """Open a file that takes the place of `path` when the block has ended.

    For what is too large to be held as bytes: it is written piece by piece, and may
    be read again inside the block. When anything is raised in there, `path` is as it
    was and nothing else is left.

    Args:
        path: The target; its folder must exist.

    Raises:
        OSError: When the disk refuses; the old file is then untouched.
    """
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    os.close(handle)
    try:
        with Path(temporary).open("w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        _keep_mode(path, Path(temporary))
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


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
