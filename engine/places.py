"""Questions about places on the disk that are always answered.

A name may be longer than any file's, somebody's home unknown, a mount gone: Python's
own paths raise then, where a person only wants to know whether something is there.
"""

import os
from pathlib import Path


def is_file(path: Path) -> bool:
    """Return whether an ordinary file is there, links counted."""
    return os.path.isfile(path)  # noqa: PTH113 - never raises


def is_folder(path: Path) -> bool:
    """Return whether a folder is there, links counted."""
    return os.path.isdir(path)  # noqa: PTH112 - never raises


def is_there(path: Path) -> bool:
    """Return whether anything is there, links counted."""
    return os.path.exists(path)  # noqa: PTH110 - never raises


def at_home(words: str) -> Path:
    """Return a path with `~` as somebody's home; as it is where nobody has this one."""
    return Path(os.path.expanduser(words))  # noqa: PTH111 - never raises
