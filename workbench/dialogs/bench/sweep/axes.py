"""What is tried: a row for each setting, with its values as words."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QComboBox,
    QCompleter,
    QHBoxLayout,
    QLineEdit,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from engine.errors import ConfigError
from engine.graph.model import Project
from engine.graph.sweep.settings import Setting, of_nodes, settings
from engine.graph.sweep.space import Axis, parsed
from engine.graph.titles import SEPARATOR
from engine.i18n import tr
from workbench.theme import icons
from workbench.theme.label import Label
from workbench.theme.style import polish
from workbench.theme.text import tip, word
from workbench.theme.tokens import SPACE_S, SPACE_XS

_KEY = Qt.ItemDataRole.UserRole


class AxisRow(QWidget):
    """One setting: its name, its values, and what is wrong with them.

    Args:
        setting: Which one.
        project: Whose; asked anew whenever the values are read.

    Signals:
        changed: The values are others.
        removed: It is to go.
    """

    changed = Signal()
    removed = Signal()

    def __init__(self, setting: Setting, project: Callable[[], Project]) -> None:
        super().__init__()
        self.setting, self._project = setting, project
        self.name = Label(word(setting.words, 60))
        self.name.setToolTip(tip(setting.words))
        self.values = QLineEdit(setting.proposal)
        self.values.setAccessibleName(setting.words)
        self.values.setToolTip(
            tr("Values with commas between, or a range: 8, 16, 32 or 0.001..0.1[log]")
        )
        self.remove = QToolButton()
        self.remove.setToolTip(tr("Don't try this"))
        self.remove.setAccessibleName(tr("Don't try {name}", name=setting.words))
        icons.bind(self.remove, "close")
        self.wrong = Label("")
        self.wrong.setTextFormat(Qt.TextFormat.PlainText)
        self.wrong.setWordWrap(True)
        polish(self.wrong, "role", "error")
        head = QHBoxLayout()
        head.addWidget(self.name, 1)
        head.addWidget(self.remove)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, SPACE_S)
        column.setSpacing(SPACE_XS)
        column.addLayout(head)
        column.addWidget(self.values)
        column.addWidget(self.wrong)
        self.values.textChanged.connect(lambda _text: self.changed.emit())
        self.remove.clicked.connect(self.removed)
        self.wrong.hide()

    def show_start(self) -> None:
        """Select all values, with the first of them in view."""
        self.values.end(False)
        self.values.home(True)

    @property
    def words(self) -> str:
        """The axis, as the command line has it."""
        return f"{self.setting.key}={self.values.text().replace('…', '..')}"

    def axis(self) -> Axis | None:
        """Return the axis, or show what is wrong with its words."""
        try:
            found = parsed(self.words, self._project())
        except ConfigError as error:
            self.wrong.setText(str(error))
            self.wrong.show()
            return None
        self.wrong.hide()
        return found


class Picker(QComboBox):
    """A list of settings that is searched by typing; Enter takes the first that fits.

    Signals:
        picked: Key of the setting.
    """

    picked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setAccessibleName(tr("Add a setting"))
        self._finder = QCompleter(self.model(), self)
        self._finder.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._finder.setFilterMode(Qt.MatchFlag.MatchContains)
        self.setCompleter(self._finder)
        popup = self._finder.popup()
        if popup is not None:
            popup.setProperty("completer", True)
        field = self.lineEdit()
        if field is not None:
            field.returnPressed.connect(self._take_first)  # past the list of hits
        self.prompt("")
        self.activated.connect(self._on_activated)

    def prompt(self, layer: str) -> None:
        """Say what is offered first.

        Args:
            layer: That is selected on the canvas, or nothing.
        """
        words = tr("Add a setting: search, or click a layer")
        if layer:
            words = tr("Add a setting of {layer}, or search", layer=word(layer, 24))
        field = self.lineEdit()
        if field is not None:
            field.setPlaceholderText(words)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keep Enter from what is planned: it would start it."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            event.accept()
            self._take_first()
        else:
            super().keyPressEvent(event)

    def _take_first(self) -> None:
        """Take the first setting that fits what is typed."""
        words = self.currentText().strip()
        self._finder.setCompletionPrefix(words)
        if words and self._finder.completionCount():
            found = self._finder.currentCompletion()
            self._on_activated(self.findText(found, Qt.MatchFlag.MatchExactly))

    def _on_activated(self, index: int) -> None:
        key = self.itemData(index)
        popup = self._finder.popup()
        if popup is not None:
            popup.hide()
        self.setCurrentIndex(-1)
        self.clearEditText()
        if key:
            self.picked.emit(str(key))


class Axes(QWidget):
    """All rows, and a field that finds one more.

    Args:
        project: Returns the project that is open.

    Attributes:
        rows: In their order.

    Signals:
        changed: Settings or values are others.
    """

    changed = Signal()

    def __init__(self, project: Callable[[], Project]) -> None:
        super().__init__()
        self._project = project
        self._known: list[Setting] = []
        self.rows: list[AxisRow] = []
        self.picker = Picker()
        self.picker.picked.connect(self.add)
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(0)
        self._box.addWidget(self.picker)

    def show_settings(self, ids: Sequence[str] = (), scope: str = "") -> None:
        """Offer every setting of the project; those of some nodes first.

        Args:
            ids: Of the nodes that are selected on the canvas.
            scope: Their block, or nothing.
        """
        self._known = settings(self._project())
        first = of_nodes(self._known, ids, scope)
        keys = {each.key for each in first}
        self.picker.clear()
        for each in (*first, *(s for s in self._known if s.key not in keys)):
            self.picker.addItem(word(each.words, 80), each.key)
        self.picker.setCurrentIndex(-1)
        self.picker.clearEditText()
        named = first[0].words.rpartition(SEPARATOR)[0] if first else ""
        self.picker.prompt(named)

    def add(self, key: str) -> None:
        """Try one more setting; one that is tried already gets the keyboard."""
        row = next((r for r in self.rows if r.setting.key == key), None)
        if row is None:
            setting = next((s for s in self._known if s.key == key), None)
            if setting is None:
                return
            row = AxisRow(setting, self._project)
            row.changed.connect(self.changed)
            row.removed.connect(lambda: self._remove(row))
            self._box.insertWidget(len(self.rows), row)
            self.rows.append(row)
            self.changed.emit()
        row.values.setFocus()
        row.show_start()

    def axes(self) -> list[Axis] | None:
        """Return all of them; None while one is wrong."""
        found = [row.axis() for row in self.rows]
        whole = [axis for axis in found if axis is not None]
        return whole if len(whole) == len(found) else None

    def _remove(self, row: AxisRow) -> None:
        self.rows.remove(row)
        self._box.removeWidget(row)
        row.deleteLater()
        self.changed.emit()
