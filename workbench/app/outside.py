"""Files and folders that another program shows."""

from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication

from engine.i18n import tr
from workbench.app.bars.banner import Banner
from workbench.theme.text import word

_MOST, _ABOUT = 200, "outside"


def show_outside(banner: Banner, path: str | Path) -> None:
    """Open a file or folder with the program that the system has for it.

    Args:
        banner: Says where it is when there is no such program.
        path: Of the file or folder.
    """
    where = str(path)
    if QDesktopServices.openUrl(QUrl.fromLocalFile(where)):
        banner.withdraw(_ABOUT)
        return
    words = tr("No program here opens it. It is at {path}", path=word(where, _MOST))
    clipboard = QGuiApplication.clipboard()
    offer = (tr("Copy the path"), lambda: clipboard.setText(where))
    banner.say("info", words, [offer], _ABOUT)
