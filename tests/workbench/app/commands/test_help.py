"""F1 opens the help at what has the keyboard, without a network, in a window beside."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit

from workbench.app.commands import help as help_
from workbench.app.commands import palette as commands
from workbench.dialogs.help.window import HelpWindow


def shown(window):
    return window.findChild(HelpWindow)


def test_f1_on_the_canvas_is_about_the_selected_layer(qtbot, window):
    window.canvas.setFocus()
    window.canvas.select(["linear1"])
    window.actions_["help"].trigger()
    assert shown(window).isVisible()
    assert shown(window).topic == "layer/linear"
    window.canvas.select([])
    window.canvas.setFocus()
    window.activateWindow()
    assert help_.topic_here(window) in {"panel/canvas", "start/first-steps"}
    shown(window).close()


def test_f1_in_a_field_is_about_its_setting(window):
    (seed,) = [s for s in window.inspector.settings() if s.id.endswith(".seed")]
    seed.go()
    assert isinstance(QApplication.focusWidget(), QLineEdit)
    assert help_.topic_here(window) == "setting/seed"
    (rate,) = [s for s in window.inspector.settings() if s.id.endswith(".lr")]
    rate.go()
    assert help_.topic_here(window) == "word/learning-rate"
    window.canvas.select(["linear1"])
    own = window.inspector.settings()[0]
    own.go()
    assert help_.topic_here(window) == "layer/linear"


def test_f1_in_the_list_of_layers_is_about_the_marked_entry(qtbot, window):
    palette = window.palette_panel
    palette.show()
    palette.field.setFocus()
    qtbot.keyClicks(palette.field, "gelu")
    assert help_.topic_here(window) == "layer/gelu"
    palette.field.clear()
    qtbot.keyClicks(palette.field, "iris")
    assert help_.topic_here(window) == "data/iris"


@pytest.mark.parametrize("name", ["views", "undo", "problems"])
def test_f1_in_a_panel_is_about_the_panel(window, name):
    window.docks.raise_(name)
    field = QLineEdit(window.docks.widget(name))
    field.show()
    field.setFocus()
    assert help_.topic_here(window) == f"panel/{name}"
    field.deleteLater()


def test_f1_on_the_timeline_is_about_the_time_of_the_run(window):
    bar = window.controllers.looking_back.bar
    bar.show()
    bar.track.setFocus()
    assert help_.topic_here(window) == "panel/timeline"


@pytest.mark.parametrize(
    ("row", "topic"),
    [
        ("first_steps", "start/first-steps"),
        ("backprop", "start/backprop"),
        ("glossary", "word/activation"),
    ],
)
def test_help_menu_leads_to_pages_in_one_window(window, row, topic):
    window.actions_[row].trigger()
    assert shown(window).topic == topic
    assert len(window.findChildren(HelpWindow)) == 1
    shown(window).close()


def test_palette_that_finds_nothing_searches_the_help(qtbot, window):
    palette = commands.show(window.reach)
    qtbot.keyClicks(palette.search, "catastrophic forgetting")
    qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    assert shown(window).isVisible()
    assert shown(window).topic == "word/forgetting"
    shown(window).close()


def test_problems_take_the_keyboard_along(qtbot, window):
    window.document.new()
    window.canvas.add_at_centre("linear")
    window.canvas.setFocus()
    problem_list = window.docks.widget("problems")
    window.actions_["problems"].trigger()
    assert window.docks["problems"].isVisible()
    inside = problem_list.isAncestorOf
    qtbot.waitUntil(
        lambda: (
            QApplication.focusWidget() is problem_list
            or inside(QApplication.focusWidget())
        )
    )


def test_project_without_a_file_is_renamed_and_back(window):
    files = window.controllers.files
    files.rename_to("My net <b>")
    assert window.document.title == "My net <b>"
    assert "My net" in window.windowTitle()
    window.document.undo_stack.undo()
    assert window.document.title != "My net <b>"


def test_file_of_a_project_goes_along_with_its_name(window, tmp_path):
    path, files = tmp_path / "one.bpw", window.controllers.files
    window.document.save(path)
    text = path.read_text()
    window.canvas.add_at_centre("tanh")
    files.rename_to("two")
    assert not path.exists()
    assert (tmp_path / "two.bpw").read_text() == text
    assert window.document.title == "two"
    assert window.document.is_modified
    window.document.save()
    assert "tanh" in (tmp_path / "two.bpw").read_text()


def test_name_that_leads_elsewhere_is_refused(window, tmp_path):
    path, files = tmp_path / "one.bpw", window.controllers.files
    window.document.save(path)
    files.rename_to("../two")
    assert path.exists()
    assert window.document.path == path


@pytest.mark.parametrize("name", ["w" * 300, "日" * 200, "a\0b"])
def test_name_that_no_file_can_have_is_refused_in_a_sentence(window, tmp_path, name):
    path, files, told = tmp_path / "one.bpw", window.controllers.files, []
    window.document.save(path)
    files.failed.connect(told.append)
    files.rename_to(name)
    assert path.exists()
    assert window.document.path == path
    assert len(told) == 1
    assert len(told[0]) < 1000


def test_f1_in_the_search_for_a_layer_is_about_the_marked_line(qtbot, window):
    window.canvas.quick_add()
    popup = window.canvas.popups.quick_add
    qtbot.keyClicks(popup.field, "gelu")
    qtbot.keyClick(popup.field, Qt.Key.Key_F1)
    assert not popup.isVisible()
    assert shown(window).topic == "layer/gelu"
    shown(window).close()


def test_f1_in_the_palette_searches_the_help_for_what_was_typed(qtbot, window):
    palette = commands.show(window.reach)
    qtbot.keyClicks(palette.search, "overfitting")
    qtbot.keyClick(palette.search, Qt.Key.Key_F1)
    assert not palette.isVisible()
    assert shown(window).topic == "word/overfitting"
    shown(window).close()
