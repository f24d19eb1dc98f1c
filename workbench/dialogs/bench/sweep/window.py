"""The window of sweeps: what is tried on the left, what has come of it on the right."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from engine.graph.model import Project
from engine.i18n import tr
from engine.protocol.bench.sweep import SweepTold, SweepTrial
from workbench.dialogs.base import Dialog
from workbench.dialogs.bench.sweep.parallel import ParallelChart, value_words
from workbench.dialogs.bench.sweep.plan import SweepPlan
from workbench.dialogs.bench.sweep.shares import Shares
from workbench.dialogs.bench.sweep.trials import TrialTable, score_words
from workbench.theme.label import Label
from workbench.theme.style import polish
from workbench.theme.text import word
from workbench.theme.tokens import SPACE_L, SPACE_S

_SIZE, _NARROW_PX = (1080, 720), 376


class SweepWindow(Dialog):
    """Stays beside the main window; a sweep goes on when it is closed.

    Args:
        project: Returns the project that is open.
        parent: In front of which it opens.

    Attributes:
        told: Of the sweep that is shown, or None.
    """

    topic = "panel/sweep"
    wanted = Signal(object)  # StartSweep, without folder and document
    go_on_wanted = Signal(str)  # folder of a sweep
    unwanted = Signal()  # it is to stop
    use_wanted = Signal(object)  # SweepTrial whose settings are wanted
    open_wanted = Signal(object)  # Path of a run

    def __init__(
        self, project: Callable[[], Project], parent: QWidget | None = None
    ) -> None:
        super().__init__(tr("Sweep over settings"), parent)
        self.resize(_NARROW_PX, _SIZE[1])
        self.told: SweepTold | None = None
        self.is_stopping = False
        self._known: dict[str, SweepTold] = {}
        self.plan, self.earlier = SweepPlan(project), QComboBox()
        self.progress, self.chart = QProgressBar(), ParallelChart()
        self.shares, self.table = Shares(), TrialTable()
        self.head, self.words = Label(""), Label("")
        self.results = QWidget()
        self._lay_out()
        self._add_buttons()
        self.plan.changed.connect(self._offer)
        self.table.chosen.connect(self._on_chosen)
        self.chart.chosen.connect(self.table.choose)
        self.earlier.activated.connect(self._on_earlier)
        self._show_nothing()

    def _lay_out(self) -> None:
        both, right = QHBoxLayout(), QVBoxLayout(self.results)
        both.setSpacing(SPACE_L)
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(SPACE_S)
        polish(self.head, "role", "title")
        self.head.setWordWrap(True)
        self.words.setWordWrap(True)
        self.progress.setTextVisible(False)
        self.earlier.setAccessibleName(tr("Sweeps that were made before"))
        self.earlier.setMaximumWidth(280)
        top = QHBoxLayout()
        top.addWidget(self.head, 1)
        top.addWidget(self.earlier)
        right.addLayout(top)
        for widget in (self.progress, self.words, self.chart, self.shares):
            right.addWidget(widget)
        right.addWidget(self.table, 1)
        right.addStretch(0)  # takes the room while there is no table
        both.addWidget(self.plan)
        both.addWidget(self.results, 1)
        self.box.addLayout(both, 1)

    def _add_buttons(self) -> None:
        self.open_run = self.add_button(tr("Open the run"))
        self.use = self.add_button(tr("Use these settings"))
        self.leave = self.add_button(tr("Close"))
        self.stop = self.add_button(tr("Stop"))
        self.go_on = self.add_button(tr("Go on"))
        self.start = self.add_button(tr("Start"), accent=True)
        self.open_run.clicked.connect(self._on_open)
        self.use.clicked.connect(self._on_use)
        self.leave.clicked.connect(self.reject)
        self.stop.clicked.connect(self._on_stop)
        self.go_on.clicked.connect(self._on_go_on)
        self.start.clicked.connect(self._on_start)

    def show_earlier(self, sweeps: Sequence[SweepTold]) -> None:
        """Offer the sweeps that are there; one that goes on is shown."""
        for told in sweeps:
            self._known.setdefault(told.folder, told)
        self._fill_earlier()
        if self.told is None and self._known:
            self.show_sweep(next(iter(self._known.values())))

    def _fill_earlier(self) -> None:
        self.earlier.clear()
        for folder in sorted(self._known, key=_name, reverse=True):
            told = self._known[folder]
            words = f"{word(told.title, 24)} · {num_words(told)}"
            self.earlier.addItem(words, folder)
        if self.told is not None:
            self.earlier.setCurrentIndex(self.earlier.findData(self.told.folder))
        self.earlier.setVisible(len(self._known) > 1)

    def show_sweep(self, told: SweepTold) -> None:
        """Show a sweep as it is now."""
        is_other = self.told is None or self.told.folder != told.folder
        self.told = self._known[told.folder] = told
        self._widen()
        if is_other:
            self._fill_earlier()
        if not told.is_running:
            self.is_stopping = False
        self.head.setText(head_words(told))
        self.progress.setVisible(told.is_running)
        self.progress.setRange(0, told.total)
        self.progress.setValue(told.num_ended)
        polish(self.words, "role", "error" if told.failure else "secondary")
        self.words.setText(told.failure or best_words(told))
        self.chart.show_sweep(told)
        self.chart.setVisible(bool(told.trials))
        self.table.show()
        self.table.show_sweep(told)
        self.shares.show_shares(told.importance, told.names)
        self._offer()

    def show_failure(self, words: str) -> None:
        """Say why it does not go on."""
        self.is_stopping = False
        self._widen()
        polish(self.words, "role", "error")
        self.words.setText(words)
        self.head.setText(tr("The sweep does not go on"))
        self.progress.hide()
        self._offer(is_lost=True)

    def _show_nothing(self) -> None:
        for widget in (self.results, self.progress, self.chart, self.earlier):
            widget.hide()
        self.table.hide()
        self._offer()

    def _widen(self) -> None:
        """Make room for what comes of it, to the left if need be."""
        if not self.results.isHidden():
            return
        self.plan.about.hide()
        self.results.show()
        right, screen = self.geometry().right(), self.screen().availableGeometry()
        self.resize(max(self.width(), _SIZE[0]), max(self.height(), _SIZE[1]))
        if self.geometry().right() > screen.right():
            self.move(max(screen.left(), right - self.width()), self.y())

    @property
    def chosen(self) -> SweepTrial | None:
        """The trial that is selected, or else the best."""
        if self.told is None:
            return None
        number = self.table.current
        found = [t for t in self.told.trials if t.number == number]
        return next(iter(found or self.told.ranked), None)

    def _offer(self, *, is_lost: bool = False) -> None:
        told = self.told
        runs = told is not None and told.is_running and not is_lost
        self.stop.setVisible(runs)
        self.stop.setEnabled(not self.is_stopping)
        is_short = told is not None and told.num_ended < told.total
        self.go_on.setVisible(is_short and not runs)
        self.start.setVisible(not runs)
        self.start.setEnabled(not self.plan.obstacle)
        for button in (self.use, self.open_run):
            button.setVisible(told is not None)
        trial = self.chosen
        is_over = trial is not None and not runs
        polish(self.use, "accent", value=is_over)  # what it was made for
        polish(self.start, "accent", value=not is_over)
        is_best = self.table.current < 0
        self.use.setEnabled(trial is not None)
        self.open_run.setEnabled(trial is not None and trial.state != "begun")
        self.use.setText(tr("Use the best settings") if is_best else
                         tr("Use these settings"))  # fmt: skip
        self.open_run.setText(
            tr("Open the best run") if is_best else tr("Open the run")
        )

    def _on_chosen(self, number: int) -> None:
        self.chart.mark(number)
        self._offer()

    def _on_earlier(self, index: int) -> None:
        self.table.clearSelection()
        self.show_sweep(self._known[str(self.earlier.itemData(index))])

    def _on_start(self) -> None:
        self.table.clearSelection()
        self._widen()
        self.head.setText(tr("Starting…"))
        self.words.clear()
        self.start.setEnabled(False)
        self.wanted.emit(self.plan.wish())

    def _on_go_on(self) -> None:
        if self.told is not None:
            self.go_on.hide()
            self.go_on_wanted.emit(self.told.folder)

    def _on_stop(self) -> None:
        self.is_stopping = True
        self.stop.setEnabled(False)
        self.words.setText(tr("Stopping…"))
        self.unwanted.emit()

    def _on_use(self) -> None:
        if (trial := self.chosen) is not None:
            self.use_wanted.emit(trial)

    def _on_open(self) -> None:
        trial, told = self.chosen, self.told
        if trial is not None and told is not None:
            self.reject()  # it would stand before what is opened
            self.open_wanted.emit(Path(told.folder) / trial.run)


def _name(folder: str) -> str:
    return Path(folder).name


def num_words(told: SweepTold) -> str:
    """Return how many trials are over: `12 of 20 trials`."""
    return tr("{done} of {n:trial|trials}", done=told.num_ended, n=told.total)


def head_words(told: SweepTold) -> str:
    """Return how far a sweep is."""
    if told.can_go_on:
        return tr("Stopped: {trials}", trials=num_words(told))
    return num_words(told)


def best_words(told: SweepTold) -> str:
    """Return the best score and its settings in a sentence."""
    best = next(iter(told.ranked), None)
    if best is None and told.is_running and not told.trials:
        return tr("The first trial starts…")
    if best is None:
        return tr("No trial has a score yet.")
    point = ", ".join(
        f"{name} {value_words(best.point.get(key))}" for key, name in told.names.items()
    )
    return tr("Best: {name} {score} with {point}", name=told.score_words,
              score=score_words(told, best), point=point)  # fmt: skip
