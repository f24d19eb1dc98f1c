"""Switches that the document carries: what helps, each one undo step."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from engine.advice.document import switches
from engine.advice.document.switches import Switch
from engine.errors import EngineError
from engine.graph.edits import Edit
from engine.i18n import tr
from workbench.document import Document, actions
from workbench.inspector.section import Section
from workbench.theme.label import Label
from workbench.theme.style import polish
from workbench.theme.text import tip, word
from workbench.theme.tokens import SPACE_S

_INDENT_PX = 24


class Switches(QWidget):
    """A box to tick for every switch; hidden where the document has none.

    Args:
        document: Its switches are shown and turned.

    Attributes:
        boxes: By the title in the document.
    """

    def __init__(self, document: Document) -> None:
        super().__init__()
        self._document = document
        self._shown: tuple[Switch, ...] = ()
        self.boxes: dict[str, QCheckBox] = {}
        self.error = Label()
        self.error.setWordWrap(True)
        self.error.setTextFormat(Qt.TextFormat.PlainText)
        polish(self.error, "role", "error")
        self._section = Section(tr("What helps?"))
        self._rows = QVBoxLayout()
        self._rows.setSpacing(SPACE_S)
        self._section.box.addLayout(self._rows)
        self._section.box.addWidget(self.error)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, SPACE_S)
        outer.addWidget(self._section)
        document.changed.connect(self._show)
        document.replaced.connect(self._show)
        self._show()

    def _show(self, *_edits: Sequence[Edit]) -> None:
        """Tick what is on."""
        project = self._document.project
        found = switches.read(project)
        if found != self._shown:
            self._rebuild(found)
        self.error.hide()
        self.setVisible(bool(found))
        for switch in found:
            box = self.boxes[switch.title]
            with QSignalBlocker(box):
                box.setChecked(switch.is_on(project))

    def _rebuild(self, found: tuple[Switch, ...]) -> None:
        while (item := self._rows.takeAt(0)) is not None:
            if (row := item.widget()) is not None:
                row.hide()
                row.deleteLater()
        self.boxes = {}
        self._shown = found
        for switch in found:
            self._rows.addWidget(self._row(switch))

    def _row(self, switch: Switch) -> QWidget:
        row = QWidget()
        lines = QVBoxLayout(row)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(2)
        box = QCheckBox(word(tr(switch.title)).replace("&", "&&"))
        box.setAccessibleDescription(tr(switch.text))
        box.setToolTip(tip("\n".join(switch.set)))
        box.toggled.connect(partial(self._turn, switch))
        lines.addWidget(box)
        self.boxes[switch.title] = box
        if switch.text:
            note = Label(tr(switch.text))
            note.setTextFormat(Qt.TextFormat.PlainText)
            note.setWordWrap(True)
            note.setIndent(_INDENT_PX)
            polish(note, "role", "secondary")
            lines.addWidget(note)
        return row

    def _turn(self, switch: Switch, on: bool) -> None:
        try:
            actions.switch(self._document, switch, on=on)
        except EngineError as error:
            self._show()
            self.error.setText(str(error))
            self.error.show()
