"""The column that is chosen: its figures, and what can be decided about it."""

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QVBoxLayout,
    QWidget,
)

from engine.i18n import tr
from engine.layers.spec import Params
from engine.protocol.data.surveys import ColumnFacts
from workbench.data import words
from workbench.data.training_fields import TrainingFields
from workbench.document.data import steps
from workbench.theme.figures import Figure, Figures
from workbench.theme.label import Label
from workbench.theme.style import polish
from workbench.theme.text import word
from workbench.theme.tokens import SPACE_L, SPACE_M, SPACE_S

_AUTO = ""


class ColumnBar(QFrame):
    """Below the table: what a column is, and how it is prepared.

    Signals:
        role_chosen: Column and role.
        kind_chosen: Column and kind.
        steps_changed: The steps of the document, and what was decided in words.
    """

    role_chosen = Signal(str, str)
    kind_chosen = Signal(str, str)
    steps_changed = Signal(object, str)

    def __init__(self) -> None:
        super().__init__()
        polish(self, "inset", value=True)
        self.facts: ColumnFacts | None = None
        self._params: Params = {}
        self.name, self.why, self.figures = Label(), Label(), Figures("bg2")
        self.role, self.kind = QComboBox(), QComboBox()
        self.scale, self.fill = QComboBox(), QComboBox()
        self.log, self.training = QCheckBox(tr("Logarithm")), TrainingFields()
        polish(self.name, "role", "dock")
        polish(self.why, "role", "secondary")
        self._fill_lists()
        self._lay_out()
        self.role.activated.connect(self._on_role)
        self.kind.activated.connect(self._on_kind)
        self.scale.activated.connect(self._on_scale)
        self.fill.activated.connect(self._on_fill)
        self.log.toggled.connect(self._on_log)
        self.training.steps_changed.connect(self.steps_changed)

    def _fill_lists(self) -> None:
        for name in words.ROLES:
            self.role.addItem(words.role(name), name)
            self.role.setItemData(
                self.role.count() - 1,
                words.role_help(name),
                Qt.ItemDataRole.ToolTipRole,
            )
        for name in words.KINDS:
            self.kind.addItem(words.kind(name), name)
        scales = {_AUTO: tr("as all"), "none": tr("as it is"),
                  "standardise": tr("standardise"), "min_max": "0…1"}  # fmt: skip
        fills = {_AUTO: tr("median"), "mean": tr("mean"), "zero": "0"}
        for box, known in ((self.scale, scales), (self.fill, fills)):
            for name, text in known.items():
                box.addItem(text, name)

    def _lay_out(self) -> None:
        box = QVBoxLayout(self)
        box.setContentsMargins(SPACE_M, SPACE_S, SPACE_M, SPACE_S)
        box.setSpacing(SPACE_S)
        head = QHBoxLayout()
        head.setSpacing(SPACE_L)
        head.addWidget(self.name)
        head.addWidget(self.why)
        head.addWidget(self.figures, 1)
        box.addLayout(head)
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        self._fields: dict[str, tuple[Label, QWidget]] = {}
        fields: tuple[tuple[str, str, QWidget], ...] = (
            ("role", tr("Role"), self.role),
            ("kind", tr("Read as"), self.kind),
            ("scale", tr("Scale"), self.scale),
            ("fill", tr("Gaps"), self.fill),
        )
        for name, text, field in fields:
            label = Label(text)
            polish(label, "role", "secondary")
            field.setAccessibleName(text)
            row.addWidget(label)
            row.addWidget(field)
            row.addSpacing(SPACE_S)
            self._fields[name] = (label, field)
        row.addWidget(self.log)
        row.addWidget(self.training)
        row.addStretch(1)
        box.addLayout(row)

    def show_column(self, facts: ColumnFacts | None, params: Params) -> None:
        """Show a column; nothing is shown for None."""
        self.facts, self._params = facts, params
        self.setVisible(facts is not None)
        if facts is None:
            return
        self.name.setText(word(facts.name))
        self.why.setText(tr("guessed: {why}", why=facts.why) if facts.why else "")
        self.why.setVisible(bool(facts.why))
        self.figures.say(_figures(facts))
        self._show_values(facts)
        self.training.show_column(facts, params)

    def _show_values(self, facts: ColumnFacts) -> None:
        is_own = "columns" in self._params
        for box, value in (
            (self.role, facts.role),
            (self.kind, facts.kind),
            (self.scale, steps.scale(self._params, facts.name)),
            (self.fill, steps.fill(self._params, facts.name)),
        ):
            with QSignalBlocker(box):
                box.setCurrentIndex(max(0, box.findData(value)))
        with QSignalBlocker(self.log):
            self.log.setChecked(steps.has_log(self._params, facts.name))
        is_feature = is_own and facts.role == "input" and not facts.shape
        is_number = is_feature and facts.kind in {"number", "date"}
        self.role.setEnabled(is_own)
        self._show("kind", is_own and facts.kind in words.KINDS and not facts.shape)
        self._show("scale", is_number)
        self._show("fill", is_number and facts.missing > 0)
        self.log.setVisible(is_number and facts.kind == "number")

    def _show(self, name: str, on: bool) -> None:
        for widget in self._fields[name]:
            widget.setVisible(on)

    def _on_role(self, _index: int) -> None:
        if self.facts is not None:
            self.role_chosen.emit(self.facts.name, str(self.role.currentData()))

    def _on_kind(self, _index: int) -> None:
        if self.facts is not None:
            self.kind_chosen.emit(self.facts.name, str(self.kind.currentData()))

    def _on_scale(self, _index: int) -> None:
        if self.facts is not None:
            name, wanted = self.facts.name, str(self.scale.currentData())
            made = steps.with_scale(self._params, name, wanted)
            self.steps_changed.emit(made, tr("Scale {name}", name=word(name)))

    def _on_fill(self, _index: int) -> None:
        if self.facts is not None:
            name, wanted = self.facts.name, str(self.fill.currentData())
            made = steps.with_fill(self._params, name, wanted)
            self.steps_changed.emit(made, tr("Fill gaps of {name}", name=word(name)))

    def _on_log(self, on: bool) -> None:
        if self.facts is not None:
            name = self.facts.name
            made = steps.with_log(self._params, name, on=on)
            self.steps_changed.emit(made, tr("Logarithm of {name}", name=word(name)))


def _figures(facts: ColumnFacts) -> list[Figure]:
    found = []
    if facts.mean is not None and facts.kind == "number":
        found.append(Figure(tr("mean"), words.number(facts.mean)))
    if facts.deviation is not None and facts.kind == "number":
        found.append(Figure(tr("sd"), words.number(facts.deviation)))
    if not facts.shape:
        tint = "warn" if facts.missing else "fg"
        found.append(Figure(tr("gaps"), f"{facts.missing:,}", tint))
    if facts.distinct >= 0:
        found.append(Figure(tr("distinct"), f"{facts.distinct:,}"))
    if facts.kind == "number" and not facts.shape:
        found.append(Figure(tr("beyond 3 sd"), f"{facts.beyond:,}"))
    if facts.link is not None and facts.role == "input":
        link = f"{facts.link:+.2f}".replace("-", "−")
        found.append(Figure(tr("with the target"), link))
    return found
