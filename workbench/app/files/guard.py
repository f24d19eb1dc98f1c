"""Asks before a file is written over that another program has changed or locked."""

from PySide6.QtWidgets import QMessageBox, QWidget

from engine.i18n import tr
from workbench.document import Document
from workbench.document.files.on_disk import OnDisk, State


class ChangedError(Exception):
    """The file holds something that nobody was asked about."""


class Guard:
    """Stands between the document and its file.

    Args:
        parent: In front of which it asks.
        document: Wants to be saved.
        on_disk: Knows what its file holds.
    """

    def __init__(self, parent: QWidget, document: Document, on_disk: OnDisk) -> None:
        self._parent, self._document, self._on_disk = parent, document, on_disk

    def may_save(self) -> bool:
        """Return whether the file may be written: unchanged, or somebody says so.

        Who says so has been asked about what the file holds at that very moment.
        """
        document = self._document
        known = document.known
        is_agreed = self._is_agreed(document.path.name if document.path else "")
        if not is_agreed:
            document.known = known
        return is_agreed

    def _is_agreed(self, name: str) -> bool:
        while (state := self._on_disk.state()) == "changed":
            found = self._on_disk.seen()
            if not _replace(self._parent, name, state):
                return False
            self._on_disk.take(found)
        return state != "locked" or _replace(self._parent, name, state)

    def check(self) -> None:
        """Refuse to write a file that has changed since it was asked about.

        Raises:
            ChangedError: It has.
        """
        if self._on_disk.state() == "changed":
            raise ChangedError


def _replace(parent: QWidget, name: str, state: State) -> bool:
    """Ask whether to overwrite what another program has written or locked."""
    title, words = tr("Read-only"), tr("“{name}” is read-only.", name=name)
    more = tr("To save replaces it all the same.")
    if state == "changed":
        title = tr("Changed on disk")
        words = tr("Another program has changed “{name}”.", name=name)
        more = tr("To save overwrites what it has written.")
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Warning)
    box.setWindowTitle(title)
    box.setTextFormat(box.textFormat().PlainText)
    box.setText(words)
    box.setInformativeText(more)
    own = box.addButton(tr("Overwrite"), QMessageBox.ButtonRole.DestructiveRole)
    box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
    box.exec()
    return box.clickedButton() is own
