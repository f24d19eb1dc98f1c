"""A bar above the canvas that names what is wrong with a training and mends it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPushButton,
    QToolButton,
    QVBoxLayout,
)

from engine.i18n import tr
from engine.protocol.findings import Finding
from workbench.theme import icons, signals
from workbench.theme.label import Label
from workbench.theme.style import polish
from workbench.theme.text import tip
from workbench.theme.tokens import SPACE_S


class DiagnosisBar(QFrame):
    """Hidden while no fault is known, and after it was closed for the first fault."""

    fix_requested = Signal(object, object)  # the finding and its first fix
    details_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.finding: Finding | None = None
        self._closed_for = ""
        polish(self, "banner", "warning")
        self._icon, self.title, self.words = Label(), Label(), Label()
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        polish(self.title, "role", "fault")
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setWordWrap(True)
        self.fix = QPushButton(tr("Cure and train again"))
        polish(self.fix, "accent", value=True)
        polish(self.fix, "small", value=True)
        self.details = QPushButton(tr("Details"))
        polish(self.details, "small", value=True)
        self._lay_out()
        self.fix.clicked.connect(self._on_fix)
        self.details.clicked.connect(self.details_requested)
        signals.changed.connect(self._tint)
        self._tint()
        self.hide()

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 8, 6)
        row.setSpacing(SPACE_S)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        text = QVBoxLayout()
        text.setSpacing(1)
        text.addWidget(self.title)
        text.addWidget(self.words)
        row.addLayout(text, 1)
        close = QToolButton()
        polish(close, "small", value=True)
        icons.bind(close, "close", "fg2")
        close.setAccessibleName(tr("Dismiss"))
        close.clicked.connect(self._on_close)
        for widget in (self.fix, self.details, close):
            row.addWidget(widget)

    def show_finding(self, finding: Finding | None) -> None:
        """Show a fault, or nothing."""
        self.finding = finding
        if finding is None:
            self._closed_for = ""
            self.hide()
            return
        self.title.setText(finding.title)
        self.words.setText(finding.text)
        self.setAccessibleName(f"{finding.title}: {finding.text}")
        fix = finding.fixes[0] if finding.fixes else None
        self.fix.setVisible(fix is not None)
        self.fix.setToolTip(tip(fix.label) if fix else "")
        self.setVisible(finding.fault != self._closed_for)

    def _on_fix(self) -> None:
        if self.finding is not None and self.finding.fixes:
            self.fix_requested.emit(self.finding, self.finding.fixes[0])

    def _on_close(self) -> None:
        self._closed_for = self.finding.fault if self.finding else ""
        self.hide()

    def _tint(self) -> None:
        ratio = self.devicePixelRatioF()
        self._icon.setPixmap(icons.pixmap("warning", "warn", 18, ratio))
