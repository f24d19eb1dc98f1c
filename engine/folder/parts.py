"""Opens the parts of a folder that a stranger may have made.

The folder itself may be a link: somebody chose it. What is inside must be there
itself: links, hard links, pipes, sockets and devices are refused, and nothing is ever
made through a link that leads to nowhere. Kinds are checked on what was opened, so that
nobody can exchange a file between the look and the opening.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from engine.errors import DocumentError
from engine.i18n import tr

CHUNK_BYTES = 2**20
_CARE = (
    getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_CLOEXEC", 0)
_BY_HANDLE = {os.open, os.stat, os.unlink} <= os.supports_dir_fd
"""Whether names can be looked up in an open folder; Windows can't."""
_REPARSE = getattr(stat, "FILE_ATTRIBUTE_REPARSE_POINT", 0)
_NEW_MODE = 0o666
_LARGE_BYTES = 2**30


@contextmanager
def opened(folder: Path, *names: str, flags: int = os.O_RDONLY) -> Iterator[int]:
    """Open an ordinary file in a folder, by the names that lead to it.

    Args:
        folder: May be a link.
        names: Folders and the file; none of them may be a link.
        flags: As of `os.open`.

    Yields:
        The number of the open file.

    Raises:
        DocumentError: When it is not an ordinary file that is there itself.
        OSError: When it is missing or can't be opened.
    """
    path = folder.joinpath(*names)
    with _inside(folder, names[:-1]) as where:
        _check(_looked_up(names[-1], where), path)
        try:
            handle = _open(names[-1], where, flags)
        except OSError:
            _check(_looked_up(names[-1], where), path)  # made a link meanwhile
            raise
    try:
        _check(os.fstat(handle), path)
        yield handle
    finally:
        os.close(handle)


def read(folder: Path, *names: str, max_bytes: int) -> bytes:
    """Return what stands in an ordinary file of a folder.

    Raises:
        DocumentError: When it is not an ordinary file, or larger than `max_bytes`.
        OSError: When it is missing or can't be read.
    """
    with opened(folder, *names) as handle:
        chunks = list(_chunks(handle, folder.joinpath(*names), max_bytes))
    return b"".join(chunks)


def copy(folder: Path, *names: str, to: Path, max_bytes: int) -> None:
    """Copy an ordinary file of a folder to a new place that is ours.

    Raises:
        DocumentError: As `read`.
        OSError: When it is missing, or either can't be read or written.
    """
    with opened(folder, *names) as handle, to.open("xb") as target:
        for chunk in _chunks(handle, folder.joinpath(*names), max_bytes):
            target.write(chunk)


def append(folder: Path, name: str, text: str) -> None:
    """Add text to a file of a folder; made when it is missing.

    Raises:
        DocumentError: When it is not an ordinary file.
        OSError: When it can't be written.
    """
    data = text.encode("utf-8", "backslashreplace")
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
    with opened(folder, name, flags=flags) as handle:
        while data:
            data = data[os.write(handle, data) :]


def facts(folder: Path, *names: str) -> os.stat_result | None:
    """Return size and times of an ordinary file; None when there is nothing.

    Raises:
        DocumentError: When something else has its name.
        OSError: When it can't be looked at.
    """
    try:
        with _inside(folder, names[:-1]) as where:
            found = _looked_up(names[-1], where)
            _check(found, folder.joinpath(*names))
            return found
    except FileNotFoundError:
        return None


def remove(folder: Path, *names: str) -> None:
    """Delete an ordinary file of a folder, if it is there.

    Raises:
        DocumentError: When something else has its name; it stays.
        OSError: When it can't be deleted.
    """
    with suppress(FileNotFoundError), _inside(folder, names[:-1]) as where:
        if found := _looked_up(names[-1], where):
            _check(found, folder.joinpath(*names))
            os.unlink(_name(names[-1], where), **_at(where))


def listed(folder: Path, name: str) -> list[str]:
    """Return the names in a folder inside a folder; none when it is missing.

    Raises:
        DocumentError: When it is a link or no folder.
        OSError: When it can't be read.
    """
    try:
        with _inside(folder, (name,)) as where:
            return sorted(os.listdir(where))  # noqa: PTH208 - an open folder
    except FileNotFoundError:
        return []


