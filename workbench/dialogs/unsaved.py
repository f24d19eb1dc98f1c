"""What to do with changes that are not in the file."""

from typing import Literal

from PySide6.QtWidgets import QMessageBox, QWidget

from engine.i18n import tr

Answer = Literal["save", "discard", "cancel"]


def ask(parent: QWidget, title: str) -> Answer:
    """Ask whether to save `title` before it goes."""
    box = QMessageBox(parent)
    box.setWindowTitle(tr("Unsaved changes"))
    box.setTextFormat(box.textFormat().PlainText)
    box.setText(tr("Save the changes to “{title}”?", title=title))
    box.setInformativeText(tr("They are lost otherwise."))
    buttons = QMessageBox.StandardButton
    answers: dict[QMessageBox.StandardButton, Answer] = {
        buttons.Save: "save",
        buttons.Discard: "discard",
        buttons.Cancel: "cancel",
    }
    box.setStandardButtons(buttons.Save | buttons.Discard | buttons.Cancel)
    box.setDefaultButton(buttons.Save)
    return answers.get(buttons(box.exec()), "cancel")
