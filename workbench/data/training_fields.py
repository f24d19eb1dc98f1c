"""What training alone does with a column: rare classes made up for, inputs varied."""

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QWidget

from engine.i18n import tr
from engine.layers.spec import Params, Value
from engine.plain import percent
from engine.protocol.data.surveys import ColumnFacts
from workbench.document.data import steps
from workbench.theme.label import Label
from workbench.theme.style import polish
from workbench.theme.text import word
from workbench.theme.tokens import SPACE_S

_VARIED = {"image": ("flip", "shift", "crop", "noise"), "signal": ("shift", "noise")}
_MIX = "mix_up"
_SIZES: dict[str, tuple[Value, ...]] = {
    _MIX: (0.1, 0.2, 0.4, 1.0),
    "shift": (1, 2, 4, 8),
    "crop": (0.9, 0.8, 0.6),
    "noise": (0.02, 0.05, 0.1, 0.2),
}


class TrainingFields(QWidget):
    """Fields for the chosen column; those that don't fit it are hidden.

    Signals:
        steps_changed: The steps of the document, and what was decided in words.
    """

    steps_changed = Signal(object, str)

    def __init__(self) -> None:
        super().__init__()
        self._name = ""
        self._params: Params = {}
        self.balance, self.flip = QComboBox(), QCheckBox(tr("Flip"))
        self.sizes = {step: QComboBox() for step in _SIZES}
        self._labels: dict[str, Label] = {}
        self.flip.setToolTip(
            tr("Mirror every second image.") + " " + tr("In training alone.")
        )
        for value, text in (
            ("", tr("as they are")),
            ("class_weights", tr("weigh more in the loss")),
            ("oversample", tr("are drawn more often")),
        ):
            self.balance.addItem(text, value)
        self._lay_out()
        self.balance.activated.connect(self._on_balance)
        self.flip.toggled.connect(lambda on: self._vary("flip", int(on)))

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_S)
        self._add(row, "balance", tr("Rare classes"), self.balance)
        row.addWidget(self.flip)
        mixed = tr("Mix samples in pairs, their answers by the same shares.")
        words = {
            _MIX: (tr("Mix-up"), mixed),
            "shift": (tr("Shift"), tr("Move by up to so many pixels or moments.")),
            "crop": (tr("Crop"), tr("Enlarge a window of at least this share.")),
            "noise": (tr("Noise"), tr("Add noise of this deviation, after scaling.")),
        }
        for step, box in self.sizes.items():
            text, help_ = words[step]
            box.setToolTip(help_ + " " + tr("In training alone."))
            self._add(row, step, text, box)
            box.activated.connect(
                lambda _index, step=step, box=box: self._vary(step, box.currentData())
            )

    def _add(self, row: QHBoxLayout, name: str, text: str, field: QWidget) -> None:
        label = self._labels[name] = Label(text)
        polish(label, "role", "secondary")
        field.setAccessibleName(text)
        row.addWidget(label)
        row.addWidget(field)
        row.addSpacing(SPACE_S)

    def show_column(self, facts: ColumnFacts, params: Params) -> None:
        """Show what is done with a column of a source."""
        self._name, self._params = facts.name, params
        is_own = "columns" in params
        has_classes = facts.role == "target" and facts.kind == "category"
        self._show("balance", self.balance, on=is_own and has_classes)
        with QSignalBlocker(self.balance):
            found = self.balance.findData(steps.balance(params, facts.name))
            self.balance.setCurrentIndex(max(0, found))
        known = _VARIED.get(facts.kind, ()) if facts.role == "input" else ()
        known = (_MIX,) if facts.role == "target" else known
        ways = known if is_own else ()
        self.flip.setVisible("flip" in ways)
        with QSignalBlocker(self.flip):
            self.flip.setChecked(bool(steps.variation(params, facts.name, "flip")))
        for step, box in self.sizes.items():
            self._show(step, box, on=step in ways)
            with QSignalBlocker(box):
                _fill(box, step, steps.variation(params, facts.name, step))

    def _show(self, name: str, field: QWidget, *, on: bool) -> None:
        self._labels[name].setVisible(on)
        field.setVisible(on)

    def _on_balance(self, _index: int) -> None:
        wanted = str(self.balance.currentData())
        made = steps.with_balance(self._params, self._name, wanted)
        words = tr("Rare classes of {name}", name=word(self._name))
        self.steps_changed.emit(made, words)

    def _vary(self, step: str, size: Value) -> None:
        made = steps.with_variation(self._params, self._name, step, size)
        self.steps_changed.emit(made, tr("Vary {name}", name=word(self._name)))


def _fill(box: QComboBox, step: str, value: Value) -> None:
    """Offer the usual settings, and one that a document has besides."""
    box.clear()
    box.addItem(tr("off"), 0)
    sizes = _SIZES[step]
    more = (value,) if value and value not in sizes else ()
    for size in (*sizes, *more):
        box.addItem(_words(step, size), size)
    box.setCurrentIndex(max(0, box.findData(value)))


def _words(step: str, size: Value) -> str:
    if step == "crop" and isinstance(size, int | float):
        return f"≥ {percent(size)}"
    return f"α = {size:g}" if step == _MIX else f"±{size}"
