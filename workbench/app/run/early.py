"""What is asked for before the engine is ready is remembered, and then done."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut

from engine.i18n import tr
from workbench.app.bars.banner import Banner

_ABOUT = "early"


class Early(QObject):
    """Keeps one command until it can be done; the newest one counts.

    Args:
        banner: Where it is said.
        parent: Qt's owner.
    """

    changed = Signal()

    def __init__(self, banner: Banner, parent: QObject) -> None:
        super().__init__(parent)
        self._banner = banner
        self._escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), banner)
        self._escape.setContext(Qt.ShortcutContext.WindowShortcut)
        self._escape.activated.connect(self.cancel)
        self._escape.setEnabled(False)
        self._go: Callable[[], object] | None = None

    @property
    def waits(self) -> bool:
        """Whether something is remembered."""
        return self._go is not None

    def keep(self, go: Callable[[], object]) -> None:
        """Remember what to do, and say so."""
        self._go = go
        self._escape.setEnabled(True)
        words = tr("Starting when the engine is ready…")
        self._banner.say("info", words, [(tr("Cancel"), self.cancel)], about=_ABOUT)
        self.changed.emit()

    def cancel(self) -> None:
        """Forget it."""
        self._take()

    def do(self) -> None:
        """Do it now."""
        go = self._take()
        if go is not None:
            go()

    def _take(self) -> Callable[[], object] | None:
        go, self._go = self._go, None
        self._escape.setEnabled(False)
        self._banner.withdraw(_ABOUT)
        if go is not None:
            self.changed.emit()
        return go
