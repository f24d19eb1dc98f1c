"""What a model by others is, how it is to be trained, and what that takes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QFormLayout,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from engine.i18n import tr
from workbench.dialogs.base import Dialog
from workbench.theme import text
from workbench.theme.label import Label, beside
from workbench.theme.line import WholeNumber
from workbench.theme.style import polish
from workbench.theme.tokens import SPACE_L, SPACE_M, SPACE_S

_WIDTH_PX, _HEIGHT_PX = 680, 560
_WAIT_MS = 250
_COLUMNS = 4
_FULL = 0.9
_TITLES = {"query": "Query", "key": "Key", "value": "Value", "output": "Output",
           "gate": "Gate", "wide": "Up", "narrow": "Down"}  # fmt: skip
_USUAL = ("query", "value")


class PretrainedDialog(Dialog):
    """Asks the engine again whenever a choice has changed.

    Args:
        name: Of the file.
        parent: The window.
    """

    topic = "start/pretrained"
    asked = Signal(object)  # a plan, as JSON values
    accepted_project = Signal(str)  # a document's text

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(tr("Open a pretrained model"), parent)
        self.resize(_WIDTH_PX, _HEIGHT_PX)
        self._number, self._text, self._project = 0, "", ""
        self.name = self.add_text(text.word(name, 60), "title")
        self.about = self.add_text(tr("The file is being read…"), "secondary")
        self.plan = QWidget()
        self.box.addSpacing(SPACE_S)
        self.box.addWidget(self.plan)
        self._lay_out()
        self.plan.setEnabled(False)
        self.box.addStretch(1)
        self.forecast = self.add_text("", "text")
        self.note = self.add_text("", "secondary")
        self.add_button(tr("Cancel")).clicked.connect(self.reject)
        self.put = self.add_button(tr("Put on the canvas"), accent=True)
        self.put.setEnabled(False)
        self.put.clicked.connect(self._on_put)
        self._soon = QTimer(self, singleShot=True, interval=_WAIT_MS)
        self._soon.timeout.connect(self._ask)

    def _lay_out(self) -> None:
        box = QVBoxLayout(self.plan)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(SPACE_S)
        self.tune = QRadioButton(tr("Fine-tune with LoRA: the model stays, small "
                                    "corrections are trained"))  # fmt: skip
        self.free = QRadioButton(tr("As it is: try it, or train all of its weights"))
        self.tune.setChecked(True)
        box.addWidget(self.tune)
        self.lora = self._lora()
        box.addWidget(self.lora)
        box.addWidget(self.free)
        box.addSpacing(SPACE_M)
        box.addLayout(self._data())
        self.tune.toggled.connect(self._on_way)

    def _lora(self) -> QWidget:
        inner = QWidget()
        form = QFormLayout(inner)
        form.setContentsMargins(SPACE_L + SPACE_S, 0, 0, SPACE_S)
        form.setHorizontalSpacing(SPACE_M)
        form.setVerticalSpacing(SPACE_S)
        self.rank = self._number_field(1, 256, 8, tr("Rank"))
        self.alpha = self._number_field(1, 1024, 16, tr("Alpha"))
        form.addRow(beside(tr("Rank")), self.rank)
        form.addRow(beside(tr("Alpha")), self.alpha)
        grid = QGridLayout()
        grid.setHorizontalSpacing(SPACE_M)
        grid.setVerticalSpacing(SPACE_S)
        self.targets: dict[str, QCheckBox] = {}
        for number, (name, title) in enumerate(_TITLES.items()):
            check = QCheckBox(tr(title))
            check.setChecked(name in _USUAL)
            check.toggled.connect(self._on_changed)
            self.targets[name] = check
            grid.addWidget(check, number // _COLUMNS, number % _COLUMNS)
        form.addRow(Label(tr("Layers")), grid)
        return inner

    def _number_field(self, low: int, high: int, value: int, name: str) -> WholeNumber:
        field = WholeNumber()
        field.setRange(low, high)
        field.setValue(value)
        field.setFixedWidth(96)
        field.setAccessibleName(name)
        field.valueChanged.connect(self._on_changed)
        return field

    def _data(self) -> QFormLayout:
        form = QFormLayout()
        form.setHorizontalSpacing(SPACE_M)
        form.setVerticalSpacing(SPACE_S)
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        self.file = Label(tr("Python help, for a start"))
        self.choose = QPushButton(tr("Your own text…"))
        self.choose.setAutoDefault(False)
        self.choose.clicked.connect(self._on_choose)
        row.addWidget(self.file, 1)
        row.addWidget(self.choose)
        form.addRow(beside(tr("Text")), row)
        self.context = self._number_field(8, 8192, 64, tr("Context"))
        self.context.setSuffix(f" {tr('tokens')}")
        self.context.setFixedWidth(140)
        self.batch = self._number_field(1, 256, 4, tr("Batch size"))
        form.addRow(beside(tr("Context")), self.context)
        form.addRow(beside(tr("Batch size")), self.batch)
        return form

    @property
    def question(self) -> dict[str, object]:
        """The plan that is chosen."""
        wanted = [name for name, check in self.targets.items() if check.isChecked()]
        return {
            "text": self._text,
            "rank": self.rank.value() if self.tune.isChecked() else 0,
            "alpha": self.alpha.value(),
            "targets": wanted or list(_USUAL),
            "context": self.context.value(),
            "batch": self.batch.value(),
        }

    def show_record(self, record: Mapping[str, Any]) -> None:
        """Take a line of the engine: what the model is, or what a plan makes."""
        if model := record.get("model"):
            self._show_model(model)
        elif record.get("id") == self._number:
            self._show_planned(record)

    def show_failure(self, words: str) -> None:
        """Say why there is no model."""
        self.plan.setEnabled(False)
        self._say(self.about, words, "error")

    def _say(self, label: Label, words: str, role: str) -> None:
        polish(label, "role", role)
        label.setText(words)

    def _show_model(self, model: Mapping[str, Any]) -> None:
        self.name.setText(text.word(str(model["name"]), 60))
        facts = (
            tr("{n:weight|weights} as {kinds}", n=text.count(int(model["parameters"])),
               kinds=str(model["kinds"])),
            tr("{n:layer|layers}", n=int(model["layers"])),
            tr("{n:head|heads}, {k} of keys", n=int(model["heads"]),
               k=int(model["kv_heads"])),
            tr("{n:token|tokens}", n=text.count(int(model["vocabulary"]))),
        )  # fmt: skip
        self._say(self.about, " · ".join(facts), "secondary")
        self.context.setMaximum(min(8192, int(model["context"])))
        self.plan.setEnabled(True)
        self.rank.setFocus()
        self._ask()

    def _show_planned(self, record: Mapping[str, Any]) -> None:
        if error := record.get("error"):
            self._say(self.note, str(error), "error")
            self.forecast.setText("")
            return
        self._project = str(record["project"])
        needed, free = int(record["memory_bytes"]), int(record["free_bytes"])
        written = int(record["checkpoint_bytes"])
        words = tr("A training moves {n:weight|weights} and takes {size} of memory; "
                   "{free} are free.", n=text.count(int(record["trained"])),
                   size=text.size(needed), free=text.size(free))  # fmt: skip
        more = tr("Each checkpoint takes {size} on the disk.", size=text.size(written))
        words = f"{words} {more}"
        is_tight = bool(free) and needed > _FULL * free
        self._say(self.forecast, words, "error" if is_tight else "text")
        less = tr("Choose a smaller batch or context, or fewer layers.")
        self._say(self.note, less if is_tight else "", "secondary")
        self.put.setEnabled(True)

    def _ask(self) -> None:
        self._number += 1
        self.put.setEnabled(False)
        self._say(self.note, tr("Reckoning…"), "secondary")
        self.asked.emit({"id": self._number, **self.question})

    def _on_way(self, is_lora: bool) -> None:
        self.lora.setEnabled(is_lora)
        self._on_changed()

    def _on_changed(self, *_: object) -> None:
        self.put.setEnabled(False)
        self._soon.start()

    def _on_choose(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self, tr("Your own text"), "", tr("All files (*)")
        )
        if path:
            self.set_text(path)

    def set_text(self, path: str) -> None:
        """Take a file of somebody's own to train on."""
        self._text = path
        self.file.setText(text.word(Path(path).name, 50))
        self._on_changed()

    def _on_put(self) -> None:
        self.accepted_project.emit(self._project)
        self.accept()
