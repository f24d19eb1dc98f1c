"""By how much this process grows at most, as the system counts it."""

from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from engine.training.scarcity import give_back

_STATUS, _FORGET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


class _Sizes(NamedTuple):
    now: int = 0
    most: int = 0
    files: int = 0


class HighWater:
    """Watches the memory of this process from now on.

    What libraries are read from doesn't count: that is there once, whatever comes.

    Threads: any; one at a time.
    """

    def __init__(self) -> None:
        give_back()
        with suppress(OSError):
            _FORGET.write_text("5", "ascii")  # the most so far is now
        self._before = _sizes()

    @property
    def grown_bytes(self) -> int:
        """The most that it has grown by; 0 where the system does not tell."""
        if self._before.most > self._before.now + _SLACK:  # it could not be forgotten
            return 0
        seen = _sizes()
        return seen.most - self._before.now - (seen.files - self._before.files)


_SLACK = 2**20


def _sizes() -> _Sizes:
    found = {}
    with suppress(OSError, ValueError, IndexError):
        for line in _STATUS.read_text("utf-8", errors="replace").splitlines():
            name, _, value = line.partition(":")
            if name in {"VmRSS", "VmHWM", "RssFile"}:
                found[name] = int(value.split()[0]) * 1024
    if len(found) < 3:
        return _Sizes()
    return _Sizes(found["VmRSS"], found["VmHWM"], found["RssFile"])
