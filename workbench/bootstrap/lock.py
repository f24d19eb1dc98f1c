"""One first start at a time: the others wait for it and find the work done."""

import contextlib
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from workbench.bootstrap.console import say

_POLL_S = 0.5


@contextlib.contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold the lock file `path`; it is freed also when the process is killed."""
    with path.open("a+b") as file:
        if not _try(file):
            say("Another start is installing; waiting for it to finish …")
            while not _try(file):
                time.sleep(_POLL_S)
        yield


def _try(file: IO[bytes]) -> bool:
    try:
        _lock(file)
    except OSError:
        return False
    return True


if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[bytes]) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
