"""What a look ahead has told: each question, its answer, and what mends it."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from engine.i18n import tr
from engine.protocol.bench.preflight import Answered, Preflight, RangeTest, Trying
from engine.protocol.findings import Finding, number
from workbench.dialogs.base import Dialog
from workbench.dialogs.bench.rate_chart import RateChart
from workbench.inspector.cards import FixButton, words
from workbench.inspector.section import scrolled
from workbench.theme import icons, signals
from workbench.theme.label import Label
from workbench.theme.style import polish
from workbench.theme.tokens import SPACE_M, SPACE_S

_ICON_PX = 18
_OF_SCREEN, _LAID_OUT_MS = 0.9, 50
_ICONS = {
    "passed": ("check", "ok"),
    "failed": ("warning", "warn"),
    "untold": ("dot", "fg3"),
}
_SPOKEN = {"passed": "passed", "failed": "failed", "untold": "not told"}


class AnswerRow(QFrame):
    """One question with its answer."""

    fix_requested = Signal(object, object)  # Finding, and a Fix of it

    def __init__(self, answer: Answered) -> None:
        super().__init__()
        self.answer = answer
        self.buttons: list[FixButton] = []
        spoken = tr(_SPOKEN[answer.verdict])
        self.setAccessibleName(f"{answer.title} {spoken}: {answer.text}")
        self._icon = Label()
        self._icon.setFixedWidth(_ICON_PX)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_S, 6, SPACE_S, 6)
        row.setSpacing(SPACE_M)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(self._content(), 1)
        self._tint()
        signals.changed.connect(self._tint)

    def _content(self) -> QVBoxLayout:
        box = QVBoxLayout()
        box.setSpacing(2)
        box.addWidget(words(self.answer.title, "problem"))
        for finding in self.answer.findings:
            box.addWidget(words(finding.text, "text"))
            box.addWidget(words(finding.advice, "secondary"))
            box.addLayout(self._fixes(finding))
        if not self.answer.findings:
            box.addWidget(words(self.answer.text, "secondary"))
        return box

    def _fixes(self, finding: Finding) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(0, 4, 0, 2)
        row.setSpacing(SPACE_S)
        for fix in finding.fixes:
            button = FixButton(fix.label, is_first=fix is finding.fixes[0])
            button.clicked.connect(
                lambda _=False, fix=fix: self.fix_requested.emit(finding, fix)
            )
            self.buttons.append(button)
            row.addWidget(button)
        row.addStretch(1)
        return row

    def _tint(self) -> None:
        name, token = _ICONS[self.answer.verdict]
        ratio = self.devicePixelRatioF()
        self._icon.setPixmap(icons.pixmap(name, token, _ICON_PX, ratio))


class PreflightDialog(Dialog):
    """Shows how far the trial is, then its answers.

    Args:
        parent: The window.

    Attributes:
        rows: The answers that are shown.
        is_stopping: It was cancelled, and the engine is about to stop.
    """

    topic = "panel/preflight"
    wanted = Signal()  # a trial
    unwanted = Signal()  # it is to stop
    fix_requested = Signal(object, object)  # Finding, and a Fix of it
    rate_wanted = Signal(object)  # preflight.RangeTest
    train_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Check before training"), parent)
        self.resize(640, 660)
        self.rows: list[AnswerRow] = []
        self.is_stopping = False
        self._test: RangeTest | None = None
        self.head = self.add_text("", "title")
        self.doing = self.add_text("", "secondary")
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setRange(0, 1000)
        self.box.addWidget(self.progress)
        self._add_list()
        self.stop = self.add_button(tr("Cancel"))
        self.again = self.add_button(tr("Check again"))
        self.leave = self.add_button(tr("Close"))
        self.train = self.add_button(tr("Train"), accent=True)
        self.stop.clicked.connect(self._on_stop)
        self.again.clicked.connect(self._on_again)
        self.leave.clicked.connect(self.reject)
        self.train.clicked.connect(self._on_train)
        self.begin()

    def _add_list(self) -> None:
        self._list = QVBoxLayout()
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(0)
        content = QWidget()
        inside = QVBoxLayout(content)
        inside.setContentsMargins(0, 0, SPACE_S, 0)
        inside.addLayout(self._list)
        inside.addLayout(self._rates())
        inside.addStretch(1)
        self._area = scrolled(content)
        self.box.addWidget(self._area, 1)

    def _rates(self) -> QVBoxLayout:
        box = QVBoxLayout()
        box.setContentsMargins(SPACE_S, SPACE_M, 0, 0)
        self.chart = RateChart()
        self.take = QPushButton()
        self.take.clicked.connect(lambda: self.rate_wanted.emit(self._test))
        self.chart.hide()
        self.take.hide()
        box.addWidget(self.chart)
        box.addWidget(self.take, 0, Qt.AlignmentFlag.AlignLeft)
        return box

    def begin(self) -> None:
        """Wait for a trial."""
        self.head.setText(tr("Trying the training…"))
        self.doing.setText(tr("Nothing of your project is changed."))
        self.progress.setValue(0)
        self.is_stopping = False
        self.stop.setEnabled(True)
        self._clear()
        self._set(busy=True)

    def show_progress(self, told: Trying) -> None:
        """Say what is being tried."""
        self.doing.setText(told.title)
        self.progress.setValue(round(1000 * told.share))

    def show_answers(self, told: Preflight) -> None:
        """Show all that was found."""
        self._clear()
        count = len(told.findings)
        words_ = tr("{n:thing stands|things stand} in the way", n=count)
        self.head.setText(words_ if count else tr("Nothing stands in the way"))
        passed = sum(check.verdict == "passed" for check in told.checks)
        facts = tr(
            "{passed} of {n:check|checks} passed, in {seconds:.1f} s",
            passed=passed, n=len(told.checks), seconds=told.seconds,
        )  # fmt: skip
        self.doing.setText(facts)
        order = sorted(told.checks, key=lambda check: check.verdict != "failed")
        for answer in order:
            row = AnswerRow(answer)
            row.fix_requested.connect(self.fix_requested)
            self.rows.append(row)
            self._list.addWidget(row)
        self._show_rates(told.ranges)
        self._set(busy=False)
        QTimer.singleShot(
            _LAID_OUT_MS, self, self._make_room
        )  # when the rows are laid out
        (self.leave if count else self.train).setFocus()  # Enter changes no setting

    def _make_room(self) -> None:
        """Be as high as the answers, as far as the screen is."""
        missing = self._area.verticalScrollBar().maximum()
        most = round(_OF_SCREEN * self.screen().availableGeometry().height())
        if missing > 0 and self.height() < most:
            self.resize(self.width(), min(self.height() + missing, most))

    def show_failure(self, text: str) -> None:
        """Say why there is no answer."""
        self._clear()
        self.head.setText(tr("The training could not be tried"))
        self.doing.setText(text)
        self._set(busy=False)

    def reject(self) -> None:
        """Close, and stop what is going on."""
        self.unwanted.emit()
        super().reject()

    def _show_rates(self, tests: tuple[RangeTest, ...]) -> None:
        self._test = tests[0] if tests else None
        self.chart.setVisible(self._test is not None)
        is_fixed = any(row.answer.id == "rate" and row.buttons for row in self.rows)
        self.take.setVisible(self._test is not None and not is_fixed)
        if self._test is not None:
            self.chart.show_test(self._test)
            label = tr("Set the learning rate to {lr}", lr=number(self._test.proposed))
            self.take.setText(label)
            self.take.setEnabled(self._test.present != self._test.proposed)

    def _clear(self) -> None:
        for row in self.rows:
            row.hide()
            row.deleteLater()
        self.rows.clear()
        self._show_rates(())

    def _set(self, *, busy: bool) -> None:
        self.progress.setVisible(busy)
        self.stop.setVisible(busy)
        for button in (self.again, self.leave, self.train):
            button.setVisible(not busy)
        polish(self.head, "role", "title")

    def _on_stop(self) -> None:
        self.is_stopping = True
        self.stop.setEnabled(False)
        self.doing.setText(tr("Stopping…"))
        self.unwanted.emit()

    def _on_again(self) -> None:
        self.begin()
        self.wanted.emit()

    def _on_train(self) -> None:
        self.accept()
        self.train_wanted.emit()
