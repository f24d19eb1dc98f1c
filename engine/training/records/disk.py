"""What a disk that refuses to be written to is said to be, and what to do then."""

import errno
import os
import shutil
import sqlite3
from pathlib import Path

from engine.errors import TrainingError
from engine.i18n import tr

_UNITS = ("B", "KB", "MB", "GB", "TB")
_SQLITE = {
    sqlite3.SQLITE_FULL: errno.ENOSPC,
    sqlite3.SQLITE_READONLY: errno.EROFS,
    sqlite3.SQLITE_PERM: errno.EACCES,
    sqlite3.SQLITE_CANTOPEN: errno.EACCES,
    sqlite3.SQLITE_IOERR: errno.EIO,
}
"""What the primary codes of SQLite mean for a file."""

_GONE = "the folder is gone"
_REASONS = {
    getattr(errno, "EDQUOT", errno.ENOSPC): (
        "your share of the disk is used up ({needed} are needed)"
    ),
    errno.ENOSPC: "the disk is full ({needed} are needed, {free} are free)",
    errno.EROFS: "the disk is read-only",
    errno.EACCES: "the folder may not be written to",
    errno.EPERM: "the folder may not be written to",
    errno.ENOENT: "the folder is gone",
    errno.ENOTDIR: "the folder is gone",
    getattr(errno, "ESTALE", errno.ENOENT): "the folder is gone",
    errno.EFBIG: "files may not become so large here ({needed} are needed)",
    errno.EIO: "the disk reports an error when it is written to",
}


def trouble(error: Exception, folder: Path, needed: int) -> TrainingError:
    """Say why a run can't be written any more, in one error.

    Args:
        error: What the writing raised.
        folder: Of the run.
        needed: Bytes that it wants to write next.
    """
    is_there = os.path.exists(folder)  # noqa: PTH110 - as it never raises
    why = _why(error, folder, needed) if is_there else tr(_GONE)
    return TrainingError(
        tr("The run can't be saved: {why}", why=why),
        where=str(folder),
        fix=tr("Mend that, then resume; or choose another folder for the run."),
    )


def refusal(error: OSError, folder: Path) -> TrainingError:
    """Say why no run can begin in a folder."""
    return TrainingError(
        tr("No run can be kept here: {why}", why=_why(error, folder, 0)),
        where=str(folder),
        fix=tr("Choose another folder, or mend that; then train again."),
    )


def _why(error: Exception, folder: Path, needed: int) -> str:
    """Return the reason as part of a sentence."""
    number, free = _number(error), _free(folder)
    if number == errno.EIO and free is not None and free < max(needed, 2**16):
        number = errno.ENOSPC  # SQLite calls some full disks an error of the disk
    words = _REASONS.get(number)
    if words is None:
        return getattr(error, "strerror", None) or str(error.__cause__ or error)
    return tr(words, needed=size(needed), free=size(free or 0))


def _number(error: Exception) -> int:
    """Return the system's number of an error, also of one that SQLite met."""
    cause = error if isinstance(error, OSError) else error.__cause__
    if isinstance(cause, OSError):
        return cause.errno or 0
    code = getattr(cause, "sqlite_errorcode", 0) or 0
    return _SQLITE.get(code & 0xFF, 0)


def _free(folder: Path) -> int | None:
    """Return the bytes that are free where a folder is, or was."""
    for place in (folder, *folder.parents):
        try:
            return shutil.disk_usage(place).free
        except OSError:
            continue
    return None


def size(count: float) -> str:
    """Return a number of bytes in words."""
    for unit in _UNITS:
        if count < 1000 or unit == _UNITS[-1]:
            break
        count /= 1000
    return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
