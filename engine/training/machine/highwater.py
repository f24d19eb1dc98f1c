"""By how much this process grows at most, as the system counts it."""

from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from engine.training.machine.scarcity import give_back

_STATUS, _FORGET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


class _Sizes(NamedTuple):
    now: int = 0
    most: int = 0


class HighWater:
    """Watches the memory of this process from now on.

    Attributes:
        is_told: Whether the system tells; elsewhere all sizes are 0.

    Threads: any; one at a time.
    """

    def __init__(self) -> None:
        give_back()
        with suppress(OSError):
            _FORGET.write_text("5", "ascii")  # the most so far is now
        self._before = _sizes()
        # what could not be forgotten can't be told from what comes
        self.is_told = 0 < self._before.most <= self._before.now + _SLACK

    @property
    def grown_bytes(self) -> int:
        """The most that it has grown by."""
        return max(0, _sizes().most - self._before.now) if self.is_told else 0

    @property
    def growth_bytes(self) -> int:
        """By how much it is larger now."""
        return max(0, _sizes().now - self._before.now) if self.is_told else 0


_SLACK = 2**20


def resident_bytes() -> int:
    """Return what this process holds in memory; 0 where the system does not tell."""
    return _sizes().now


def _sizes() -> _Sizes:
    found = {}
    with suppress(OSError, ValueError, IndexError):
        for line in _STATUS.read_text("utf-8", errors="replace").splitlines():
            name, _, value = line.partition(":")
            if name in {"VmRSS", "VmHWM"}:
                found[name] = int(value.split()[0]) * 1024
    if len(found) < 2:
        return _Sizes()
    return _Sizes(found["VmRSS"], found["VmHWM"])
