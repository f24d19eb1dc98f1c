"""What the run said, with the time, newest at the end."""

from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QShowEvent
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from engine.i18n import tr
from workbench.plots.panels.panel import UNDER_WAY
from workbench.session.curves.history import LOG_LINES, History
from workbench.theme import fonts
from workbench.theme.guarded import guarded


class LogView(QPlainTextEdit):
    """Plain text that stays at its end unless somebody scrolls up to read.

    Args:
        history: Where the lines come from.
        parent: Qt's owner.
    """

    def __init__(self, history: History, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.history = history
        self._seen = 0
        self.setReadOnly(True)
        self.setMaximumBlockCount(LOG_LINES)
        self.setFont(fonts.mono())
        self.setFrameShape(self.Shape.NoFrame)
        self.setLineWrapMode(self.LineWrapMode.NoWrap)
        self.set_state("")
        self.setWindowTitle(tr("Log"))
        self.setAccessibleName(tr("Log"))

    def set_state(self, state: str) -> None:
        """Take the session's state, for the words of an empty log."""
        soon = tr("The first lines are on the way.")
        is_under_way = state in UNDER_WAY or state == "paused"
        words = soon if is_under_way else tr("Press Train to see what happens")
        self.setPlaceholderText(words)

    def refresh(self) -> None:
        """Append the lines that are new."""
        if self.isVisible() and self._seen != self.history.log_seen:
            self.catch_up()

    def catch_up(self) -> None:
        """Append the lines that are new, also while hidden."""
        lines = list(self.history.log)
        new = min(self.history.log_seen - self._seen, len(lines))
        self._seen = self.history.log_seen
        bar = self.verticalScrollBar()
        at_end = bar.value() >= bar.maximum() - 2
        texts = [f"{line.time:%H:%M:%S}  {line.text}" for line in lines[-new:]]
        if new:
            self.appendPlainText("\n".join(texts))
        if at_end:
            bar.setValue(bar.maximum())

    @guarded
    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what came while hidden."""
        super().showEvent(event)
        self.catch_up()

    def copy_all(self) -> None:
        """Put the whole log on the clipboard."""
        QGuiApplication.clipboard().setText(self.toPlainText())

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer the usual actions and a copy of everything."""
        menu = self.createStandardContextMenu()
        menu.addSeparator()
        menu.addAction(tr("Copy all"), self.copy_all)
        menu.addAction(tr("Clear"), self.clear)
        menu.popup(event.globalPos())
        menu.aboutToHide.connect(menu.deleteLater)
