"""The left side of the window: settings, how points are chosen, how many trials."""

import math
import os
from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QFrame,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from engine.errors import UnknownLayerError
from engine.graph.model import Project
from engine.graph.sweep import space
from engine.graph.sweep.space import Axis
from engine.graph.titles import path_title
from engine.i18n import tr
from engine.layers import registry
from engine.protocol.bench.sweep import Method, StartSweep
from workbench.dialogs.bench.sweep.axes import Axes
from workbench.theme.label import Label, beside
from workbench.theme.line import WholeNumber
from workbench.theme.style import polish
from workbench.theme.text import count, word
from workbench.theme.tokens import SPACE_M, SPACE_S

WIDTH_PX = 336
_METHODS: tuple[Method, ...] = ("random", "grid", "optuna")
_TRIALS, _LOSS, _STILL_MS = 20, "loss", 150


class SweepPlan(QWidget):
    """What somebody wants to be tried.

    Args:
        project: Returns the project that is open.

    Attributes:
        about: What a sweep is, for who has none yet.

    Signals:
        changed: Something in it is other.
    """

    changed = Signal()

    def __init__(self, project: Callable[[], Project]) -> None:
        super().__init__()
        self._project = project
        self._selected: tuple[Sequence[str], str] = ((), "")
        self.axes = Axes(project)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.show_project)
        self.method, self.score = QComboBox(), QComboBox()
        self.method.addItems([tr("At random"), tr("Grid"), tr("Optuna")])
        self.trials, self.jobs = WholeNumber(), WholeNumber()
        self.trials.setRange(1, space.MOST)
        self.trials.setValue(_TRIALS)
        cores = os.cpu_count() or 1
        self.jobs.setRange(1, max(1, cores))
        self.jobs.setValue(max(1, cores - 1))
        self.prunes = QCheckBox(tr("Stop trials that are worse than most"))
        self.prunes.setChecked(True)
        self.about = Label(
            tr(
                "Which settings are best? Each trial is a training of its own, beside "
                "your work, and is kept as a run."
            )
        )
        self.words = Label("")
        self.words.setWordWrap(True)
        self._lay_out()
        self.axes.changed.connect(self.follow)
        for signal in (
            self.method.currentIndexChanged,
            self.trials.valueChanged,
            self.score.currentIndexChanged,
        ):
            signal.connect(lambda _value: self.follow())
        self.show_project()

    def _lay_out(self) -> None:
        self.setFixedWidth(WIDTH_PX)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, SPACE_M, 0)
        column.setSpacing(SPACE_S)
        head = Label(tr("What is tried"))
        polish(head, "role", "title")
        column.addWidget(head)
        polish(self.about, "role", "secondary")
        self.about.setWordWrap(True)
        column.addWidget(self.about)
        held, inner = QScrollArea(), QVBoxLayout()
        inside = QWidget()
        inside.setLayout(inner)
        inner.setContentsMargins(0, 0, SPACE_S, 0)
        inner.addWidget(self.axes)
        inner.addStretch(1)
        held.setWidget(inside)
        held.setWidgetResizable(True)
        held.setFrameShape(QFrame.Shape.NoFrame)
        held.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column.addWidget(held, 1)
        column.addLayout(self._form())
        column.addWidget(self.prunes)
        polish(self.words, "role", "secondary")
        self.words.setAlignment(Qt.AlignmentFlag.AlignTop)
        two_lines = 2 * self.words.fontMetrics().lineSpacing()
        self.words.setMinimumHeight(two_lines)  # nothing above moves as it changes
        column.addWidget(self.words)

    def _form(self) -> QFormLayout:
        form = QFormLayout()
        form.setVerticalSpacing(SPACE_S)
        form.setContentsMargins(0, 0, SPACE_S, 0)  # as wide as the fields above
        for words, field in (
            (tr("Points"), self.method),
            (tr("Trials"), self.trials),
            (tr("At the same time"), self.jobs),
            (tr("Score"), self.score),
        ):
            field.setAccessibleName(words)
            form.addRow(beside(words), field)
        return form

    def follow_canvas(self, ids: Sequence[str], scope: str) -> None:
        """Offer the settings of selected nodes first, soon.

        Args:
            ids: Of the nodes.
            scope: Their block, or nothing.
        """
        self._selected = (tuple(ids), scope)
        self.follow_soon()

    def follow_soon(self) -> None:
        """Offer what the project has, once it is still for a moment."""
        self._timer.start(_STILL_MS)

    def show_project(self) -> None:
        """Offer what the project that is open has: settings and scores."""
        self.axes.show_settings(*self._selected)
        chosen = self.score.currentData()
        project = self._project()
        self.score.blockSignals(True)
        self.score.clear()
        for node in project.graph.nodes.values():
            if _is_metric(node.type):
                self.score.addItem(word(path_title(project, node.id), 40), node.id)
        self.score.addItem(tr("Validation loss"), _LOSS)
        self.score.setCurrentIndex(max(0, self.score.findData(chosen)))
        self.score.blockSignals(False)
        self.follow()

    @property
    def is_grid(self) -> bool:
        """Whether every combination is tried."""
        return _METHODS[self.method.currentIndex()] == "grid"

    @property
    def obstacle(self) -> str:
        """Why nothing can be tried; empty when it can."""
        axes = self.axes.axes()
        if axes is None:
            return tr("A setting has no values that fit.")
        if not axes:
            return tr("Add a setting first.")
        if self.is_grid and (ranges := [a for a in axes if not a.values]):
            key = ranges[0].key
            return tr("A grid needs single values for {key}: 1, 2, 4", key=key)
        if self.is_grid and _points(axes) > space.MOST:
            return tr("The grid has too many points")
        return ""

    def wish(self) -> StartSweep:
        """Return what is wanted; folder and document are filled in elsewhere."""
        return StartSweep(
            "",
            over=tuple(row.words for row in self.axes.rows),
            method=_METHODS[self.method.currentIndex()],
            count=self.trials.value(),
            score=str(self.score.currentData()),
            jobs=self.jobs.value(),
            prunes=self.prunes.isChecked(),
        )

    def follow(self) -> None:
        """Say how many trials there will be, or why none."""
        self.trials.setEnabled(not self.is_grid)
        obstacle = self.obstacle
        if not obstacle:
            axes = self.axes.axes() or []
            number = _trials(axes, self.wish())
            obstacle = tr(
                "{n:trial|trials}, each in a process of its own; your project stays "
                "as it is.",
                n=count(number),
            )
        self.words.setText(obstacle)
        self.changed.emit()


def _points(axes: list[Axis]) -> int:
    return math.prod(len(axis.values) for axis in axes)


def _trials(axes: list[Axis], wish: StartSweep) -> int:
    """Return how many trials there will be; chance takes no point twice."""
    if wish.method == "grid":
        return _points(axes)
    every = space.num_points(axes) if wish.method == "random" else None
    return min(wish.count, every or wish.count)


def _is_metric(type_id: str) -> bool:
    try:
        return registry.get(type_id).category == "metric"
    except UnknownLayerError:
        return False
