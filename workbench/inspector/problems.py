"""What is wrong with the graph, with the way there and the way out."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from engine.graph.edits import Problem
from engine.i18n import tr
from workbench.inspector.fields import polish
from workbench.theme import icons, signals
from workbench.theme.tokens import SPACE_S

MAX_SHOWN = 200
_ICONS = {"error": ("error", "err"), "warning": ("warning", "warn")}


class ProblemRow(QFrame):
    """One problem: severity, words, expected and got, fixes."""

    activated = Signal(str)
    fix_requested = Signal(object)

    def __init__(self, problem: Problem, title: str) -> None:
        super().__init__()
        self.problem = problem
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(f"{title}: {problem.text}")
        polish(self, "row", value=True)
        self._icon = QLabel()
        self._icon.setAccessibleName(tr(problem.severity))
        self.tint()
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_S, 6, SPACE_S, 6)
        row.setSpacing(SPACE_S)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(self._words(title), 1)

    def tint(self) -> None:
        """Draw the icon in the theme's colours."""
        name, token = _ICONS[self.problem.severity]
        ratio = self.devicePixelRatioF()
        self._icon.setPixmap(icons.pixmap(name, token, 18, ratio))

    def _words(self, title: str) -> QVBoxLayout:
        box = QVBoxLayout()
        box.setSpacing(3)
        text = self.problem.text
        head = text if not title or title in text else f"{title}: {text}"
        box.addWidget(_label(head, "text"))
        parts = []
        if self.problem.expected:
            parts.append(tr("expected {expected}", expected=self.problem.expected))
        if self.problem.got:
            parts.append(tr("got {got}", got=self.problem.got))
        if parts:
            box.addWidget(_label(", ".join(parts), "secondary"))
        if self.problem.fixes:
            box.addLayout(self._fixes())
        return box

    def _fixes(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setSpacing(SPACE_S - 2)
        for index, fix in enumerate(self.problem.fixes):
            button = QPushButton(fix.label)
            polish(button, "small", value=True)
            icons.bind(button, "wand", "accent")
            button.clicked.connect(
                lambda _=False, fix=fix: self.fix_requested.emit(fix)
            )
            left = Qt.AlignmentFlag.AlignLeft
            grid.addWidget(button, index // 2, index % 2, left)
        grid.setColumnStretch(2, 1)
        return grid

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Jump to the node."""
        self.activated.emit(self.problem.node)
        super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Jump to the node on Enter or Space."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space}:
            self.activated.emit(self.problem.node)
        else:
            super().keyPressEvent(event)


class ProblemList(QWidget):
    """All problems of the graph.

    Args:
        title_of: Node path → words for it on the canvas.
    """

    activated = Signal(str)
    fix_requested = Signal(object)

    def __init__(self, title_of: Callable[[str], str] = str) -> None:
        super().__init__()
        self._title_of = title_of
        self.rows: list[ProblemRow] = []
        self._shown: tuple[Problem, ...] | None = None
        self.empty = QLabel(tr("The network has not been checked yet."))
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setWordWrap(True)
        polish(self.empty, "role", "secondary")
        content = QWidget()
        polish(content, "panel", value=True)
        self._box = QVBoxLayout(content)
        self._box.setContentsMargins(SPACE_S, SPACE_S, SPACE_S, SPACE_S)
        self._box.setSpacing(2)
        self._box.addWidget(self.empty, 1)
        self._box.addStretch(0)
        self.scroll = scroll = QScrollArea()
        scroll.setWidget(content)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        off = Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        scroll.setHorizontalScrollBarPolicy(off)
        polish(scroll, "panel", value=True)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll)
        signals.changed.connect(self._on_theme_changed)

    @property
    def has_errors(self) -> bool:
        """Whether something keeps the network from training."""
        return any(row.problem.severity == "error" for row in self.rows)

    def show_problems(self, problems: Sequence[Problem] | None) -> None:
        """Show these problems instead of the old ones; None before they are known."""
        unknown = tr("The network has not been checked yet.")
        none = tr("No problems. The network is ready to train.")
        self.empty.setText(unknown if problems is None else none)
        errors_first = sorted(problems or (), key=lambda p: p.severity != "error")
        problems = tuple(errors_first[:MAX_SHOWN])
        if problems == self._shown:
            return
        self._shown = problems
        for row in self.rows:
            row.hide()
            row.deleteLater()
        self.rows = [self._row(problem) for problem in problems]
        for index, row in enumerate(self.rows):
            self._box.insertWidget(index, row)
        self.empty.setVisible(not problems)
        self._box.setStretch(self._box.count() - 1, 1 if problems else 0)

    def _row(self, problem: Problem) -> ProblemRow:
        title = self._title_of(problem.node) if problem.node else ""
        row = ProblemRow(problem, title)
        row.activated.connect(self.activated)
        row.fix_requested.connect(self.fix_requested)
        return row

    def _on_theme_changed(self) -> None:
        for row in self.rows:
            row.tint()


def _label(text: str, role: str) -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    polish(label, "role", role)
    return label
