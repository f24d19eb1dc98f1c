"""What is tried: a row for each setting, with its values as words."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
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
        self.picker = QComboBox()
        self.picker.setEditable(True)
        self.picker.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.picker.setAccessibleName(tr("Add a setting"))
        field, finder = self.picker.lineEdit(), QCompleter(self.picker.model(), self)
        finder.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        finder.setFilterMode(Qt.MatchFlag.MatchContains)
        self.picker.setCompleter(finder)
        if field is not None:
            field.setPlaceholderText(tr("Add a setting: search, or click a layer"))
        self.picker.activated.connect(self._on_picked)
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
        row.values.selectAll()

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

    def _on_picked(self, index: int) -> None:
        key = self.picker.itemData(index)
        self.picker.setCurrentIndex(-1)
        self.picker.clearEditText()
        if key:
            self.add(str(key))
