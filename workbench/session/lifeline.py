"""Life and death of the engine: it is watched, ended by force, and replaced."""

from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer

from engine.i18n import tr
from engine.protocol import commands, messages
from workbench.session.curves.history import History
from workbench.session.link import AnyCommand, Link
from workbench.session.run_state import RunState
from workbench.session.vigil import Vigil

_ASKED = (commands.Export, commands.PreviewWeights)
"""Questions that a dialog waits for."""
RESPAWN_MS, UNDEAD_MS = 400, 2000


@dataclass(frozen=True)
class Farewell:
    """What an engine that is gone leaves behind.

    Args:
        failed: What to say of it.
        unanswered: Commands that a dialog waits for in vain.
        again: Another engine is on its way.
    """

    failed: messages.Failed
    unanswered: tuple[AnyCommand, ...]
    again: bool


class Lifeline(QObject):
    """Knows whether the engine lives, and what a dead one leaves behind.

    Args:
        link: The line to it.
        state: What it is doing.
        history: Of the run that is in it.
        parent: Qt's owner.

    Attributes:
        vigil: Notices an engine that is stuck.
        respawn: Runs out when another engine is due.
        undead: Runs out when the system could not end an engine.
        cut_off: Folder of the run whose engine ended in the middle, or empty.

    Threads: the GUI thread.
    """

    def __init__(
        self,
        link: Link,
        state: RunState,
        history: History,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._link, self._state, self._history = link, state, history
        self.vigil = Vigil(link, state, parent=self)
        self.respawn = self._new_timer()
        self.undead = self._new_timer()
        self.cut_off = ""
        self._is_forced = False

    def _new_timer(self) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        return timer

    @property
    def is_coming(self) -> bool:
        """Whether an engine is there, ready or not, or will soon be."""
        is_first = self._state.word == "starting"
        return is_first or self._link.connected or self.respawn.isActive()

    def begin(self) -> None:
        """Watch a fresh engine, or the same one with another run."""
        self.vigil.begin()
        self.vigil.watch()

    def kill(self) -> None:
        """End the engine now; one that the system can't end is given up after a time.

        Its run goes on from its newest checkpoint when somebody wants that.
        """
        self._is_forced = True
        self._link.kill()
        self.undead.start(UNDEAD_MS)

    def gone(self, body: messages.EngineGone) -> Farewell:
        """Take leave of an engine."""
        self.undead.stop()
        self.vigil.begin()
        run = self._history.run
        if self._state.active and run is not None:
            self.cut_off = run.run
        forced, self._is_forced = self._is_forced, False
        unanswered = tuple(c for c in self._link.commands if isinstance(c, _ASKED))
        again = self._link.lost(forced=forced)
        if again:
            self.respawn.start(RESPAWN_MS)
        failed = messages.Failed(body.text, body.details)
        if forced:
            failed = messages.Failed(tr("The engine was ended by force."))
        return Farewell(failed, unanswered, again)

    def greeted(self) -> None:
        """Let a new engine note in the run of the last one that it was cut off."""
        self._link.greeted()
        if self.cut_off:
            self._link.send(commands.SettleRun(self.cut_off), answered=True)
            self.cut_off = ""

    def close(self) -> None:
        """Stop everything that waits."""
        for timer in (self.respawn, self.undead):
            timer.stop()
        self.vigil.stop()