def make_folder(folder: Path, name: str) -> Path:
    """Return a folder inside a folder; made when it is missing.

    Raises:
        DocumentError: When it is a link or no folder.
        OSError: When it can't be made.
    """
    with _inside(folder, ()) as where:
        if _looked_up(name, where) is None:
            os.mkdir(_name(name, where), **_at(where))  # noqa: PTH102 - in a folder
    with _inside(folder, (name,)):
        return folder / name


@contextmanager
def _inside(folder: Path, names: tuple[str, ...]) -> Iterator[int | Path]:
    """Yield an open folder, or its path where the system knows no better."""
    if not _BY_HANDLE:
        yield _walked(folder, names)
        return
    handle = os.open(folder, _FOLDER)
    try:
        for name in names:
            folder /= name
            _check_folder(os.stat(name, dir_fd=handle, follow_symlinks=False), folder)
            inner = os.open(name, _FOLDER | _CARE, dir_fd=handle)
            os.close(handle)
            handle = inner
        yield handle
    finally:
        os.close(handle)


def _walked(folder: Path, names: tuple[str, ...]) -> Path:
    for name in names:
        folder /= name
        _check_folder(folder.lstat(), folder)
    return folder


def _open(name: str, where: int | Path, flags: int) -> int:
    return os.open(_name(name, where), flags | _CARE, _NEW_MODE, **_at(where))


def _name(name: str, where: int | Path) -> str | Path:
    return where / name if isinstance(where, Path) else name


def _at(where: int | Path) -> dict[str, int]:
    return {} if isinstance(where, Path) else {"dir_fd": where}


def _looked_up(name: str, where: int | Path) -> os.stat_result | None:
    try:
        return os.stat(  # noqa: PTH116 - in an open folder
            _name(name, where), follow_symlinks=False, **_at(where)
        )
    except FileNotFoundError:
        return None


def _check(found: os.stat_result | None, path: Path) -> None:
    """Refuse what is there and no ordinary file of its own."""
    if found is None:
        return
    if _is_link(found):
        raise _refused(path, tr("a link"))
    if not stat.S_ISREG(found.st_mode):
        raise _refused(path, tr("no ordinary file"))
    if found.st_nlink > 1:
        raise _refused(path, tr("a file with a second name elsewhere"))


def _check_folder(found: os.stat_result, path: Path) -> None:
    if _is_link(found):
        raise _refused(path, tr("a link"))
    if not stat.S_ISDIR(found.st_mode):
        raise _refused(path, tr("no folder"))


def _is_link(found: os.stat_result) -> bool:
    reparse = getattr(found, "st_file_attributes", 0) & _REPARSE
    return stat.S_ISLNK(found.st_mode) or bool(reparse)


def _chunks(handle: int, path: Path, max_bytes: int) -> Iterator[bytes]:
    """Yield what is in a file whose size may change or be wrong."""
    left = max_bytes
    facts = os.fstat(handle)
    if facts.st_size > max_bytes or _is_hollow(facts):
        raise _too_large(path, max_bytes)
    while chunk := os.read(handle, min(CHUNK_BYTES, left + 1)):
        if (left := left - len(chunk)) < 0:
            raise _too_large(path, max_bytes)
        yield chunk


def _is_hollow(found: os.stat_result) -> bool:
    """Return whether a large file is almost all holes: it would fill what it copies."""
    on_disk = getattr(found, "st_blocks", found.st_size) * 512
    return found.st_size > _LARGE_BYTES and on_disk * 100 < found.st_size


def _too_large(path: Path, max_bytes: int) -> DocumentError:
    return DocumentError(
        tr("This part of the run is too large"),
        where=str(path),
        expected=tr("at most {n} MB", n=f"{max_bytes / 2**20:.4g}"),
    )


def _refused(path: Path, got: str) -> DocumentError:
    return DocumentError(
        tr("This part of the run could lead out of its folder and is not opened"),
        where=str(path),
        expected=tr("an ordinary file, or a folder, of its own"),
        got=got,
        fix=tr("Open the folder where the run was made, or copy it without links."),
    )
