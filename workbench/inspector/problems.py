"""What is wrong with the graph, with the way there and the way out."""

from collections.abc import Callable, Sequence
from itertools import chain, islice

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QVBoxLayout,
    QWidget,
)

from engine.graph.problems import Problem
from engine.i18n import tr
from workbench.inspector.cards import Card, CardList, FixButton, words
from workbench.inspector.flow import FlowLayout
from workbench.theme.guarded import guarded
from workbench.theme.tokens import SPACE_M, SPACE_S, SPACE_XS

MAX_SHOWN = 200
_AT_FIRST, _AT_ONCE, _PAUSE_MS = 6, 2, 5
_ICONS = {"error": ("error", "err"), "warning": ("warning", "warn")}


class ProblemRow(Card):
    """One problem: severity, where, what, expected and got, fixes."""

    fix_requested = Signal(object)  # Fix

    def __init__(self, problem: Problem, title: str) -> None:
        severity = problem.severity
        super().__init__(_ICONS[severity], tr(severity), problem.node)
        self.problem = problem
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(f"{title}: {problem.text}")
        self.fill(self._words(title), (SPACE_S, SPACE_S, SPACE_M, SPACE_M))

    def _words(self, title: str) -> QVBoxLayout:
        box = QVBoxLayout()
        box.setSpacing(SPACE_XS)
        box.addWidget(words(self.problem.text, "problem"))
        if title and title not in self.problem.text:
            box.addWidget(words(title, "where"))
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
                label = words(name, "secondary")
                label.setContentsMargins(0, SPACE_XS, 0, 0)  # as the value's padding
                grid.addWidget(label, place, 0, top)
                grid.addWidget(words(value, role), place, 1)
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

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Jump to the node on Enter or Space."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space}:
            self.lead()
        else:
            super().keyPressEvent(event)


class ProblemList(CardList[ProblemRow]):
    """All problems of the graph.

    Args:
        title_of: Node path → words for it on the canvas.
    """

    fix_requested = Signal(object)  # Fix

    def __init__(self, title_of: Callable[[str], str] = str) -> None:
        super().__init__(spacing=2)
        self._title_of = title_of
        self._shown: tuple[Problem, ...] | None = None
        self.empty.setText(tr("The network has not been checked yet."))
        self._adding = QTimer(self)
        self._adding.setInterval(_PAUSE_MS)
        self._adding.timeout.connect(self._go_on)
        bar = self.area.verticalScrollBar()
        bar.valueChanged.connect(lambda _value: self._await_room())
        bar.rangeChanged.connect(lambda _low, _high: self._await_room())

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
        errors = (p for p in found if p.severity == "error")
        others = (p for p in found if p.severity != "error")
        problems = tuple(islice(chain(errors, others), MAX_SHOWN))
        if problems == self._shown:
            return
        self._shown = problems
        self._adding.stop()
        self.clear(expects=bool(problems))
        self._add_rows(_AT_FIRST)
        self._await_room()

    @guarded
    def showEvent(self, event: QShowEvent) -> None:
        """Go on where nobody saw that there was room."""
        super().showEvent(event)
        self._await_room()

    @guarded
    def hideEvent(self, event: QHideEvent) -> None:
        """Add nothing that nobody sees."""
        super().hideEvent(event)
        self._adding.stop()

    def _await_room(self) -> None:
        if self.isVisible() and len(self.cards) < len(self._shown or ()):
            self._adding.start()

    def _go_on(self) -> None:
        """Add rows a few at a time, as far as a person may scroll soon."""
        bar = self.area.verticalScrollBar()
        has_room = bar.maximum() - bar.value() < bar.pageStep()
        if has_room and self.isVisible() and len(self.cards) < len(self._shown or ()):
            self._add_rows(_AT_ONCE)
        else:
            self._adding.stop()

    def _add_rows(self, count: int) -> None:
        done, problems = len(self.cards), self._shown or ()
        for problem in problems[done : done + count]:
            title = self._title_of(problem.node) if problem.node else ""
            row = ProblemRow(problem, title)
            row.fix_requested.connect(self.fix_requested)
            self.add(row)
