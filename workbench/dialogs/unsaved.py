"""What to do with changes that are not in the file."""

from typing import Literal

from PySide6.QtWidgets import QMessageBox, QWidget

from engine.i18n import tr

Answer = Literal["save", "discard", "cancel"]


def ask(parent: QWidget, title: str, more: str = "") -> Answer:
    """Ask whether to save `title` before it goes; `more` says what else ends."""
    box = QMessageBox(parent)
    box.setWindowTitle(tr("Unsaved changes"))
    box.setTextFormat(box.textFormat().PlainText)
    box.setText(tr("Save the changes to “{title}”?", title=title))
    lost = tr("They are lost otherwise.")
    box.setInformativeText(f"{lost}\n\n{more}" if more else lost)
    buttons = QMessageBox.StandardButton
    answers: dict[QMessageBox.StandardButton, Answer] = {
        buttons.Save: "save",
        buttons.Discard: "discard",
        buttons.Cancel: "cancel",
    }
    box.setStandardButtons(buttons.Save | buttons.Discard | buttons.Cancel)
    box.setDefaultButton(buttons.Save)
    return answers.get(buttons(box.exec()), "cancel")


def may_replace(parent: QWidget, name: str) -> bool:
    """Ask whether to replace a file that is there already."""
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Warning)
    box.setWindowTitle(tr("Save the project"))
    box.setTextFormat(box.textFormat().PlainText)
    box.setText(tr("“{name}” exists already.", name=name))
    box.setInformativeText(tr("To save replaces it."))
    own = box.addButton(tr("Replace"), QMessageBox.ButtonRole.DestructiveRole)
    box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
    box.exec()
    return box.clickedButton() is own
