"""One widget per kind of parameter. Each tells a checked value when editing ends."""

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from engine.errors import ConfigError
from engine.i18n import tr
from engine.layers.datasets.catalogue import DATASETS
from engine.layers.datasets.spec import OWN
from engine.layers.spec import Param, Value
from workbench.inspector import values
from workbench.inspector.parts.ticks import Ticks
from workbench.inspector.parts.unit_line import UnitLine
from workbench.theme import icons
from workbench.theme.label import Label
from workbench.theme.line import Line
from workbench.theme.style import polish

MIXED = "—"
_SLIDER_STEPS = 280
_SLIDER_PX = 16
_LEAST_LETTERS, _LEAST_PX = 4, 30
"""Of a choice, whose list shows longer ones whole; of one of several numbers."""


class Field(QWidget):
    """Base of all fields.

    Args:
        param: What is edited.
    """

    committed = Signal(object)  # Value
    refused = Signal(str)

    def __init__(self, param: Param, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.param = param
        self.box = QVBoxLayout(self)
        self.box.setContentsMargins(0, 0, 0, 0)
        self.box.setSpacing(4)

    def show_value(self, value: Value, *, mixed: bool = False) -> None:
        """Show a value without telling it; `mixed` means several differ."""
        raise NotImplementedError

    def take(self, text: str) -> None:
        """Tell the value that `text` means, or why it is refused."""
        try:
            value = values.from_text(self.param, text)
        except ConfigError as error:
            expected = tr("Expected {expected}", expected=error.expected)
            self.refused.emit(expected)
            return
        self.committed.emit(value)


class TextField(Field):
    """Numbers, lists and text: what is typed counts when editing ends."""

    def __init__(self, param: Param, parent: QWidget | None = None) -> None:
        super().__init__(param, parent)
        self.value: Value = param.default
        self.edit = UnitLine()
        polish(self.edit, "field", value=True)
        self.edit.setAccessibleName(tr(param.label))
        self.edit.editingFinished.connect(self._on_finished)
        self.edit.installEventFilter(self)
        self.setFocusProxy(self.edit)
        self.box.addWidget(self.edit)
        self.edit.show_unit(tr(param.unit) if param.unit else "")
        self._shown = ""

    def show_value(self, value: Value, *, mixed: bool = False) -> None:
        """Show a value; what an empty or a mixed field means as the placeholder."""
        self.value = value
        self._shown = "" if mixed else values.to_text(self.param, value)
        may_be_empty = self.param.optional or self.param.default == ()
        auto = tr(self.param.unset) if may_be_empty else ""
        self.edit.setPlaceholderText(MIXED if mixed else auto)
        self.edit.setText(self._shown)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the arrow keys step numbers and Escape take the text back."""
        if isinstance(event, QKeyEvent) and self._undoes_refused(event):
            if event.type() == QEvent.Type.KeyPress:
                self._take_back()
            event.accept()
            return True
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            steps = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}
            if event.key() in steps and self.param.kind in {"int", "float"}:
                return self._step(steps[Qt.Key(event.key())])
            if event.key() == Qt.Key.Key_Escape:
                self._take_back()
        return super().eventFilter(watched, event)

    def _undoes_refused(self, event: QKeyEvent) -> bool:
        """Return whether undo is about what was refused: the document has no step."""
        is_refused = bool(self.edit.property("error"))
        return is_refused and event.matches(QKeySequence.StandardKey.Undo)

    def _take_back(self) -> None:
        """Show the value that counts, and no longer what was wrong."""
        self.edit.setText(self._shown)
        self.refused.emit("")

    def _step(self, direction: int) -> bool:
        moved = values.stepped(self.param, self.value, direction)
        if moved is not None and moved != self.value:
            self.committed.emit(moved)
        return True

    def _on_finished(self) -> None:
        if self.edit.text() != self._shown:
            self.take(self.edit.text())


class LogField(TextField):
    """A number with a logarithmic slider beneath; dragging is one step."""

    def __init__(self, param: Param, parent: QWidget | None = None) -> None:
        super().__init__(param, parent)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, _SLIDER_STEPS)
        self.slider.setFixedHeight(_SLIDER_PX)
        self.slider.setAccessibleName(tr(param.label))
        self.slider.valueChanged.connect(self._on_moved)
        self.slider.sliderReleased.connect(self._on_released)
        self.box.addWidget(self.slider)
        self.box.addWidget(Ticks(param))

    def show_value(self, value: Value, *, mixed: bool = False) -> None:
        """Show a value in both."""
        super().show_value(value, mixed=mixed)
        if not self.slider.isSliderDown():
            with QSignalBlocker(self.slider):
                share = values.to_slider(self.param, value)
                self.slider.setValue(round(share * _SLIDER_STEPS))

    def _on_moved(self, position: int) -> None:
        value = values.from_slider(self.param, position / _SLIDER_STEPS)
        self.edit.setText(values.to_text(self.param, value))
        if not self.slider.isSliderDown():
            self._on_finished()

    def _on_released(self) -> None:
        self._on_finished()


class ChoiceField(Field):
    """One of several words."""

    def __init__(self, param: Param, parent: QWidget | None = None) -> None:
        super().__init__(param, parent)
        self.combo = QComboBox()
        policy = QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        self.combo.setSizeAdjustPolicy(policy)  # long words never widen the form
        self.combo.setMinimumContentsLength(_LEAST_LETTERS)
        polish(self.combo, "field", value=True)
        self.combo.setAccessibleName(tr(param.label))
        for choice in param.choices:
            is_data = param.name == "source" and choice in DATASETS
            words = DATASETS[choice].title if is_data else choice
            if param.name == "source" and choice == OWN:
                words = "From a file…"
            self.combo.addItem(tr(words), choice)
        if param.optional:
            self.combo.insertItem(0, tr(param.unset), None)
        self.combo.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.combo.activated.connect(self._on_activated)
        self.setFocusProxy(self.combo)
        self.box.addWidget(self.combo)

    def show_value(self, value: Value, *, mixed: bool = False) -> None:
        """Choose the value in the list, nothing for a mixed one."""
        self.combo.setPlaceholderText(MIXED)
        self.combo.setCurrentIndex(-1 if mixed else self.combo.findData(value))

    def _on_activated(self, index: int) -> None:
        self.committed.emit(self.combo.itemData(index))


class BoolField(Field):
    """A box to tick."""

    def __init__(self, param: Param, parent: QWidget | None = None) -> None:
        super().__init__(param, parent)
        self.check = QCheckBox()
        polish(self.check, "field", value=True)
        self.check.setAccessibleName(tr(param.label))
        self.check.clicked.connect(self._on_clicked)
        self.setFocusProxy(self.check)
        self.box.addWidget(self.check)

    def show_value(self, value: Value, *, mixed: bool = False) -> None:
        """Tick the box, or show it half ticked."""
        state = Qt.CheckState.Checked if value else Qt.CheckState.Unchecked
        self.check.setCheckState(Qt.CheckState.PartiallyChecked if mixed else state)

    def _on_clicked(self) -> None:
        self.check.setTristate(False)
        self.committed.emit(self.check.isChecked())


class SizeField(Field):
    """One number per dimension, linked until they shall differ."""

    def __init__(self, param: Param, parent: QWidget | None = None) -> None:
        super().__init__(param, parent)
        self.edits = [Line() for _ in range(param.dims)]
        self.link = QToolButton()
        self.link.setCheckable(True)
        polish(self.link, "small", value=True)
        self.link.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.link.setToolTip(tr("The same for every dimension"))
        self.link.clicked.connect(self._on_link)
        self._shown: list[str] = []
        self.box.addLayout(self._row())
        self.setFocusProxy(self.edits[0])

    def _row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(4)
        for index, edit in enumerate(self.edits):
            if index:
                row.addWidget(Label("×"))
            name = tr("{label}, dimension {n}", label=tr(self.param.label), n=index + 1)
            edit.setAccessibleName(name)
            edit.editingFinished.connect(self._on_finished)
            edit.setMinimumWidth(_LEAST_PX)
            polish(edit, "slim", value=True)
            polish(edit, "field", value=True)
            row.addWidget(edit, 1)
        row.addWidget(self.link)
        return row

    def show_value(self, value: Value, *, mixed: bool = False) -> None:
        """Show one number everywhere, or one for each dimension."""
        is_pair = isinstance(value, tuple)
        items = value if isinstance(value, tuple) else (value,) * len(self.edits)
        empty = mixed or value is None
        self._shown = ["" if empty else str(item) for item in items]
        for edit, text in zip(self.edits, self._shown, strict=False):
            edit.setPlaceholderText(MIXED if mixed else tr(self.param.unset))
            edit.setText(text)
        self.link.setChecked(not is_pair)
        icons.bind(self.link, "unlink" if is_pair else "link", "fg3")

    def _on_link(self) -> None:
        icons.bind(self.link, "link" if self.link.isChecked() else "unlink", "fg3")
        if self.link.isChecked():
            self.take(self.edits[0].text())

    def _on_finished(self) -> None:
        texts = [edit.text() for edit in self.edits]
        if texts == self._shown:
            return
        if self.link.isChecked():
            changed = [
                t for t, old in zip(texts, self._shown, strict=False) if t != old
            ]
            self.take(changed[0])
        else:
            self.take(" ".join(texts))


def make(param: Param) -> Field:
    """Return the field for a parameter."""
    if param.kind == "bool":
        return BoolField(param)
    if param.kind == "choice":
        return ChoiceField(param)
    if param.kind == "size" and param.dims > 1:
        return SizeField(param)
    if param.kind == "float" and param.log:
        return LogField(param)
    return TextField(param)
