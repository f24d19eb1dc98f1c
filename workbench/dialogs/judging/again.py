"""A run trained again on new data: what has moved, and which of the two is better."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QProgressBar, QWidget

from engine.i18n import tr
from workbench.dialogs.base import Dialog
from workbench.theme import text
from workbench.theme.style import polish

_WIDTH_PX, _HEIGHT_PX, _MOST = 620, 320, 8


class AgainDialog(Dialog):
    """Fills itself once both runs were judged; Cancel ends that.

    Args:
        name: Of the new file.
        parent: The window.
    """

    opened = Signal(str)  # folder of the better run

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(tr("Train again on new data"), parent)
        self.resize(_WIDTH_PX, _HEIGHT_PX)
        self._better = ""
        words = tr(
            "The run is trained on with {name} as a run of its own; then both are "
            "judged on samples that neither was trained on…",
            name=text.word(name, 60),
        )
        self.head = self.add_text(words, "secondary")
        self.progress = QProgressBar()
        self.progress.setRange(0, 0)
        self.progress.setTextVisible(False)
        self.box.addWidget(self.progress)
        self.box.addStretch(1)
        self.show_run = self.add_button(tr("Open the better run"), accent=True)
        self.show_run.setEnabled(False)
        self.show_run.clicked.connect(self._on_open)
        self.leave = self.add_button(tr("Cancel"))
        self.leave.clicked.connect(self.reject)

    def show_record(self, record: Mapping[str, Any]) -> None:
        """Say what came of it, the verdict first."""
        self.progress.hide()
        self.leave.setText(tr("Close"))
        is_new = record.get("kept") == "new"
        verdict = tr("The new run is better.") if is_new else tr("The old run stays.")
        polish(self.head, "role", "title")
        self.head.setText(verdict)
        self._say(str(record.get("why", "")))
        names = {"new": tr("New data"), "old": tr("Old data")}
        for duel in record.get("duels", ()):
            name = names.get(str(duel["data"]), "")
            self._say(f"{name}: {duel['says']}", "secondary")
        for note in record.get("notes", ()):
            self._say(str(note), "secondary")
        moved = [d for d in record.get("drifts", ()) if d["is_shifted"] or d["outside"]]
        for each in moved[:_MOST]:
            self._say(str(each["says"]), "warn" if each["is_shifted"] else "secondary")
        if extra := record.get("extra"):
            listed = ", ".join(map(str, extra[:_MOST]))
            words = tr("Columns that the run doesn't read: {names}", names=listed)
            self._say(words, "secondary")
        self._better = str(record.get("run", ""))
        self.show_run.setEnabled(is_new)

    def _say(self, words: str, role: str = "text") -> None:
        label = self.add_text(words, role)
        self.box.removeWidget(label)
        self.box.insertWidget(self.box.count() - 1, label)

    def show_failure(self, words: str) -> None:
        """Say why it was not trained; the run is as it was."""
        self.progress.hide()
        self.leave.setText(tr("Close"))
        polish(self.head, "role", "error")
        self.head.setText(words)

    def _on_open(self) -> None:
        self.opened.emit(self._better)
        self.accept()
