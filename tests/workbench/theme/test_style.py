import collections
import re
import subprocess
import sys

import pytest
import shiboken6
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QIcon, QPalette
from PySide6.QtWidgets import (
    QLabel,
    QLineEdit,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from engine.layers import registry
from workbench import theme
from workbench.app.commands.table import TABLE
from workbench.canvas.commands import table as canvas_table
from workbench.theme import icons, style, tokens
from workbench.theme.hidden import Hidden


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
    assert faint.pixelColor(8, 8).name() == tokens.LIGHT.faint


@pytest.mark.usefixtures("_dark_again")
def test_icons_of_categories_stand_out_in_both_themes(qapp):
    for name in ("dark", "light"):
        theme.apply(qapp, name)
        for category in registry.CATEGORIES:
            image = icons.pixmap("stop", category, 24).toImage()
            colour = image.pixelColor(12, 12).name()
            assert tokens.contrast(colour, theme.current().bg1) >= 3.0


@pytest.mark.usefixtures("_dark_again")
def test_bound_icon_follows_the_theme(qapp, qtbot):
    theme.apply(qapp, "dark")
    button = QPushButton()
    qtbot.addWidget(button)
    icons.bind(button, "stop", "err")
    theme.apply(qapp, "light")
    colour = button.icon().pixmap(16).toImage().pixelColor(8, 8).name()
    assert colour == tokens.LIGHT.err


@pytest.fixture
def window(qapp, qtbot, _dark_again):
    """Return a window with pages of labels, one of which shows."""
    theme.apply(qapp, "dark")
    top, box = QWidget(), None
    qtbot.addWidget(top)
    box = QVBoxLayout(top)
    pages = QStackedWidget()
    box.addWidget(pages)
    for number in range(4):
        page = QWidget()
        column = QVBoxLayout(page)
        for role in ("secondary", "heading", "plain"):
            label = QLabel(f"{role} {number}")
            label.setProperty("role", role)
            column.addWidget(label)
            column.addWidget(QLineEdit(role))
        pages.addWidget(page)
    top.show()
    qapp.processEvents()
    for index in (1, 2, 3, 0):  # all have shown once
        pages.setCurrentIndex(index)
        qapp.processEvents()
    return top


def test_a_theme_is_put_on_each_widget_a_few_times_only(qapp, window):
    """Qt alone does it once for each ancestor of each widget."""
    seen = collections.Counter()

    class Counts(QObject):
        def eventFilter(self, watched, event):
            if event.type() == QEvent.Type.StyleChange:
                seen[id(watched)] += 1
            return False

    counts = Counts()
    qapp.installEventFilter(counts)
    theme.apply(qapp, "light")
    qapp.removeEventFilter(counts)
    assert seen
    assert max(seen.values()) <= 2


def test_what_is_hidden_has_the_new_theme_before_it_shows(qapp, qtbot, window):
    labels = [each for each in window.findChildren(QLabel) if not each.isVisible()]
    assert len(labels) == 9
    before = {each: each.geometry() for each in window.findChildren(QWidget)}
    theme.apply(qapp, "light")
    hidden = qapp.findChild(Hidden)
    qtbot.waitUntil(lambda: not hidden._aside)
    polished = Qt.WidgetAttribute.WA_WState_Polished
    assert all(each.testAttribute(polished) for each in window.findChildren(QWidget))
    for label in labels:
        grey = label.property("role") != "plain"
        expected = tokens.LIGHT.fg2 if grey else tokens.LIGHT.fg
        assert label.palette().color(QPalette.ColorRole.WindowText).name() == expected
    assert {each: each.geometry() for each in before} == before


def test_widgets_that_go_meanwhile_are_left_alone(qapp, qtbot, window):
    theme.apply(qapp, "light")
    hidden = qapp.findChild(Hidden)
    pages = window.findChild(QStackedWidget)
    gone = pages.widget(3)
    pages.removeWidget(gone)
    shiboken6.delete(gone)
    theme.apply(qapp, "dark")
    qtbot.waitUntil(lambda: not hidden._aside)
    faint = pages.widget(2).findChild(QLabel).palette()
    assert faint.color(QPalette.ColorRole.WindowText).name() == tokens.DARK.fg2


SWITCHES = """
import gc, sys
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QStackedWidget
from workbench import theme
app = QApplication([])
def made():
    top = QStackedWidget()
    for page in range(6):
        top.addWidget(QLabel(str(page)))
    menu = QMenu("more", top)
    menu.addAction("one")
    top.show()
    for page in range(6):
        top.setCurrentIndex(page)
        app.processEvents()
    return top
theme.prepare(app, "dark")
theme.dress(app)
for name in ("light", "dark") * 4:
    top = made()
    theme.apply(app, name)  # five pages are set aside
    top.deleteLater()
    del top
    gc.collect()
    app.sendPostedEvents(None, 52)  # QEvent.DeferredDelete
    app.processEvents()
    theme.dress(app)
print("done")
"""


def test_widgets_may_go_after_a_switch_before_the_next():
    """Qt ends the process when it looks for one that is gone."""
    made = subprocess.run(
        [sys.executable, "-c", SWITCHES], capture_output=True, text=True, check=False
    )
    assert made.stdout == "done\n", made.stderr[-800:]
