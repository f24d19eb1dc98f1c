"""The panel of lessons: all of them, or the step of one."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from engine.i18n import tr
from engine.lessons.lesson import Lesson
from workbench.app.lessons.page import StepPage
from workbench.theme import icons
from workbench.theme.guarded import guarded
from workbench.theme.label import Label
from workbench.theme.tokens import SPACE_M, SPACE_S

_ROW_PX = 44
_LEAST_PX = 300
"""Of a column of text beside its buttons."""


class LessonPanel(QStackedWidget):
    """A list, and the page of a step.

    Signals:
        chosen: Id of a lesson.
        opened: It shows, and has no list yet.
    """

    chosen = Signal(str)
    opened = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("panel", True)
        self.setMinimumWidth(_LEAST_PX)
        first = QWidget()
        box = QVBoxLayout(first)
        box.setContentsMargins(SPACE_M, SPACE_M, SPACE_M, SPACE_S)
        box.setSpacing(SPACE_S)
        words = Label(
            tr(
                "Twelve short lessons on backpropagation: predict, try it on the "
                "network, see what was measured. Each works on a copy: your own work "
                "is safe."
            )
        )
        words.setWordWrap(True)
        words.setProperty("role", "secondary")
        self.list = QListWidget()
        self.list.setFrameShape(QListWidget.Shape.NoFrame)
        self.list.setAccessibleName(tr("Lessons"))
        self.list.itemActivated.connect(self._on_chosen)
        self.list.itemClicked.connect(self._on_chosen)
        box.addWidget(words)
        box.addWidget(self.list, 1)
        self.page = StepPage()
        self.page.left.connect(lambda: self.setCurrentIndex(0))
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setProperty("panel", True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setWidget(self.page)
        self.addWidget(first)
        self.addWidget(scroll)

    @guarded
    def showEvent(self, event: QShowEvent) -> None:
        """Ask for the list, also where a layout that was kept brings the panel."""
        super().showEvent(event)
        if not self.list.count():
            self.opened.emit()

    def sizeHint(self) -> QSize:
        """Ask for the width of a column of text."""
        return QSize(320, 400)

    def show_list(self, lessons: Sequence[Lesson], made: Mapping[str, int]) -> None:
        """Show all lessons, and how far each is."""
        self.list.clear()
        for number, lesson in enumerate(lessons, start=1):
            steps, done = len(lesson.steps), made.get(lesson.id, 0)
            item = QListWidgetItem(f"{number}  {lesson.title}\n{_state(lesson, done)}")
            item.setData(Qt.ItemDataRole.UserRole, lesson.id)
            item.setToolTip(lesson.goal)
            item.setSizeHint(QSize(0, _ROW_PX))
            name = "check" if done >= steps else "dot"
            item.setIcon(icons.icon(name, "ok" if done >= steps else "fg3"))
            self.list.addItem(item)
        self.setCurrentIndex(0)

    def _on_chosen(self, item: QListWidgetItem) -> None:
        self.chosen.emit(str(item.data(Qt.ItemDataRole.UserRole)))


def _state(lesson: Lesson, done: int) -> str:
    minutes = tr("{minutes:g} min", minutes=lesson.minutes)
    if done >= len(lesson.steps):
        return tr("done")
    if done:
        return f"{minutes} · {tr('{n} of {all}', n=done, all=len(lesson.steps))}"
    return minutes
