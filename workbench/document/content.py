"""What a file holds, as one word: two files with the same word hold the same.

The word of a file that is read or written comes from these very bytes, never from a
second look at the disk: another program may have written in between.
"""

import hashlib
import stat
from pathlib import Path

from engine.files import read_regular
from engine.graph.files import reading
from engine.graph.model import Project

MAX_BYTES = 64 * 2**20
NOTHING = ""
"""The word where no file is; a folder is none."""


def word_of(data: bytes) -> str:
    """Return the word of these bytes."""
    return hashlib.sha256(data).hexdigest()


def read(path: Path) -> tuple[Project, str]:
    """Read a `.bpw` file.

    Returns:
        The project, and the word of the bytes it was read from.

    Raises:
        DocumentError: It is not a project.
    """
    data = reading.read_bytes(path)
    text = reading.decode(data, path.name)
    return reading.loads(text, path.name), word_of(data)


def seen(path: Path) -> str:
    """Return the word of what stands on the disk now.

    What is there but can't be read (not allowed, too large, no ordinary file) has a
    word that stays as long as nobody touches it.
    """
    try:
        return word_of(read_regular(path, MAX_BYTES))
    except (OSError, ValueError):
        pass
    try:
        facts = path.lstat()
    except (OSError, ValueError):
        return NOTHING
    if stat.S_ISDIR(facts.st_mode):
        return NOTHING
    return f"unread {facts.st_ino} {facts.st_size} {facts.st_mtime_ns}"


def is_locked(path: Path) -> bool:
    """Return whether a file says that nobody shall write it."""
    try:
        facts = path.stat()
    except (OSError, ValueError):
        return False
    return stat.S_ISREG(facts.st_mode) and not facts.st_mode & 0o222
