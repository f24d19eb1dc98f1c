import re

import pytest
from PySide6.QtGui import QIcon, QPalette
from PySide6.QtWidgets import QPushButton

from engine.layers import registry
from workbench import theme
from workbench.app.commands.table import TABLE
from workbench.canvas.commands import table as canvas_table
from workbench.theme import icons, style, tokens


@pytest.fixture
def _dark_again(qapp):
    yield
    theme.apply(qapp, "dark")


@pytest.mark.usefixtures("_dark_again")
def test_apply_sets_palette_tokens_and_tells(qapp, qtbot):
    theme.apply(qapp, "dark")
    with qtbot.waitSignal(theme.signals.changed):
        theme.apply(qapp, "light")
    assert theme.current() is tokens.LIGHT
    assert qapp.palette().color(QPalette.ColorRole.Window).name() == "#eef0f4"


@pytest.mark.parametrize("name", ["dark", "light"])
def test_style_sheet_has_no_hole_and_all_its_pictures(name):
    sheet = style.sheet(tokens.THEMES[name])
    assert "$" not in sheet
    for url in re.findall(r"url\((.*?)\)", sheet):
        assert (icons.FOLDER / url.rsplit("/", 1)[1]).is_file()


def test_every_action_and_category_has_its_icon():
    wanted = {row.icon for row in (*TABLE, *canvas_table.TABLE) if row.icon}
    wanted |= {f"cat-{category}" for category in registry.CATEGORIES}
    assert wanted <= set(icons.names())


@pytest.mark.usefixtures("_dark_again")
def test_icon_has_the_colour_of_its_token(qapp):
    theme.apply(qapp, "light")
    image = icons.pixmap("stop", "err", 24).toImage()
    assert image.pixelColor(12, 12).name() == tokens.LIGHT.err
    faint = icons.icon("stop", "err").pixmap(16, mode=QIcon.Mode.Disabled).toImage()
    assert faint.pixelColor(8, 8).name() == tokens.LIGHT.fg3


@pytest.mark.usefixtures("_dark_again")
def test_bound_icon_follows_the_theme(qapp, qtbot):
    theme.apply(qapp, "dark")
    button = QPushButton()
    qtbot.addWidget(button)
    icons.bind(button, "stop", "err")
    theme.apply(qapp, "light")
    colour = button.icon().pixmap(16).toImage().pixelColor(8, 8).name()
    assert colour == tokens.LIGHT.err
