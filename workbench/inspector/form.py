"""A form generated from a table of parameters."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QToolButton, QWidget

from engine.i18n import tr
from engine.layers.spec import Param, Value
from workbench.inspector import fields
from workbench.inspector.fields import Field
from workbench.theme import icons
from workbench.theme.label import Label
from workbench.theme.line import Line
from workbench.theme.style import polish
from workbench.theme.text import escape
from workbench.theme.tokens import SPACE_S

LABEL_WIDTH = 96


@dataclass
class Row:
    """The widgets of one parameter."""

    param: Param
    field: Field
    reset: QToolButton
    error: Label
    label: Label


class Form(QWidget):
    """One row per parameter: label, field, reset; what is wrong stands beneath.

    Args:
        params: In the order of the form.
    """

    edited = Signal(str, object)  # name and Value of a param
    reset_wanted = Signal(str)

    def __init__(self, params: Iterable[Param], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: dict[str, Row] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(SPACE_S)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(1, 1)
        self._grid.setColumnMinimumWidth(0, LABEL_WIDTH)
        for param in params:
            self._add(param)

    def show_values(
        self, values: Mapping[str, Value], mixed: Iterable[str] = ()
    ) -> None:
        """Show values (complete) and which of them can be put back."""
        several = set(mixed)
        for name, row in self.rows.items():
            row.field.show_value(values[name], mixed=name in several)
            differs = values[name] != row.param.default or name in several
            row.reset.setVisible(differs)
            self._say(row, "")

    def hide_rows(self, names: Container[str]) -> None:
        """Leave out the settings that change nothing; all others are shown."""
        for name, row in self.rows.items():
            is_hidden = name in names
            policy = row.reset.sizePolicy()
            policy.setRetainSizeWhenHidden(not is_hidden)
            row.reset.setSizePolicy(policy)
            for widget in (row.label, row.field):
                widget.setHidden(is_hidden)

    def show_error(self, name: str, text: str) -> None:
        """Say beneath a field what is wrong with it."""
        self._say(self.rows[name], text)

    def _add(self, param: Param) -> None:
        line = len(self.rows) * 2
        field = fields.make(param)
        label = self._label(param, field)
        row = Row(param, field, self._reset(param), Label(), label)
        self.rows[param.name] = row
        top = Qt.AlignmentFlag.AlignTop
        self._grid.addWidget(row.label, line, 0, top)
        self._grid.addWidget(row.field, line, 1)
        self._grid.addWidget(row.reset, line, 2, top)
        polish(row.error, "role", "error")
        row.error.setWordWrap(True)
        row.error.setTextFormat(Qt.TextFormat.PlainText)
        row.error.hide()
        self._grid.addWidget(row.error, line + 1, 0, 1, 3)
        row.field.committed.connect(lambda value: self.edited.emit(param.name, value))
        row.field.refused.connect(lambda text: self.show_error(param.name, text))

    def _label(self, param: Param, field: Field) -> Label:
        label = Label(tr(param.label))
        label.setBuddy(field)
        label.setWordWrap(True)
        label.setMinimumHeight(28)
        policy = QSizePolicy.Policy.Preferred
        label.setSizePolicy(policy, QSizePolicy.Policy.Fixed)
        polish(label, "role", "secondary")
        tip = escape(tr(param.doc)) if param.doc else ""
        allowed = "" if param.kind == "bool" else escape(param.expectation())
        lines = "<br>".join(line for line in (tip, allowed) if line)
        for widget in (label, field):
            widget.setToolTip(f"<qt>{lines}</qt>")
        return label

    def _reset(self, param: Param) -> QToolButton:
        button = QToolButton()
        icons.bind(button, "reset", "fg3")
        polish(button, "small", value=True)
        button.setToolTip(tr("Back to the default"))
        button.setAccessibleName(tr("Reset {label}", label=tr(param.label)))
        policy = button.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        button.setSizePolicy(policy)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.clicked.connect(lambda: self.reset_wanted.emit(param.name))
        return button

    def _say(self, row: Row, text: str) -> None:
        row.error.setText(text)
        row.error.setVisible(bool(text))
        for edit in row.field.findChildren(Line):
            polish(edit, "error", bool(text))
