"""The bar over the status bar: play, the step that is shown, the line of time."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPushButton,
    QToolBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from engine.i18n import tr
from workbench.app.time.track import TimeTrack
from workbench.session.curves.history import History
from workbench.theme import fonts, icons
from workbench.theme.label import Label
from workbench.theme.style import polish
from workbench.theme.text import count
from workbench.theme.tokens import SPACE_S, SPACE_XS

_WORDS_PX = 104


class Timeline(QToolBar):
    """Shows where in the run one looks, and takes one elsewhere.

    Args:
        history: Of the run.

    Attributes:
        track: The line.
    """

    branch_wanted = Signal()
    play_wanted = Signal()

    def __init__(self, history: History) -> None:
        super().__init__(tr("Time of the run"))
        self._history = history
        self.setObjectName("timeline")
        self.setMovable(False)
        self.toggleViewAction().setEnabled(False)
        self.track = TimeTrack(history)
        self.step, self.where, self._widest = Label(), Label(), 0
        self.first = self._tool("to-start", tr("To the first step"))
        self.play = self._tool("play", tr("Play"))
        self.live = QPushButton(tr("Back to now"))
        self.branch = QPushButton(tr("Branch here"))
        self._lay_out()
        self.first.clicked.connect(lambda: self.track.wanted.emit(1))
        self.play.clicked.connect(self.play_wanted)
        self.track.play_wanted.connect(self.play_wanted)
        self.live.clicked.connect(lambda: self.track.wanted.emit(None))
        self.branch.clicked.connect(self.branch_wanted)
        self.show_moment()

    def _tool(self, icon: str, words: str) -> QToolButton:
        tool = QToolButton()
        icons.bind(tool, icon, "fg")
        tool.setToolTip(words)
        tool.setAccessibleName(words)
        return tool

    def _lay_out(self) -> None:
        inside = QWidget()
        row = QHBoxLayout(inside)
        row.setContentsMargins(SPACE_S, 0, SPACE_S, 0)
        row.setSpacing(SPACE_XS)
        row.addWidget(self.first)
        row.addWidget(self.play)
        row.addSpacing(SPACE_XS)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addStretch(1)
        self.step.setFont(fonts.ui(fonts.SECTION, fonts.SEMIBOLD))
        polish(self.where, "role", "secondary")
        for label in (self.step, self.where):
            label.setFixedWidth(_WORDS_PX)
            words.addWidget(label)
        words.addStretch(1)
        row.addLayout(words)
        row.addWidget(self.track, 1)
        polish(self.live, "accent", value=True)
        for button in (self.branch, self.live):
            polish(button, "small", value=True)
            policy = button.sizePolicy()
            policy.setRetainSizeWhenHidden(True)  # the line stays where the mouse is
            button.setSizePolicy(policy)
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        self.addWidget(inside)

    def show_playing(self, *, on: bool) -> None:
        """Say whether time goes on by itself."""
        icons.bind(self.play, "pause" if on else "play", "fg")
        self.play.setToolTip(tr("Pause") if on else tr("Play"))

    def show_moment(self) -> None:
        """Say which step is shown."""
        history, looked_at = self._history, self._history.looked_at
        step = history.step if looked_at is None else looked_at
        self.step.setText(count(step))
        run = history.run
        per_epoch = run.steps_per_epoch if run else 0
        whole = tr("of {whole}", whole=count(history.step))
        epoch = tr("epoch {n}", n=f"{step / per_epoch:.1f}") if per_epoch else ""
        self.where.setText(whole if looked_at is not None else epoch or whole)
        is_past = looked_at is not None
        self.live.setVisible(is_past)
        self.branch.setVisible(is_past and bool(self.track.kept.steps))
        goal = self.branch_step()
        self.branch.setText(tr("Branch at {step}", step=count(step)))
        self._widest = max(self._widest, self.branch.sizeHint().width())
        self.branch.setFixedWidth(self._widest)
        if goal is not None:
            self.branch.setText(tr("Branch at {step}", step=count(goal)))
        self.track.update()

    def branch_step(self) -> int | None:
        """Return the step of the kept weights that are nearest to what is shown."""
        looked_at, steps = self._history.looked_at, self.track.kept.steps
        if looked_at is None or not steps:
            return None
        return min(steps, key=lambda step: abs(step - looked_at))
