"""What a window shows that nobody has opened anything in.

It gives way to canvas and panels as soon as something is opened, drawn or asked for.
"""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QVBoxLayout, QWidget

from engine.i18n import tr
from workbench.app.centre import continue_row
from workbench.app.centre.continue_row import ContinueRow
from workbench.app.data.doors import DataDoors
from workbench.app.desk import Desk
from workbench.app.docks.rooms import BUILD
from workbench.app.files.projects import Files
from workbench.app.run.past_runs import PastRuns
from workbench.theme import icons
from workbench.theme.label import Label
from workbench.theme.tokens import SPACE_L, SPACE_M, SPACE_S, SPACE_XL

if TYPE_CHECKING:
    from workbench.dialogs.gallery import Gallery


class StartPage(QWidget):
    """The gallery, and the ways past it.

    Args:
        desk: Whose canvas it hides.
        files: Opens what is chosen.
        runs: Shows those made before.
        data: Reads files of one's own.
    """

    left = Signal()
    runs_wanted = Signal()  # all of them
    lessons_wanted = Signal()

    def __init__(
        self, desk: Desk, files: Files, runs: PastRuns, data: DataDoors
    ) -> None:
        super().__init__()
        self._runs, self._data = runs, data
        self._desk, self._files = desk, files
        self.setProperty("panel", True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.gallery: Gallery | None = None
        self.row: ContinueRow | None = None
        box = self._box = QVBoxLayout(self)
        box.setContentsMargins(SPACE_XL, SPACE_L, SPACE_M, 0)
        box.setSpacing(SPACE_M)
        box.addLayout(self._head())
        box.addStretch(1)
        desk.centre.addWidget(self)
        desk.centre.setCurrentWidget(self)
        self._put_away = desk.docks.put_away()
        desk.document.replaced.connect(self.leave)
        desk.document.changed.connect(self.leave)
        desk.session.state_changed.connect(self._on_state)
        desk.session.past_runs.shelf.moved.connect(lambda _moved: self._renew())

    @property
    def is_shown(self) -> bool:
        """Whether it still stands where the canvas is."""
        return self._desk.centre.currentWidget() is self

    def begin(self) -> None:
        """Show the gallery; after the first paint, which need not wait for it."""
        from workbench.dialogs.gallery import Gallery  # see above

        if self.gallery is not None or not self.is_shown:
            return
        self.gallery = Gallery()
        self.gallery.chosen.connect(self._files.open_preset)
        self.gallery.train_wanted.connect(self._files.train_preset)
        self._box.takeAt(1)
        self._box.addWidget(self._continue())
        self._box.addWidget(self.gallery, 1)
        self.gallery.search.setFocus()

    def _continue(self) -> ContinueRow:
        """Return the row of what was done last."""
        recent = continue_row.files(self._desk.settings.recent)
        past = continue_row.runs(self._desk.session.runs_folder)
        row = ContinueRow([*recent, *past])
        row.file_chosen.connect(self._files.open_path)
        row.run_chosen.connect(self._runs.open)
        row.all_wanted.connect(self._on_all)
        self.row = row
        return row

    def _renew(self) -> None:
        """Offer no run that was thrown away meanwhile, and those that came back."""
        if self.row is not None:
            old, new = self.row, self._continue()
            self._box.replaceWidget(old, new)
            new.setVisible(bool(new.tiles))
            old.hide()
            old.deleteLater()

    def _on_all(self) -> None:
        self.leave()
        self.runs_wanted.emit()

    def _on_lessons(self) -> None:
        self.leave()
        self.lessons_wanted.emit()

    def _on_empty(self) -> None:
        """Show an empty canvas with the layers beside it."""
        self.leave()
        self._desk.rooms.enter(BUILD)

    def _head(self) -> QHBoxLayout:
        """Return title, and the ways past the gallery."""
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, SPACE_M, 0)
        row.setSpacing(SPACE_S)
        words = QVBoxLayout()
        words.setSpacing(2)
        title = Label(tr("What would you like to train?"))
        title.setProperty("role", "title")
        more = Label(
            tr("Every network trains offline on this computer; its canvas shows how.")
        )
        more.setProperty("role", "secondary")
        words.addWidget(title)
        words.addWidget(more)
        row.addLayout(words, 1)
        self.lessons = self._button(tr("Lessons"), "help")
        self.lessons.clicked.connect(self._on_lessons)
        self.empty = self._button(tr("Empty canvas"), "new")
        self.empty.clicked.connect(self._on_empty)
        self.file = self._button(tr("Open a file…"), "open")
        self.file.clicked.connect(self._files.open)
        row.addWidget(self.lessons, 0, Qt.AlignmentFlag.AlignBottom)
        self.own = self._button(tr("Start from your own data…"), "cat-io")
        self.own.clicked.connect(self._show_ways)
        row.addWidget(self.own, 0, Qt.AlignmentFlag.AlignBottom)
        row.addWidget(self.empty, 0, Qt.AlignmentFlag.AlignBottom)
        row.addWidget(self.file, 0, Qt.AlignmentFlag.AlignBottom)
        return row

    def _show_ways(self) -> None:
        """Offer a file or a folder."""
        menu = QMenu(self)
        menu.addAction(tr("A file…"), self._data.ask_for_file)
        menu.addAction(tr("A folder of images, sounds or texts…"),
                       self._data.ask_for_folder)  # fmt: skip
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.own.mapToGlobal(self.own.rect().bottomLeft()))

    def _button(self, words: str, icon: str) -> QPushButton:
        button = QPushButton(words)
        icons.bind(button, icon, "fg2", beside=True)
        button.setIconSize(icons.beside(16))
        return button

    def leave(self, _edits: object = None) -> None:
        """Show the canvas; this page does not come back."""
        if not self.is_shown:
            return
        desk = self._desk
        desk.centre.setCurrentWidget(desk.canvas)
        desk.centre.removeWidget(self)
        desk.docks.bring_back(self._put_away)
        self.left.emit()
        desk.rooms.show()
        desk.canvas.setFocus()
        self.hide()
        QTimer.singleShot(0, self, self.deleteLater)

    def _on_state(self, _state: str) -> None:
        if self._desk.session.active:
            self.leave()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Give way to the canvas on Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self._on_empty()
        else:
            super().keyPressEvent(event)
