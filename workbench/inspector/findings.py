"""What a diagnosis found: the fault, its numbers, its source, and what mends it."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QVBoxLayout,
    QWidget,
)

from engine.i18n import tr
from engine.protocol.findings import Evidence, Finding
from workbench.inspector.problems import FixButton
from workbench.inspector.section import scrolled
from workbench.theme import icons, signals
from workbench.theme.label import Label
from workbench.theme.style import polish
from workbench.theme.tokens import SPACE_M, SPACE_S


class FindingCard(QFrame):
    """One fault."""

    activated = Signal(str)
    fix_requested = Signal(object, object)  # the finding and one of its fixes

    def __init__(self, finding: Finding) -> None:
        super().__init__()
        self.finding = finding
        self.buttons: list[FixButton] = []
        self.setAccessibleName(f"{finding.title}: {finding.text}")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip(tr("Show it on the canvas"))
        polish(self, "row", value=True)
        self._icon = Label()
        self._icon.setAccessibleName(tr("warning"))
        self.tint()
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_S, 6, SPACE_S, 6)
        row.setSpacing(SPACE_S)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(self._content(), 1)

    def tint(self) -> None:
        """Draw the icon in the theme's colours."""
        ratio = self.devicePixelRatioF()
        self._icon.setPixmap(icons.pixmap("warning", "warn", 18, ratio))

    def _content(self) -> QVBoxLayout:
        box = QVBoxLayout()
        box.setSpacing(4)
        box.addWidget(_label(self.finding.title, "fault"))
        box.addWidget(_label(self.finding.text, "text"))
        box.addLayout(_table(self.finding.evidence))
        box.addWidget(_label(self.finding.advice, "text"))
        if self.finding.fixes:
            box.addLayout(self._fixes())
        box.addWidget(_label(self.finding.source, "secondary"))
        return box

    def _fixes(self) -> QVBoxLayout:
        box = QVBoxLayout()
        box.setContentsMargins(0, 2, 0, 2)
        box.setSpacing(SPACE_S - 2)
        for fix in self.finding.fixes:
            button = FixButton(fix.label, is_first=fix is self.finding.fixes[0])
            button.setAccessibleDescription(
                tr("Apply this as one undo step and train again")
            )
            button.clicked.connect(
                lambda _=False, fix=fix: self.fix_requested.emit(self.finding, fix)
            )
            self.buttons.append(button)
            box.addWidget(button)
        return box

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Jump to the first node that it is about."""
        if self.finding.nodes:
            self.activated.emit(self.finding.nodes[0])
        super().mousePressEvent(event)


class FindingList(QWidget):
    """All faults of the run that is shown."""

    activated = Signal(str)
    fix_requested = Signal(object, object)

    def __init__(self) -> None:
        super().__init__()
        self.cards: list[FindingCard] = []
        self.empty = Label()
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setWordWrap(True)
        polish(self.empty, "role", "secondary")
        content = QWidget()
        polish(content, "panel", value=True)
        self._box = QVBoxLayout(content)
        self._box.setContentsMargins(SPACE_S, SPACE_S, SPACE_S, SPACE_S)
        self._box.setSpacing(SPACE_M)
        self._box.addWidget(self.empty, 1)
        self._box.addStretch(0)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolled(content))
        signals.changed.connect(self._on_theme_changed)
        self.show_findings((), has_run=False)

    def show_findings(self, findings: Sequence[Finding], *, has_run: bool) -> None:
        """Show these instead of the old ones.

        Args:
            findings: The cause of the rest first.
            has_run: Whether there is a run that they would be of.
        """
        before = tr("Train, and what goes wrong is named here.")
        none = tr("No fault has been found in this run.")
        self.empty.setText(none if has_run else before)
        for card in self.cards:
            card.hide()
            card.deleteLater()
        self.cards = [self._card(finding) for finding in findings]
        for index, card in enumerate(self.cards):
            self._box.insertWidget(index, card)
        self.empty.setVisible(not findings)
        self._box.setStretch(self._box.count() - 1, 1 if findings else 0)

    def _card(self, finding: Finding) -> FindingCard:
        card = FindingCard(finding)
        card.activated.connect(self.activated)
        card.fix_requested.connect(self.fix_requested)
        return card

    def _on_theme_changed(self) -> None:
        for card in self.cards:
            card.tint()


def _table(evidence: Sequence[Evidence]) -> QGridLayout:
    """Return what was measured beside its value and limit."""
    grid = QGridLayout()
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(SPACE_M)
    grid.setVerticalSpacing(1)
    for row, each in enumerate(evidence):
        grid.addWidget(_label(each.what, "secondary"), row, 0)
        value = _label(each.text, "text")
        value.setWordWrap(False)
        grid.addWidget(value, row, 1)
    grid.setColumnStretch(0, 1)
    return grid


def _label(text: str, role: str) -> Label:
    label = Label(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    polish(label, "role", role)
    return label
