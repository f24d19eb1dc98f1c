"""A trained network answers what somebody makes up: a row, a drawing, a text."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from engine.i18n import tr
from workbench.dialogs.base import Dialog
from workbench.dialogs.judging import inputs
from workbench.dialogs.judging.answer import AnswerPane
from workbench.dialogs.judging.inputs import DrawInput, FileInput, Input
from workbench.dialogs.judging.writing import WritingBar
from workbench.inspector.inspector import first_field
from workbench.theme import text
from workbench.theme.label import Label
from workbench.theme.style import polish
from workbench.theme.tokens import SPACE_L, SPACE_S

_WAIT_MS = 60
_WIDTH_PX, _HEIGHT_PX = 760, 500


class TryDialog(Dialog):
    """Stays open beside the window; asks again whenever something has changed.

    Args:
        parent: The window.
    """

    asked = Signal(object)  # a question, as JSON values
    batch_wanted = Signal(str, str)  # file to read, file to write

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Try it"), parent)
        self.resize(_WIDTH_PX, _HEIGHT_PX)
        self.setAcceptDrops(True)
        self.inputs: dict[str, Input] = {}
        self.takes_files = self._is_folder = self._waits = self._again = False
        self._number, self._file = 0, ""
        self.home = ""
        self.writing: WritingBar | None = None
        self.head = self.add_text(tr("The network is being loaded…"), "secondary")
        self._left = QVBoxLayout()
        self._left.setSpacing(SPACE_S)
        self.answer = AnswerPane()
        row = QHBoxLayout()
        row.setSpacing(SPACE_L)
        row.addLayout(self._left, 1)
        row.addWidget(self.answer, 1)
        self.box.addSpacing(SPACE_S)
        self.box.addLayout(row, 1)
        self.note = self.add_text("", "secondary")
        self.file = self._at_left(tr("Open a file…"), self._on_file)
        self.batch = self._at_left(tr("Answer a whole file…"), self._on_batch)
        self.add_button(tr("Close")).clicked.connect(self.reject)
        self._soon = QTimer(self, singleShot=True, interval=_WAIT_MS)
        self._soon.timeout.connect(self._ask)

    def _at_left(self, words: str, act: Callable[[], object]) -> QPushButton:
        button = QPushButton(words)
        button.setAutoDefault(False)
        button.clicked.connect(lambda _=False: act())
        button.setEnabled(False)
        self._buttons.insertWidget(self._buttons.count() - 1, button)
        return button

    def show_record(self, record: Mapping[str, Any]) -> None:
        """Take a line of the engine: what can be given, or an answer."""
        if ready := record.get("ready"):
            self._show_ready(ready)
            return
        self._waits = False
        self._may_write()
        is_written = record.get("kind") == "written"
        if self._again and not is_written:
            self._again = False
            self._ask()
        else:
            self.answer.show_answer(record)

    def show_failure(self, words: str) -> None:
        """Say why there is no network to ask."""
        self._waits = True  # nothing is asked any more
        self._say(self.head, words, "error")

    def show_note(self, words: str, role: str = "secondary") -> None:
        """Say what came of a whole file."""
        self._say(self.note, words, role)
        self.batch.setEnabled(True)

    def _say(self, label: Label, words: str, role: str) -> None:
        polish(label, "role", role)
        label.setText(words)

    def _show_ready(self, ready: Mapping[str, Any]) -> None:
        name = text.word(str(ready.get("name", "")), 60)
        step = text.count(int(ready.get("step", 0)))
        self._say(
            self.head, tr("{name}, step {step}", name=name, step=step), "secondary"
        )
        self.takes_files = bool(ready.get("takes_files"))
        self._is_folder = bool(ready.get("is_folder"))
        if self._is_folder:
            self.batch.setText(tr("Answer a whole folder…"))
        several = len(ready["inputs"]) > 1
        for each in ready["inputs"]:
            made = inputs.made(each)
            made.changed.connect(self._on_changed)
            self.inputs[str(each["port"])] = made
            caption = Label(text.word(str(each["port"]))) if several else None
            if caption is not None:
                polish(caption, "role", "heading")
                self._left.addWidget(caption)
            self._left.addWidget(made, 1)
        if ready.get("writes"):
            self.writing = WritingBar()
            self.writing.wanted.connect(self._write)
            self._left.addWidget(self.writing)
        if field := first_field(next(iter(self.inputs.values()))):
            field.setFocus(Qt.FocusReason.OtherFocusReason)
        self.file.setEnabled(self.takes_files)
        self.file.setVisible(self.takes_files)
        self.batch.setEnabled(True)
        self.answer.say("–", tr("Give it something."))
        self._soon.start()

    def _ask(self) -> None:
        """Ask about what is given now; one question at a time."""
        if self._waits:
            self._again = True
            return
        values = {port: each.value for port, each in self.inputs.items()}
        if not self._file and None in values.values():
            return
        question: dict[str, object] = dict(values)
        if self._file:
            by_hand = values.items() if len(values) > 1 else ()
            question = {**dict(by_hand), "file": self._file}
        self._number += 1
        self._waits = True
        self.asked.emit({"id": self._number, **question})

    def _write(self, how: Mapping[str, object]) -> None:
        """Let the network go on with the text."""
        values = {port: each.value for port, each in self.inputs.items()}
        if None in values.values():
            self._may_write()
            return
        self._number += 1
        self._waits = True
        self._soon.stop()  # what comes next would take the place of what is written
        self.answer.say("…", tr("It is writing…"))
        self.asked.emit({"id": self._number, **values, **how})

    def _may_write(self) -> None:
        if self.writing is not None:
            self.writing.button.setEnabled(True)

    def _on_changed(self) -> None:
        files = [each for each in self.inputs.values() if isinstance(each, FileInput)]
        if self._file and not (files and len(self.inputs) > 1):
            self._file = ""
            self._say(self.note, "", "secondary")
        self._soon.start()

    def open_file(self, path: str) -> None:
        """Ask about a file; a picture goes onto the sheet where there is one."""
        sheet = next(
            (i for i in self.inputs.values() if isinstance(i, DrawInput)), None
        )
        if self.takes_files:
            self._file = path
            self._say(self.note, text.breakable(path), "secondary")
            self._show_picture(sheet, path)
            self._ask()
        elif sheet is None or not sheet.sheet.open(path):
            words = tr("{name} is no picture that can be read.", name=Path(path).name)
            self._say(self.note, words, "error")

    def _show_picture(self, sheet: DrawInput | None, path: str) -> None:
        """Show what was asked about; the engine has read it by itself."""
        if sheet is not None:
            sheet.sheet.blockSignals(True)
            sheet.sheet.open(path)
            sheet.sheet.blockSignals(False)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Ask about the first file."""
        urls = [url for url in event.mimeData().urls() if url.isLocalFile()]
        if urls:
            self.open_file(urls[0].toLocalFile())

    def _on_file(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, tr("Open a file"), self.home)
        if path:
            self.open_file(path)

    def _on_batch(self) -> None:
        if self._is_folder:
            words = tr("A folder of samples")
            path = QFileDialog.getExistingDirectory(self, words, self.home)
        else:
            words = tr("A file of samples")
            path, _ = QFileDialog.getOpenFileName(self, words, self.home)
        if not path:
            return
        place = Path(path)
        usual = str(place.with_name(f"{place.stem}-answers.csv"))
        out, _ = QFileDialog.getSaveFileName(
            self, tr("Where the answers go"), usual, "CSV (*.csv)"
        )
        if out:
            self.batch.setEnabled(False)
            words = tr("{name} is being answered…", name=place.name)
            self._say(self.note, words, "secondary")
            self.batch_wanted.emit(path, out)
