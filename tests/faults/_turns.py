"""How long turns of the event loop take: the time that a person waits for an answer.

A turn's processor time hardly depends on what else the machine does; the time on the
clock beside it tells what it was like here and now.
"""

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass
class Turns:
    """The longest turns so far, by the name of what was done.

    Attributes:
        cpu: Name → seconds of this thread's processor time of the longest turn.
        clock: Name → seconds on the clock of the longest turn with any work.
    """

    name: str = ""
    cpu: dict[str, float] = field(default_factory=dict)
    clock: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._cpu, self._clock = time.thread_time(), time.perf_counter()

    def mark(self, name: str) -> None:
        """Count what comes under another name."""
        self.end()
        self.name = name

    def end(self) -> None:
        """Count a turn; called whenever the loop begins or ends to wait."""
        cpu, clock = time.thread_time(), time.perf_counter()
        spent, passed = cpu - self._cpu, clock - self._clock
        self._cpu, self._clock = cpu, clock
        self.cpu[self.name] = max(self.cpu.get(self.name, 0.0), spent)
        if spent > _IDLE_S:
            self.clock[self.name] = max(self.clock.get(self.name, 0.0), passed)


_IDLE_S = 0.0005


@contextlib.contextmanager
def watched() -> Iterator[Turns]:
    """Yield the turns of the event loop of this thread as they are counted."""
    from PySide6.QtCore import QAbstractEventDispatcher  # Qt

    turns, dispatcher = Turns(), QAbstractEventDispatcher.instance()
    dispatcher.aboutToBlock.connect(turns.end)
    dispatcher.awake.connect(turns.end)
    try:
        yield turns
    finally:
        dispatcher.aboutToBlock.disconnect(turns.end)
        dispatcher.awake.disconnect(turns.end)
