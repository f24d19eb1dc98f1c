"""Menus whose entries come and go."""

from PySide6.QtWidgets import QMenu

from engine.i18n import tr
from workbench.app.docks import Docks
from workbench.app.files import Files
from workbench.document.settings import Settings


def fill_recent(menu: QMenu, files: Files, settings: Settings) -> None:
    """List the recent files each time the menu opens."""

    def fill() -> None:
        menu.clear()
        for path in settings.recent:
            action = menu.addAction(str(path))
            action.triggered.connect(lambda _=False, p=path: files.open_path(p))
        if menu.isEmpty():
            menu.addAction(tr("None yet")).setEnabled(False)

    menu.aboutToShow.connect(fill)


def fill_panels(menu: QMenu, docks: Docks) -> None:
    """List the panels with their ticks."""
    for name in docks.names():
        menu.addAction(docks[name].toggleViewAction())
