"""The settings of a view that are worth changing while one looks at it."""

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QDoubleSpinBox,
    QHBoxLayout,
    QLineEdit,
    QSizePolicy,
    QSpinBox,
    QToolButton,
    QWidget,
)

from engine.i18n import tr
from engine.layers import registry
from engine.layers.spec import Param, Value
from workbench.plots.parts import style
from workbench.theme import icons
from workbench.theme.label import Label
from workbench.theme.line import Line

CONTROLS: dict[str, tuple[str, ...]] = {
    "text_sample": ("prompt", "temperature", "top_k", "seed"),
    "denoising_chain": ("sampling_steps", "seed"),
    "latent_map": ("extent",),
}
"""Names of the params that stand above a view, by its kind."""
_Policy = QSizePolicy.Policy
Field = QLineEdit | QDoubleSpinBox | QSpinBox
_MOST = 1_000_000_000
_STEP = 0.1
_NUMBER_PX, _PROMPT_PX, _GAP, _REST_PX = 64, 90, 6, 46


class Controls(QWidget):
    """A row of small fields.

    Args:
        kind: Of the view.
    """

    edited = Signal(str, object)  # name and value of a setting

    def __init__(self, kind: str) -> None:
        super().__init__()
        spec = registry.get(kind)
        params = [spec.param(name) for name in CONTROLS[kind]]
        self._shown: dict[str, Value] = {}
        self._cells: list[QBoxLayout] = []
        self._labels: list[Label] = []
        self.fields: dict[str, Field] = {}
        self.setSizePolicy(_Policy.Preferred, _Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 0, 8, 6)
        row.setSpacing(_GAP)
        for param in params:
            if param is not None:
                self._add(row, param)
        if "prompt" not in self.fields:
            row.addStretch(1)
        if "seed" in self.fields:
            row.addWidget(self._again_button(), 0, Qt.AlignmentFlag.AlignBottom)

    def _add(self, row: QHBoxLayout, param: Param) -> None:
        field = self._field(param)
        field.setAccessibleName(tr(param.label))
        field.setToolTip(f"{tr(param.label)}: {tr(param.doc)}")
        self.fields[param.name] = field
        label = Label(tr(param.label))
        label.setProperty("role", "secondary")
        label.setFont(style.tick_font())
        label.setBuddy(field)
        cell = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        cell.addWidget(label)
        cell.addWidget(field, 1)
        self._cells.append(cell)
        self._labels.append(label)
        if isinstance(field, QLineEdit):
            field.setMinimumWidth(_PROMPT_PX)
            field.setSizePolicy(_Policy.Expanding, _Policy.Expanding)
            row.addLayout(cell, 1)
        else:
            row.addLayout(cell)

    def _field(self, param: Param) -> Field:
        if param.kind == "text":
            edit = Line()
            edit.editingFinished.connect(lambda: self._tell(param, edit.text()))
            return edit
        box: QDoubleSpinBox | QSpinBox
        if param.kind == "float":
            box = QDoubleSpinBox(decimals=2, singleStep=_STEP)
            box.setRange(0.01, 1000.0)
        else:
            box = QSpinBox()
            least = int(param.min or 0)
            most = int(param.max or _MOST)
            box.setRange(least - 1 if param.optional else least, most)
            box.setSpecialValueText(tr(param.unset) if param.optional else "")
        box.setLineEdit(Line())
        box.setKeyboardTracking(False)
        box.setFixedWidth(_NUMBER_PX)
        box.setAlignment(Qt.AlignmentFlag.AlignRight)
        box.valueChanged.connect(lambda value: self._tell(param, value))
        return box

    def _again_button(self) -> QToolButton:
        self.again = QToolButton()
        self.again.setProperty("small", True)
        icons.bind(self.again, "reset", "fg2")
        words = tr("Draw again, with the next seed")
        self.again.setToolTip(words)
        self.again.setAccessibleName(words)
        seed = self.fields["seed"]
        assert isinstance(seed, QSpinBox)
        self.again.clicked.connect(seed.stepUp)
        return self.again

    def _tell(self, param: Param, value: Value) -> None:
        if param.optional and isinstance(value, int) and value < int(param.min or 0):
            value = None
        if value != self._shown.get(param.name):
            self._shown[param.name] = value
            self.edited.emit(param.name, value)

    def minimumSizeHint(self) -> QSize:
        """Return the room with every label above its field."""
        pairs = zip(self._labels, self.fields.values(), strict=True)
        each = [
            max(label.sizeHint().width(), field.minimumWidth())
            for label, field in pairs
        ]
        width = sum(each) + _GAP * len(each) + _REST_PX
        return QSize(width, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the labels beside their fields, or above where that is too wide."""
        super().resizeEvent(event)
        labels = [label.sizeHint().width() + _GAP for label in self._labels]
        wide = self.minimumSizeHint().width() + sum(labels)
        direction = QBoxLayout.Direction
        is_wide = wide <= self.width()
        for cell in self._cells:
            cell.setDirection(
                direction.LeftToRight if is_wide else direction.TopToBottom
            )
            cell.setSpacing(_GAP if is_wide else 0)

    def show_params(self, params: dict[str, Value]) -> None:
        """Show settings without telling them."""
        self._shown = dict(params)
        for name, field in self.fields.items():
            with QSignalBlocker(field):
                _show(field, params.get(name))


def _show(field: Field, value: Value) -> None:
    if isinstance(field, QLineEdit):
        if field.text() != value:
            field.setText(str(value or ""))
        return
    number = value if isinstance(value, int | float) else field.minimum()
    if isinstance(field, QSpinBox):
        field.setValue(int(number))
    else:
        field.setValue(number)
