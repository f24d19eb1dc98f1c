"""The training phases as a table: a row a phase, and what to do with it."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QDropEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from engine.graph.problems import ALL_PHASES, Problem, of_phases
from engine.i18n import tr
from engine.protocol.messages import Analysis
from workbench.document import Document, phases
from workbench.inspector.problems import ProblemRow
from workbench.inspector.training.phase_card import faces
from workbench.inspector.training.phase_paint import FACE, PhaseDelegate
from workbench.theme import icons, signals
from workbench.theme.label import Label
from workbench.theme.menu import Menu
from workbench.theme.style import polish
from workbench.theme.tokens import SPACE_XS

_ALT = Qt.KeyboardModifier.AltModifier
_CTRL = Qt.KeyboardModifier.ControlModifier
_NONE = Qt.KeyboardModifier.NoModifier


class _Rows(QListWidget):
    """The rows; as tall as they are together, and dragged to run earlier or later."""

    dragged = Signal(int, int)  # from which place to which

    def __init__(self) -> None:
        super().__init__()
        self.setItemDelegate(PhaseDelegate(self))
        self.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.setSpacing(0)
        self.setFrameShape(QFrame.Shape.NoFrame)
        off = Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.setVerticalScrollBarPolicy(off)
        self.setHorizontalScrollBarPolicy(off)
        self.setMouseTracking(True)
        self.setAccessibleName(tr("Phases"))
        self.setDragDropMode(QListWidget.DragDropMode.InternalMove)
        self.setDropIndicatorShown(True)

    def dropEvent(self, event: QDropEvent) -> None:
        """Tell where the current row was dropped; the document moves it."""
        place = self.place_at(event.position().toPoint())
        event.setDropAction(Qt.DropAction.IgnoreAction)  # the rows are not ours
        event.accept()
        if place != self.currentRow():
            self.dragged.emit(self.currentRow(), place)

    def place_at(self, point: QPoint) -> int:
        """Return the place that the current row takes when it is dropped there."""
        others = [row for row in range(self.count()) if row != self.currentRow()]
        rects = [self.visualItemRect(self.item(row)) for row in others]
        return sum(rect.center().y() < point.y() for rect in rects)

    def fit(self) -> None:
        """Take the height of all rows."""
        self.doItemsLayout()
        self.setFixedHeight(sum(map(self.sizeHintForRow, range(self.count()))) + 2)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let the rows wrap anew."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.fit()

    def sizeHint(self) -> QSize:
        """Ask for no width of its own."""
        return QSize(0, self.height())


class PhaseTable(QWidget):
    """Rows of all phases with buttons and keys; every edit is one undo step.

    Args:
        document: Its phases are shown and edited.

    Signals:
        chosen: Another phase is the current one, or it was chosen again.
        edit_wanted: The keyboard asks for the form of the current phase.
        fix_requested: What a problem of the phases offers.
    """

    chosen = Signal(int)
    edit_wanted = Signal()
    fix_requested = Signal(object)  # Fix

    def __init__(self, document: Document) -> None:
        super().__init__()
        self._document = document
        self._analysis: Analysis | None = None
        self._found: dict[str, tuple[Problem, ...]] = {}
        self.rows = _Rows()
        self.rows.currentRowChanged.connect(self._on_row_changed)
        self.rows.installEventFilter(self)
        self.rows.dragged.connect(self._on_dragged)
        self.rows.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.rows.customContextMenuRequested.connect(self._show_menu)
        self.problems: list[ProblemRow] = []
        self._left_over: tuple[Problem, ...] = ()
        self._lay_out()
        signals.changed.connect(self._on_theme_changed)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(2)
        title = Label(tr("Phases"))
        polish(title, "role", "heading")
        head.addWidget(title, 1)
        self.buttons = {
            words: self._button(icon, words, act) for icon, words, act in self._acts()
        }
        for button in self.buttons.values():
            head.addWidget(button)
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(SPACE_XS)
        self._box.addLayout(head)
        self._box.addWidget(self.rows)

    def _acts(self) -> list[tuple[str, str, Callable[[], object]]]:
        """Return icon, words and deed of everything that can be done to a phase."""
        return [
            ("plus", tr("Add phase"), self.add),
            ("copy", tr("Duplicate phase"), self.duplicate),
            ("chevron-up", tr("Run earlier"), lambda: self.move_row(-1)),
            ("chevron-down", tr("Run later"), lambda: self.move_row(1)),
            ("trash", tr("Delete phase"), self.remove),
        ]

    def _button(self, icon: str, words: str, act: Callable[[], object]) -> QToolButton:
        button = QToolButton()
        icons.bind(button, icon, "fg2")
        polish(button, "small", value=True)
        button.setToolTip(words)
        button.setAccessibleName(words)
        button.clicked.connect(lambda _checked=False: act())
        return button

    @property
    def index(self) -> int:
        """The current phase."""
        last = len(self._document.project.training.phases) - 1
        return min(max(self.rows.currentRow(), 0), last)

    def choose(self, index: int) -> None:
        """Make a phase the current one."""
        self.rows.setCurrentRow(index)

    def show_document(self) -> None:
        """Show the phases as the document has them."""
        index = self.index
        made = faces(self._document.project, self._analysis, self._found)
        with QSignalBlocker(self.rows):
            while self.rows.count() > len(made):
                self.rows.takeItem(self.rows.count() - 1)
            while self.rows.count() < len(made):
                self.rows.addItem(QListWidgetItem())
            for row, face in enumerate(made):
                item = self.rows.item(row)
                item.setData(FACE, face)
                item.setData(Qt.ItemDataRole.AccessibleTextRole, face.spoken)
            self.rows.setCurrentRow(index)
        self.rows.fit()
        self._show_buttons()
        self._show_left_over()

    def set_analysis(self, analysis: Analysis | None) -> None:
        """Show what the engine found out about the phases."""
        self._analysis = analysis
        self._found = of_phases(analysis.problems if analysis else ())
        self.show_document()

    def _show_buttons(self) -> None:
        count, index = self.rows.count(), self.index
        able = {
            tr("Run earlier"): index > 0,
            tr("Run later"): index < count - 1,
            tr("Delete phase"): count > 1,
        }
        for words, is_able in able.items():
            self.buttons[words].setEnabled(is_able)

    def _show_left_over(self) -> None:
        """Show beneath the rows what all phases leave out."""
        found = self._found.get(ALL_PHASES, ())
        if found == self._left_over:
            return
        self._left_over = found
        for row in self.problems:
            row.hide()
            row.deleteLater()
        self.problems = [ProblemRow(problem, "") for problem in found]
        for row in self.problems:
            row.fix_requested.connect(self.fix_requested)
            self._box.addWidget(row)

    def add(self) -> None:
        """Add a phase and choose it."""
        self._choose_anew(phases.add(self._document))

    def duplicate(self) -> None:
        """Copy the current phase and choose the copy."""
        self._choose_anew(phases.duplicate(self._document, self.index))

    def remove(self) -> None:
        """Remove the current phase unless it is the only one."""
        if self.rows.count() > 1:
            self._choose_anew(phases.remove(self._document, self.index))

    def move_row(self, by: int) -> None:
        """Let the current phase run earlier (-1) or later (1)."""
        self._choose_anew(phases.move(self._document, self.index, by))

    def _on_dragged(self, row: int, place: int) -> None:
        self._choose_anew(phases.move(self._document, row, place - row))

    def _choose_anew(self, index: int) -> None:
        self.rows.setCurrentRow(index)
        self._show_buttons()

    def _on_row_changed(self, row: int) -> None:
        if row >= 0:
            self._show_buttons()
            self.chosen.emit(row)

    def _keys(self) -> dict[tuple[Qt.Key, Qt.KeyboardModifier], Callable[[], object]]:
        return {
            (Qt.Key.Key_Delete, _NONE): self.remove,
            (Qt.Key.Key_Backspace, _NONE): self.remove,
            (Qt.Key.Key_D, _CTRL): self.duplicate,
            (Qt.Key.Key_Insert, _NONE): self.add,
            (Qt.Key.Key_Up, _ALT): lambda: self.move_row(-1),
            (Qt.Key.Key_Down, _ALT): lambda: self.move_row(1),
            (Qt.Key.Key_Return, _NONE): self.edit_wanted.emit,
            (Qt.Key.Key_Enter, _NONE): self.edit_wanted.emit,
            (Qt.Key.Key_F2, _NONE): self.edit_wanted.emit,
        }

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Do what the keys of the rows say, before shortcuts of the window do."""
        kinds = {QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride}
        if isinstance(event, QKeyEvent) and event.type() in kinds:
            modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
            act = self._keys().get((Qt.Key(event.key()), modifiers))
            if act is not None:
                event.accept()
                if event.type() == QEvent.Type.KeyPress:
                    act()
                return True
        return super().eventFilter(watched, event)

    def _show_menu(self, place: QPoint) -> None:
        menu = Menu(parent=self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for words, button in self.buttons.items():
            action = menu.addAction(button.icon(), words, button.click)
            action.setEnabled(button.isEnabled())
        menu.popup(self.rows.viewport().mapToGlobal(place))

    def _on_theme_changed(self) -> None:
        self.rows.viewport().update()
        for row in self.problems:
            row.tint()
