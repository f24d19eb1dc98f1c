"""A form generated from a table of parameters."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QWidget

from engine.i18n import tr
from engine.layers.spec import Param, Value
from workbench.inspector import fields, values
from workbench.inspector.fields import Field
from workbench.inspector.parts.changed_bar import ChangedBar
from workbench.inspector.parts.legend import Dot
from workbench.theme.label import Label
from workbench.theme.line import Line
from workbench.theme.style import polish
from workbench.theme.text import escape
from workbench.theme.tokens import SPACE_S

LABEL_WIDTH, FIELD_PX = 112, 30


@dataclass
class Row:
    """The widgets of one parameter."""

    param: Param
    field: Field
    reset: ChangedBar
    error: Label
    label: Label
    head: QWidget


class Form(QWidget):
    """One row per parameter: label and field; what is wrong stands beneath.

    A field that differs from its default has a bar, which puts it back. A dot beside
    a label says that the setting counts at once.

    Args:
        params: In the order of the form.
        live: Names of those that count at once.
    """

    edited = Signal(str, object)  # name and Value of a param
    reset_wanted = Signal(str)

    def __init__(self, params: Iterable[Param], live: Container[str] = ()) -> None:
        super().__init__()
        self._live = live
        self.rows: dict[str, Row] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(SPACE_S)
        self._grid.setVerticalSpacing(SPACE_S)
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
            for widget in (row.head, row.field):
                widget.setHidden(is_hidden)

    def show_error(self, name: str, text: str) -> None:
        """Say beneath a field what is wrong with it."""
        self._say(self.rows[name], text)

    def _add(self, param: Param) -> None:
        line = len(self.rows) * 2
        field = fields.make(param)
        label = self._label(param, field)
        head = self._head(label, is_live=param.name in self._live)
        row = Row(param, field, self._reset(param, field), Label(), label, head)
        self.rows[param.name] = row
        top = Qt.AlignmentFlag.AlignTop
        self._grid.addWidget(row.head, line, 0, top)
        self._grid.addWidget(row.field, line, 1)
        polish(row.error, "role", "error")
        row.error.setWordWrap(True)
        row.error.setTextFormat(Qt.TextFormat.PlainText)
        row.error.hide()
        self._grid.addWidget(row.error, line + 1, 0, 1, 2)
        row.field.committed.connect(lambda value: self.edited.emit(param.name, value))
        row.field.refused.connect(lambda text: self.show_error(param.name, text))

    def _label(self, param: Param, field: Field) -> Label:
        label = Label(tr(param.label))
        label.setBuddy(field)
        label.setWordWrap(True)
        label.setMinimumHeight(FIELD_PX)
        polish(label, "role", "secondary")
        tip = escape(tr(param.doc)) if param.doc else ""
        allowed = "" if param.kind == "bool" else escape(param.expectation())
        lines = "<br>".join(line for line in (tip, allowed) if line)
        for widget in (label, field):
            widget.setToolTip(f"<qt>{lines}</qt>")
        return label

    def _head(self, label: Label, *, is_live: bool) -> QWidget:
        """Return a label of the width of all, with its dot."""
        head = QWidget()
        head.setFixedWidth(LABEL_WIDTH)
        row = QHBoxLayout(head)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_S - 2)
        row.addWidget(label, 0 if is_live else 1)
        if is_live:
            policy = QSizePolicy.Policy
            label.setWordWrap(False)
            label.setSizePolicy(policy.Maximum, policy.Preferred)
            row.addWidget(Dot())
            row.addStretch(1)
        return head

    def _reset(self, param: Param, field: Field) -> ChangedBar:
        bar = ChangedBar(field, field.focusProxy() or field)
        words = tr("Changed; a click puts it back")
        if param.kind != "bool":
            default = values.to_text(param, param.default) or tr(param.unset)
            words = tr("Changed; a click puts it back to {value}", value=default)
        bar.setToolTip(words)
        bar.setAccessibleName(tr("Reset {label}", label=tr(param.label)))
        bar.clicked.connect(lambda: self.reset_wanted.emit(param.name))
        return bar

    def _say(self, row: Row, text: str) -> None:
        row.error.setText(text)
        row.error.setVisible(bool(text))
        for edit in row.field.findChildren(Line):
            polish(edit, "error", bool(text))
