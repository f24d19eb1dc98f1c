"""The health of a source: what was found in sentences, what is fine in a line each."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from engine.i18n import tr
from engine.protocol.data.surveys import DataFinding, FineCheck, Remedy
from workbench.theme import icons
from workbench.theme.label import Label
from workbench.theme.style import polish
from workbench.theme.text import word
from workbench.theme.tokens import SPACE_M, SPACE_S, SPACE_XS

_ICONS = {"warning": ("warning", "warn"), "info": ("info", "accent")}
_ICON_PX = 16


class HealthView(QWidget):
    """Cards of findings, then what is fine.

    Signals:
        remedy_wanted: A `Remedy`.
        column_wanted: Name of the column that a finding is about.
    """

    remedy_wanted = Signal(object)
    column_wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.buttons: list[QPushButton] = []
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(SPACE_S)

    def show_health(
        self, findings: Sequence[DataFinding], fine: Sequence[FineCheck]
    ) -> None:
        """Show what checks say."""
        self.buttons = []
        while item := self._box.takeAt(0):
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for finding in findings:
            self._box.addWidget(self._card(finding))
        if fine:
            self._box.addWidget(_fine(fine))

    def _card(self, finding: DataFinding) -> QFrame:
        card = QFrame()
        polish(card, "finding", finding.severity)
        box = QVBoxLayout(card)
        box.setContentsMargins(SPACE_M, SPACE_S, SPACE_M, SPACE_S)
        box.setSpacing(SPACE_XS)
        head = QHBoxLayout()
        head.setSpacing(SPACE_S)
        mark = Label()
        name, tint = _ICONS[finding.severity]
        mark.setPixmap(icons.pixmap(name, tint, _ICON_PX, self.devicePixelRatioF()))
        head.addWidget(mark)
        title = Label(finding.title)
        polish(title, "role", "problem")
        head.addWidget(title, 1)
        box.addLayout(head)
        text = Label(finding.text)
        text.setWordWrap(True)
        polish(text, "role", "secondary")
        box.addWidget(text)
        box.addLayout(self._offers(finding))
        return card

    def _offers(self, finding: DataFinding) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        row.setContentsMargins(0, SPACE_XS, 0, 0)
        for index, remedy in enumerate(finding.remedies):
            row.addWidget(self._remedy(remedy, is_first=index == 0))
        if finding.columns:
            show = QPushButton(tr("Show"))
            polish(show, "fix", "other")
            name = finding.columns[0]
            show.clicked.connect(lambda: self.column_wanted.emit(name))
            row.addWidget(show)
        row.addStretch(1)
        return row

    def _remedy(self, remedy: Remedy, *, is_first: bool) -> QPushButton:
        button = QPushButton(word(remedy.label, 32))
        polish(button, "fix", "first" if is_first else "other")
        if is_first:
            icons.bind(button, "wand", "accent", beside=True)
            button.setIconSize(icons.beside(14))
        button.clicked.connect(lambda: self.remedy_wanted.emit(remedy))
        self.buttons.append(button)
        return button


def _fine(fine: Sequence[FineCheck]) -> QWidget:
    """Return one line for each check that found nothing."""
    made = QWidget()
    box = QVBoxLayout(made)
    box.setContentsMargins(SPACE_S, SPACE_XS, SPACE_S, 0)
    box.setSpacing(SPACE_S)
    for each in fine:
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        mark = Label()
        mark.setPixmap(icons.pixmap("check", "ok", _ICON_PX, made.devicePixelRatioF()))
        row.addWidget(mark)
        title = Label(each.title)
        polish(title, "role", "problem")
        row.addWidget(title)
        value = Label(each.value)
        polish(value, "role", "secondary")
        value.setAlignment(Qt.AlignmentFlag.AlignRight)
        policy = QSizePolicy.Policy
        value.setSizePolicy(policy.Ignored, policy.Preferred)
        row.addWidget(value, 1)
        box.addLayout(row)
    return made
