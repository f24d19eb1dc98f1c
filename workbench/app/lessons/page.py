"""One step of a lesson: its text, the answer that is asked for, and what is said."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from engine.i18n import tr
from engine.lessons.judging import Verdict, filled
from engine.lessons.lesson import Lesson, Step
from engine.protocol.lessons import Truth
from workbench.theme import icons
from workbench.theme.label import Label
from workbench.theme.style import polish
from workbench.theme.text import escape
from workbench.theme.tokens import SPACE_L, SPACE_M, SPACE_S

_LONGEST = 40
"""Letters of an answer: it is told back in a sentence."""


class StepPage(QWidget):
    """Shows a step.

    Signals:
        answered: What was chosen or typed; empty for what is to be done.
        moved: By how many steps: 1 or −1.
        left: Back to the list.
    """

    answered = Signal(str)
    moved = Signal(int)
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._step: Step | None = None
        self._has_failed = False
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(SPACE_M, SPACE_M, SPACE_M, SPACE_M)
        self._box.setSpacing(SPACE_M)
        self._add_head()
        self.text = Label()
        self.text.setWordWrap(True)
        self.text.setTextFormat(Qt.TextFormat.RichText)
        self._box.addWidget(self.text)
        self._asked = QWidget()
        self._asked_box = QVBoxLayout(self._asked)
        self._asked_box.setContentsMargins(0, 0, 0, 0)
        self._asked_box.setSpacing(SPACE_S)
        self._box.addWidget(self._asked)
        self.check = QPushButton()
        self.check.clicked.connect(self._on_check)
        self._box.addWidget(self.check, 0, Qt.AlignmentFlag.AlignLeft)
        self.said = Label()
        self.said.setWordWrap(True)
        self.said.setContentsMargins(SPACE_M, SPACE_S, SPACE_S, SPACE_S)
        self._box.addWidget(self.said)
        self._box.addStretch(1)
        self._add_foot()
        self.choices: QButtonGroup | None = None
        self.number: QLineEdit | None = None

    def _add_head(self) -> None:
        self.place, self.title, self.goal = Label(), Label(), Label()
        self.place.setProperty("role", "small")
        self.title.setProperty("role", "fault")
        self.title.setWordWrap(True)
        self.goal.setProperty("role", "secondary")
        self.goal.setWordWrap(True)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(4)
        line = QFrame()
        line.setProperty("role", "line")
        for widget in (self.place, self.title, self.goal, self.progress, line):
            self._box.addWidget(widget)

    def _add_foot(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        self.all = QPushButton(tr("All lessons"))
        self.all.clicked.connect(self.left)
        self.back, self.next = QPushButton(tr("Back")), QPushButton(tr("Next"))
        icons.bind(self.all, "arrow-left", "fg2", beside=True)
        self.back.clicked.connect(lambda: self.moved.emit(-1))
        self.next.clicked.connect(lambda: self.moved.emit(1))
        row.addWidget(self.all)
        row.addStretch(1)
        row.addWidget(self.back)
        row.addWidget(self.next)
        self._box.addSpacing(SPACE_L)
        self._box.addLayout(row)

    def show_head(self, lesson: Lesson, number: int, count: int) -> None:
        """Say which lesson this is, of how many."""
        place = tr("Lesson {n} of {all}", n=number, all=count)
        minutes = tr("about {n:minute|minutes}", n=lesson.minutes)
        self.place.setText(f"{place} · {minutes}")
        self.title.setText(lesson.title)
        self.goal.setText(lesson.goal)

    def show_step(self, lesson: Lesson, index: int, *, passed: bool) -> None:
        """Show a step; its numbers come later, with `fill`."""
        self._step = step = lesson.steps[index]
        self._has_failed = False
        self.progress.setMaximum(len(lesson.steps))
        self.progress.setValue(index + 1)
        place = {"n": index + 1, "all": len(lesson.steps)}
        self.progress.setAccessibleName(tr("Step {n} of {all}", **place))
        self.text.setText(
            _marked(step.text) if not step.questions else tr("Measuring…")
        )
        self._ask(step)
        self._tell("")
        self.back.setEnabled(index > 0)
        is_last = index == len(lesson.steps) - 1
        self.next.setText(tr("Finish") if is_last else tr("Next"))
        self.let_go_on(on=passed or step.kind == "read")
        self.check.setEnabled(not step.questions)
        self._take_focus()

    def _take_focus(self) -> None:
        """Let keys go where the answer goes, once what can't be pressed has let go."""
        goal: QWidget = self.next if self.next.isEnabled() else self.check
        if self.choices is not None:
            goal = self.choices.button(0)
        if self.number is not None:
            goal = self.number
        goal.show()
        goal.setFocus()

    def fill(self, numbers: Mapping[str, Truth]) -> None:
        """Put the network's numbers into the text."""
        if self._step is not None:
            self.text.setText(_marked(filled(self._step.text, numbers)))
            self.check.setEnabled(True)
            if self._has_failed:
                self._has_failed = False
                self._tell("")

    def say(self, verdict: Verdict) -> None:
        """Tell what became of an answer."""
        polish(self.said, "role", value="right" if verdict.is_right else "wrong")
        self._tell(verdict.words)
        if verdict.is_right:
            self.let_go_on(on=True)
            self.next.setFocus()

    def fail(self, words: str) -> None:
        """Tell why nothing can be asked."""
        self._has_failed = True
        polish(self.said, "role", value="error")
        self._tell(words)

    def _tell(self, words: str) -> None:
        self.said.setText(words)
        self.said.setVisible(bool(words))

    def let_go_on(self, *, on: bool) -> None:
        """Let the next step be shown, or not yet."""
        self.next.setEnabled(on)
        self.next.setDefault(on)

    def _ask(self, step: Step) -> None:
        while (item := self._asked_box.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.choices = self.number = None
        if step.kind == "choose":
            self.choices = group = QButtonGroup(self)
            for number, choice in enumerate(step.choices):
                button = QRadioButton(choice.text.replace("&", "&&"))
                group.addButton(button, number)
                self._asked_box.addWidget(button)
        if step.kind == "number":
            self.number = QLineEdit()
            self.number.setMaxLength(_LONGEST)
            self.number.setPlaceholderText(tr("a number"))
            self.number.setAccessibleName(tr("Your answer"))
            self.number.returnPressed.connect(self._on_check)
            self._asked_box.addWidget(self.number)
        self._asked.setVisible(step.kind in {"choose", "number"})
        self.check.setVisible(step.kind != "read")
        self.check.setText(tr("Is it done?") if step.kind == "do" else tr("Check"))

    def _on_check(self) -> None:
        if self._step is None or not self.check.isEnabled():
            return  # Enter in the field comes here too, while it is being measured
        if self._step.kind == "do":
            self.answered.emit("")
        elif self.number is not None and self.number.text().strip():
            self.answered.emit(self.number.text().strip())
        elif self.choices is not None and self.choices.checkedId() >= 0:
            self.answered.emit(self._step.choices[self.choices.checkedId()].id)
        else:
            self._ask_first()

    def _ask_first(self) -> None:
        """Say that there is nothing to check yet."""
        polish(self.said, "role", value="wrong")
        is_typed = self.number is not None
        self._tell(tr("Type a number first.") if is_typed else tr("Choose one first."))
        self._take_focus()


def _marked(text: str) -> str:
    """Return a text as Qt shows it: literal but for what stands between `**`."""
    parts = escape(text).split("**")
    return "".join(f"<b>{p}</b>" if n % 2 else p for n, p in enumerate(parts))
