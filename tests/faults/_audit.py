"""A guard over what Python code does: it sees exec, processes, sockets and writes.

An audit hook can't be taken away again, so `watch` turns this one on and off.
"""

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

_FORBIDDEN = frozenset(
    {
        "exec",
        "compile",
        "marshal.loads",
        "pickle.find_class",
        "os.system",
        "os.exec",
        "os.fork",
        "os.forkpty",
        "os.posix_spawn",
        "os.spawn",
        "subprocess.Popen",
        "socket.connect",
        "socket.bind",
        "socket.sendto",
        "ctypes.dlopen",
    }
)
"""Events that opening a file never raises; imports are told apart, see `_is_import`."""
_CHANGES = {
    "os.remove": 1,
    "os.rename": 2,
    "os.rmdir": 1,
    "os.mkdir": 1,
    "os.link": 2,
    "os.symlink": 2,
    "os.truncate": 1,
    "os.chmod": 1,
    "os.chown": 1,
    "os.utime": 1,
    "shutil.rmtree": 1,
    "sqlite3.connect": 0,
}
"""Event -> how many of its first arguments are paths that it changes."""
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class _Guard:
    """What is watched now; one for the whole process."""

    def __init__(self) -> None:
        self.is_on = False
        self.allowed: tuple[Path, ...] = ()
        self.seen: list[str] = []

    def __call__(self, event: str, arguments: tuple[object, ...]) -> None:
        if not self.is_on:
            return
        if event in _FORBIDDEN and not _is_import():
            self.seen.append(f"{event} {arguments!r:.200}")
        elif event == "open" and _writes(arguments):
            self._check(event, arguments[0])
        elif event in _CHANGES:
            for path in arguments[: _CHANGES[event]]:
                self._check(event, path)

    def _check(self, event: str, path: object) -> None:
        if not isinstance(path, str | bytes | os.PathLike):
            return  # An open file's number.
        real = Path(os.path.realpath(os.fsdecode(path)))
        if not any(real.is_relative_to(folder) for folder in self.allowed):
            self.seen.append(f"{event} {real}")


_guard = _Guard()


@contextlib.contextmanager
def watch(*allowed: Path) -> Iterator[list[str]]:
    """Yield the list of what happened that opening a file must never do.

    Args:
        allowed: Folders in which files may be written; none elsewhere.
    """
    if _guard not in _hooked:
        sys.addaudithook(_guard)
        _hooked.append(_guard)
    _guard.allowed = tuple(folder.resolve() for folder in allowed)
    _guard.seen = []
    _guard.is_on = True
    try:
        yield _guard.seen
    finally:
        _guard.is_on = False


def _writes(arguments: tuple[object, ...]) -> bool:
    """Return whether an `open` event opens for writing."""
    _, mode, flags = arguments
    if isinstance(mode, str):
        return any(letter in mode for letter in "wax+")
    return isinstance(flags, int) and bool(flags & _WRITING)


def _is_import() -> bool:
    """Return whether the import system is what executes now (our own lazy imports)."""
    frame = sys._getframe(2)
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False


_hooked: list[_Guard] = []
