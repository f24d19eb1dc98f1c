"""Menus whose entries come and go."""

from PySide6.QtWidgets import QMenu

from engine.i18n import tr
from workbench.app.docks import Docks
from workbench.app.files import Files
from workbench.app.toolbar import DevicePicker
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


def fill_devices(menu: QMenu, picker: DevicePicker) -> None:
    """List the devices of the picker each time the menu opens."""

    def fill() -> None:
        menu.clear()
        for row in range(picker.count()):
            action = menu.addAction(picker.itemText(row))
            action.setCheckable(True)
            action.setChecked(row == picker.currentIndex())
            device = str(picker.itemData(row))
            action.triggered.connect(lambda _=False, d=device: picker.picked.emit(d))

    menu.aboutToShow.connect(fill)
