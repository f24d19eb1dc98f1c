"""Life and death of the engine: it is watched, ended by force, and replaced."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from engine.i18n import tr
from engine.protocol import commands, messages
from workbench.session.vigil import Vigil

if TYPE_CHECKING:
    from workbench.session.link import Link
    from workbench.session.session import Session

_ASKED = (commands.Export, commands.PreviewWeights)
"""Questions that a dialog waits for."""
RESPAWN_MS, UNDEAD_MS = 400, 2000


class Lifeline(QObject):
    """Knows whether the engine lives, and what a dead one leaves behind.

    Args:
        session: Whose engine it is.
        link: The line to it.

    Attributes:
        vigil: Notices an engine that is stuck.
        cut_off: Folder of the run whose engine ended in the middle, or empty.

    Threads: the GUI thread.
    """

    def __init__(self, session: "Session", link: "Link") -> None:
        super().__init__(session)
        self._session, self._link = session, link
        self.vigil = Vigil(session, lambda: link.awaited, link.send)
        self.respawn = self._new_timer()
        self.respawn.timeout.connect(session.start_engine)
        self._undead = self._new_timer()
        self._undead.timeout.connect(lambda: session.lose(messages.EngineGone("")))
        self.cut_off = ""
        self._is_forced = False

    def _new_timer(self) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        return timer

    @property
    def is_coming(self) -> bool:
        """Whether an engine is there, ready or not, or will soon be."""
        is_first = self._session.state == "starting"
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
        self._undead.start(UNDEAD_MS)

    def gone(self, body: messages.EngineGone) -> tuple[messages.Failed, bool]:
        """Take leave of an engine.

        Returns:
            What to say, and whether another one is on its way.
        """
        self._undead.stop()
        self.vigil.begin()
        run = self._session.history.run
        if self._session.active and run is not None:
            self.cut_off = run.run
        forced, self._is_forced = self._is_forced, False
        lost = [c for c in self._link.commands if isinstance(c, _ASKED)]
        again = self._link.lost(forced=forced)
        if again:
            self.respawn.start(RESPAWN_MS)
        failed = messages.Failed(body.text, body.details)
        if forced:
            failed = messages.Failed(tr("The engine was ended by force."))
        for command in lost:
            self._session.request_failed.emit(command, failed)
        return failed, again

    def greeted(self) -> None:
        """Let a new engine note in the run of the last one that it was cut off."""
        self._link.greeted()
        if self.cut_off:
            self._link.send(commands.SettleRun(self.cut_off), answered=True)
            self.cut_off = ""

    def close(self) -> None:
        """Stop everything that waits."""
        for timer in (self.respawn, self._undead):
            timer.stop()
        self.vigil.stop()
