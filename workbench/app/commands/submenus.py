"""Menus whose entries come and go."""

from collections.abc import Mapping

from PySide6.QtWidgets import QMenu

from engine.i18n import tr
from workbench.app.bars.banner import Banner
from workbench.app.bars.keeping import keep
from workbench.app.bars.toolbar import DevicePicker
from workbench.app.desk import Desk
from workbench.app.docks.docks import Docks
from workbench.app.files.projects import Files
from workbench.document.settings import Settings
from workbench.theme.text import tip, word

_PATH_LETTERS = 80
LANGUAGES = {"": "", "en": "English", "ja": "日本語"}
"""Codes and their own names; the empty one is the system's."""


def fill(
    menus: Mapping[str, QMenu], desk: Desk, files: Files, picker: DevicePicker
) -> None:
    """Let each of these menus list its entries.

    Args:
        menus: By id.
        desk: Has panels, canvas and settings.
        files: Opens recent ones.
        picker: Knows the devices.
    """
    fill_recent(menus["recent"], files, desk.settings)
    fill_panels(menus["panels"], desk.docks)
    fill_language(menus["language"], desk.settings, desk.banner)
    fill_devices(menus["device"], picker)


def fill_recent(menu: QMenu, files: Files, settings: Settings) -> None:
    """List the recent files each time the menu opens."""

    def fill() -> None:
        menu.clear()
        for path in settings.recent:
            words = word(str(path), _PATH_LETTERS).replace("&", "&&")
            action = menu.addAction(words)
            action.setToolTip(tip(str(path)))
            action.triggered.connect(lambda _=False, p=path: files.open_path(p))
        if menu.isEmpty():
            menu.addAction(tr("None yet")).setEnabled(False)

    menu.aboutToShow.connect(fill)


def fill_panels(menu: QMenu, docks: Docks) -> None:
    """List the panels with their ticks."""
    for name in docks.names():
        menu.addAction(docks[name].toggleViewAction())


def fill_language(menu: QMenu, settings: Settings, banner: Banner) -> None:
    """Offer the languages; another one is spoken from the next start."""

    def choose(code: str) -> None:
        settings.language = code
        if keep(settings, banner):
            words = tr("The language changes when the workbench starts again.")
            banner.say("info", words)

    def fill() -> None:
        menu.clear()
        for code, words in LANGUAGES.items():
            action = menu.addAction(words or tr("As the system"))
            action.setCheckable(True)
            action.setChecked(code == settings.language)
            action.triggered.connect(lambda _=False, code=code: choose(code))

    menu.aboutToShow.connect(fill)


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
