"""One of several options (an optimizer, a schedule) with its own parameters."""

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from engine.graph.options import Option
from engine.graph.settings import Choice
from engine.i18n import tr
from engine.layers.spec import Param, Value
from workbench.inspector.fields import ChoiceField
from workbench.inspector.form import Form
from workbench.inspector.section import Section
from workbench.theme.text import escape
from workbench.theme.tokens import SPACE_S


class OptionForm(QWidget):
    """A list of options and the form of the chosen one.

    Args:
        title: Label of the list.
        table: The options by id.
        main: Names of the params that always show; None shows all.
        live: Names of those that count at once.
    """

    chosen = Signal(object)  # Choice

    def __init__(
        self,
        title: str,
        table: Mapping[str, Option],
        main: tuple[str, ...] | None,
        live: tuple[str, ...] = (),
    ) -> None:
        super().__init__()
        self._table, self._main, self._live = table, main, live
        self._choice = Choice(next(iter(table)))
        self._shown_type = ""
        kind = Param("type", "choice", self._choice.type, title, choices=tuple(table))
        self.kind = Form([kind])
        self._name_options()
        self.kind.edited.connect(self._on_kind)
        self.form, self.extra = Form(()), Form(())
        self._more = Section(tr("More"), is_open=False)
        self._more.box.addWidget(self.extra)
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(SPACE_S)
        for widget in (self.kind, self.form, self._more):
            self._box.addWidget(widget)

    def _name_options(self) -> None:
        field = self.kind.rows["type"].field
        self.kind.rows["type"].reset.hide()
        if isinstance(field, ChoiceField):
            for index, option in enumerate(self._table.values()):
                field.combo.setItemText(index, tr(option.title))

    def show_choice(self, choice: Choice) -> None:
        """Show an option and its values."""
        self._choice = choice
        option = self._table[choice.type]
        if choice.type != self._shown_type:
            self._shown_type = choice.type
            self._rebuild(option)
        values = choice.complete(self._table)
        self.kind.show_values({"type": choice.type})
        self.kind.rows["type"].reset.hide()
        tip = "<br>".join(escape(t) for t in (tr(option.help), option.formula) if t)
        self.kind.rows["type"].field.setToolTip(f"<qt>{tip}</qt>")
        self.form.show_values(values)
        self.extra.show_values(values)

    def _rebuild(self, option: Option) -> None:
        main = [p for p in option.params if self._main is None or p.name in self._main]
        extra = [param for param in option.params if param not in main]
        self.form = self._swapped(self._box, self.form, main)
        self.extra = self._swapped(self._more.box, self.extra, extra)
        self._more.setVisible(bool(extra))

    def _swapped(self, box: QVBoxLayout, old: Form, params: list[Param]) -> Form:
        form = Form(params, live=self._live)
        form.edited.connect(self._on_edited)
        form.reset_wanted.connect(self._on_reset)
        box.replaceWidget(old, form)
        form.show()
        old.hide()
        old.deleteLater()
        return form

    def _on_kind(self, _name: str, type_id: str) -> None:
        if type_id != self._choice.type:
            known = {param.name for param in self._table[type_id].params}
            kept = {k: v for k, v in self._choice.params.items() if k in known}
            kept.pop("lr", None)
            self.chosen.emit(Choice(type_id, kept))

    def _on_edited(self, name: str, value: Value) -> None:
        self.chosen.emit(
            Choice(self._choice.type, {**self._choice.params, name: value})
        )

    def _on_reset(self, name: str) -> None:
        rest = {k: v for k, v in self._choice.params.items() if k != name}
        self.chosen.emit(Choice(self._choice.type, rest))
