"""How good a run is on what it never saw: in words first, then charts and tables."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QProgressBar,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from engine.i18n import tr
from workbench.dialogs.base import Dialog
from workbench.dialogs.judging import cards
from workbench.theme import text
from workbench.theme.label import Label
from workbench.theme.style import polish
from workbench.theme.tokens import SPACE_L, SPACE_M, SPACE_S, SPACE_XS

_WIDTH_PX, _HEIGHT_PX, _WORDS_PX, _COLUMNS = 1120, 720, 320, 2


class ReportDialog(Dialog):
    """Fills itself once the engine has judged the run; Cancel ends that.

    Args:
        parent: The window.
    """

    topic = "word/evaluation"
    export_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Report of the run"), parent)
        self.resize(_WIDTH_PX, _HEIGHT_PX)
        self.head = self.add_text(
            tr("The network is judged on what it never saw…"), "secondary"
        )
        self._progress = QProgressBar()
        self._progress.setRange(0, 0)
        self._progress.setTextVisible(False)
        self.box.addWidget(self._progress)
        self.losses = QComboBox()
        self.losses.setAccessibleName(tr("Loss"))
        self.losses.currentIndexChanged.connect(self._show_loss)
        self.losses.hide()
        self.box.addWidget(self.losses, 0, Qt.AlignmentFlag.AlignLeft)
        self._row = QHBoxLayout()
        self._row.setSpacing(SPACE_L)
        self.box.addLayout(self._row, 1)
        self._content: list[QWidget] = []
        self.record: Mapping[str, Any] = {}
        self.export = self.add_button(tr("Export as HTML…"))
        self.export.setEnabled(False)
        self.export.clicked.connect(self.export_wanted)
        self.leave = self.add_button(tr("Cancel"))
        self.leave.clicked.connect(self.reject)

    def show_record(self, record: Mapping[str, Any]) -> None:
        """Show what was found out."""
        self.record = record
        self._progress.hide()
        self.leave.setText(tr("Close"))
        self.export.setEnabled(True)
        self.head.setText(str(record.get("head", "")))
        judged = record.get("judged", ())
        for each in judged:
            self.losses.addItem(text.word(str(each["title"])))
        self.losses.setVisible(len(judged) > 1)
        if not judged:
            self._show_words([], str(record.get("name", "")), "")

    def show_failure(self, words: str) -> None:
        """Say why there is no report."""
        self._progress.hide()
        self.leave.setText(tr("Close"))
        polish(self.head, "role", "error")
        self.head.setText(words)

    def _show_loss(self, index: int) -> None:
        """Show one loss: words at the left, cards at the right."""
        for widget in self._content:
            widget.setParent(None)
            widget.deleteLater()
        self._content = []
        each = self.record["judged"][index]
        found = each["found"]
        if "accuracy" in found:
            big = text.percent(found["accuracy"]["value"] or 0.0, steady=True)
            under = tr("right")
        else:
            big = text.figure(found["figures"]["mae"]["value"] or 0.0)
            under = tr("mean absolute error")
        self._show_words(self.record["says"][each["path"]], big, under)
        self._show_cards(found)

    def _show_words(self, lines: list[str], big: str, under: str) -> None:
        pane = QWidget()
        pane.setFixedWidth(_WORDS_PX)
        box = QVBoxLayout(pane)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(SPACE_S)
        title, caption = Label(text.word(big)), Label(under)
        polish(title, "role", "title")
        polish(caption, "role", "secondary")
        box.addWidget(title)
        box.addWidget(caption)
        box.addSpacing(SPACE_S)
        for line in (*lines, *self.record.get("says_of_scores", ())):
            label = Label(str(line))
            label.setWordWrap(True)
            if line not in lines:
                polish(label, "role", "secondary")
            box.addWidget(label)
        box.addStretch(1)
        self._row.addWidget(pane)
        self._content.append(pane)

    def _show_cards(self, found: Mapping[str, Any]) -> None:
        inner = QWidget()
        columns = QHBoxLayout(inner)
        columns.setContentsMargins(0, 0, SPACE_S, 0)
        columns.setSpacing(SPACE_L)
        stacks = [QVBoxLayout() for _ in range(_COLUMNS)]
        heights = [0] * _COLUMNS
        for title, content in cards.cards(found):
            lowest = heights.index(min(heights))
            caption = Label(title)
            polish(caption, "role", "heading")
            stacks[lowest].addWidget(caption)
            stacks[lowest].addWidget(content, 0, Qt.AlignmentFlag.AlignLeft)
            stacks[lowest].addSpacing(SPACE_M)
            heights[lowest] += content.sizeHint().height() + 40
        for stack in stacks:
            stack.setSpacing(SPACE_XS)
            stack.addStretch(1)
            columns.addLayout(stack)
        columns.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidget(inner)
        self._row.addWidget(area, 1)
        self._content.append(area)
