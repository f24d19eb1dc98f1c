"""What is wrong with the graph, with the way there and the way out."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QMouseEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from engine.graph.problems import Problem
from engine.i18n import tr
from workbench.inspector.flow import FlowLayout
from workbench.inspector.section import scrolled
from workbench.theme import icons, signals
from workbench.theme.label import Label
from workbench.theme.style import polish
from workbench.theme.text import tip
from workbench.theme.tokens import SPACE_M, SPACE_S, SPACE_XS

MAX_SHOWN = 200
_AT_FIRST, _AT_ONCE, _PAUSE_MS = 12, 2, 5
_ICONS = {"error": ("error", "err"), "warning": ("warning", "warn")}


class FixButton(QPushButton):
    """Applies a fix; words that don't fit end in dots and stand in the tooltip.

    Args:
        label: Words of the fix.
        is_first: It is the likeliest of its problem.
    """

    def __init__(self, label: str, *, is_first: bool) -> None:
        super().__init__(label)
        self._label, self._hint = label, QSize()
        self.setAccessibleName(label)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        policy = QSizePolicy.Policy
        self.setSizePolicy(policy.Preferred, policy.Fixed)
        polish(self, "fix", "first" if is_first else "other")
        if is_first:
            icons.bind(self, "wand", "accent")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shorten the words to the room there is."""
        super().resizeEvent(event)
        over = self.width() - self.sizeHint().width()
        fits = over >= 0
        self.setToolTip("" if fits else tip(self._label))
        self.setText(self._label if fits else self._shortened(over))

    def _shortened(self, over_px: int) -> str:
        metrics = self.fontMetrics()
        room = max(metrics.horizontalAdvance(self._label) + over_px, 0)
        return metrics.elidedText(self._label, Qt.TextElideMode.ElideRight, room)

    def sizeHint(self) -> QSize:
        """Return the size with all words."""
        if self.text() == self._label:
            self._hint = super().sizeHint()
        return self._hint

    def minimumSizeHint(self) -> QSize:
        """Return a size that any panel has room for."""
        return QSize(0, super().minimumSizeHint().height())


class ProblemRow(QFrame):
    """One problem: severity, where, what, expected and got, fixes."""

    activated = Signal(str)
    fix_requested = Signal(object)

    def __init__(self, problem: Problem, title: str) -> None:
        super().__init__()
        self.problem = problem
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(f"{title}: {problem.text}")
        polish(self, "row", value=True)
        self._icon = Label()
        self._icon.setAccessibleName(tr(problem.severity))
        self.tint()
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_S, SPACE_S, SPACE_M, SPACE_M)
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
        box.setSpacing(SPACE_XS)
        box.addWidget(_label(self.problem.text, "problem"))
        if title and title not in self.problem.text:
            box.addWidget(_label(title, "where"))
        facts = self._facts()
        if facts.count():
            box.addLayout(facts)
        if self.problem.fixes:
            box.addSpacing(SPACE_XS)
            box.addWidget(self._fixes())
        return box

    def _facts(self) -> QGridLayout:
        """Return what would be right over what is there, values under each other."""
        grid = QGridLayout()
        grid.setHorizontalSpacing(SPACE_M)
        grid.setVerticalSpacing(1)
        grid.setColumnStretch(1, 1)
        pairs = (
            (tr("Expected"), self.problem.expected, "right"),
            (tr("Got"), self.problem.got, "wrong"),
        )
        top = Qt.AlignmentFlag.AlignTop
        for name, value, role in pairs:
            if value:
                place = grid.rowCount()
                grid.addWidget(_label(name, "secondary"), place, 0, top)
                grid.addWidget(_label(value, role), place, 1)
        return grid

    def _fixes(self) -> QWidget:
        holder = QWidget()
        flow = FlowLayout(holder)
        for index, fix in enumerate(self.problem.fixes):
            button = FixButton(fix.label, is_first=index == 0)
            button.clicked.connect(
                lambda _=False, fix=fix: self.fix_requested.emit(fix)
            )
            flow.addWidget(button)
        return holder

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
        self.empty = Label(tr("The network has not been checked yet."))
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
        self.area = scrolled(content)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.area)
        self._adding = QTimer(self)
        self._adding.setInterval(_PAUSE_MS)
        self._adding.timeout.connect(self._go_on)
        bar = self.area.verticalScrollBar()
        bar.valueChanged.connect(lambda _value: self._await_room())
        bar.rangeChanged.connect(lambda _low, _high: self._await_room())
        signals.changed.connect(self._on_theme_changed)

    @property
    def has_errors(self) -> bool:
        """Whether something keeps the network from training."""
        return any(problem.severity == "error" for problem in self._shown or ())

    def show_problems(self, problems: Sequence[Problem] | None) -> None:
        """Show these problems instead of the old ones; None before they are known."""
        unknown = tr("The network has not been checked yet.")
        none = tr("No problems. The network is ready to train.")
        self.empty.setText(unknown if problems is None else none)
        found = problems or ()
        errors_first = [p for p in found if p.severity == "error"]
        errors_first += [p for p in found if p.severity != "error"]
        problems = tuple(errors_first[:MAX_SHOWN])
        if problems == self._shown:
            return
        self._shown = problems
        self._adding.stop()
        for row in self.rows:
            row.hide()
            row.deleteLater()
        self.rows = []
        self.empty.setVisible(not problems)
        self._box.setStretch(self._box.count() - 1, 1 if problems else 0)
        self._add_rows(_AT_FIRST)
        self._await_room()

    def showEvent(self, event: QShowEvent) -> None:
        """Go on where nobody saw that there was room."""
        super().showEvent(event)
        self._await_room()

    def hideEvent(self, event: QHideEvent) -> None:
        """Add nothing that nobody sees."""
        super().hideEvent(event)
        self._adding.stop()

    def _await_room(self) -> None:
        if self.isVisible() and len(self.rows) < len(self._shown or ()):
            self._adding.start()

    def _go_on(self) -> None:
        """Add rows a few at a time, as far as a person may scroll soon."""
        bar = self.area.verticalScrollBar()
        has_room = bar.maximum() - bar.value() < bar.pageStep()
        if has_room and self.isVisible() and len(self.rows) < len(self._shown or ()):
            self._add_rows(_AT_ONCE)
        else:
            self._adding.stop()

    def _add_rows(self, count: int) -> None:
        done, problems = len(self.rows), self._shown or ()
        for problem in problems[done : done + count]:
            row = self._row(problem)
            self._box.insertWidget(len(self.rows), row)
            self.rows.append(row)

    def _row(self, problem: Problem) -> ProblemRow:
        title = self._title_of(problem.node) if problem.node else ""
        row = ProblemRow(problem, title)
        row.activated.connect(self.activated)
        row.fix_requested.connect(self.fix_requested)
        return row

    def _on_theme_changed(self) -> None:
        for row in self.rows:
            row.tint()


def _label(text: str, role: str) -> Label:
    label = Label(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    polish(label, "role", role)
    return label
