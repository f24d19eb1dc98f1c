"""What is going on between the window and the engine, in one word.

starting ─▶ idle ─▶ compiling ─▶ training ◀─▶ paused
             ▲                      ▼
             │                   stopping
             └── finished · stopped · diverged · failed
"""

from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import QObject, QTimer, Signal

State = Literal[
    "starting",
    "idle",
    "compiling",
    "training",
    "paused",
    "stopping",
    "finished",
    "stopped",
    "diverged",
    "failed",
]
ACTIVE: frozenset[State] = frozenset({"compiling", "training", "paused", "stopping"})
"""States with a run in the engine."""
_FAST: frozenset[State] = frozenset({"starting", "compiling", "training", "stopping"})


class RunState(QObject):
    """The one word, and who hears of its changes.

    Attributes:
        word: One of the words in the picture above.

    Threads: the GUI thread.
    """

    changed = Signal(str)
    """The new word."""
    ended = Signal()
    """No run is in the engine any more; comes before `changed`."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.word: State = "starting"
        self._is_recovering = False
        self._next: Callable[[], object] | None = None

    @property
    def active(self) -> bool:
        """Whether a run is in the engine."""
        return self.word in ACTIVE

    @property
    def busy(self) -> bool:
        """Whether news can come at any moment."""
        return self.word in _FAST

    def set(self, word: State) -> None:
        """Go to another state."""
        if word != self.word:
            has_ended = self.active and word not in ACTIVE
            self.word = word
            if has_ended:
                self.ended.emit()
            self.changed.emit(word)
            if has_ended:
                self._go_on()

    def then(self, act: Callable[[], object] | None) -> None:
        """Do something once no run is in the engine any more; None: nothing.

        What was wanted before is forgotten.
        """
        self._next = act

    def _go_on(self) -> None:
        """Do what was wanted, after those who hear of the end have done their part."""
        act, self._next = self._next, None
        if act is not None:
            QTimer.singleShot(0, self, act)

    def follow(self, word: State) -> None:
        """Go where the run is, unless it is asked to stop."""
        if self.active and self.word != "stopping":
            self.set(word)

    def begin(self) -> None:
        """Forget that an engine was lost: a run is wanted of the next one."""
        self._is_recovering = False

    def lost(self) -> None:
        """Note that the engine is gone.

        One that was lost while nothing trained leaves nothing to tell about once
        another one is there.
        """
        self._is_recovering = not self.active

    def ready(self) -> None:
        """Note that an engine answers."""
        if self.word == "starting" or self._is_recovering:
            self._is_recovering = False
            self.set("idle")
