"""Tells of a failure that is ours, with everything a report needs."""

import platform

from PySide6 import __version__ as qt_version
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QWidget

from engine.i18n import tr
from workbench.dialogs.base import Dialog
from workbench.theme import fonts


class ReportDialog(Dialog):
    """Shows what happened, with a Copy button.

    Args:
        what: One sentence.
        details: Traceback.
        parent: The window, or None.
    """

    def __init__(self, what: str, details: str, parent: QWidget | None = None) -> None:
        super().__init__(tr("Something went wrong"), parent)
        self.resize(640, 380)
        self.add_text(what, "title")
        reason = tr(
            "This is a mistake in the program, not in your network. Your work is still "
            "open: save it, then go on or restart. The text below helps to repair it."
        )
        self.add_text(reason, "secondary")
        self.details = QPlainTextEdit(f"{versions()}\n\n{details}")
        self.details.setReadOnly(True)
        self.details.setFont(fonts.mono())
        self.box.addWidget(self.details, 1)
        self.copy = self.add_button(tr("Copy"))
        self.copy.clicked.connect(self._on_copy)
        self.add_button(tr("Close"), accent=True).clicked.connect(self.accept)

    def _on_copy(self) -> None:
        QApplication.clipboard().setText(self.details.toPlainText())
        self.copy.setText(tr("Copied"))


def versions() -> str:
    """Return what a report says of the machine; nothing personal."""
    python = platform.python_version()
    return f"Python {python}, Qt {qt_version}, {platform.system()} {platform.machine()}"
