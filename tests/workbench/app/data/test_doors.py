"""Files get in: by dialog, dropped, from the inspector; what is none is answered."""

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QFileDialog, QMenu

from engine.layers.datasets.spec import OWN
from engine.protocol.data.surveys import EndSurvey, SurveyData, SurveyProgress


def dropped(*paths):
    """Return the event of files that are dropped."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    button, key = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    event = QDropEvent(QPointF(10, 10), Qt.DropAction.CopyAction, data, button, key)
    event.kept = data  # Qt does not own it
    return event


def dialog(qtbot, window):
    doors = window.controllers.data.doors
    qtbot.waitUntil(lambda: doors.dialog is not None)
    return doors.dialog


def choose(found, way):
    button = next(b for b in found.group.buttons() if b.property("way") == way)
    button.setChecked(True)


def test_dropped_table_is_shown_and_becomes_a_network_in_one_step(
    qtbot, window, reading, people
):
    window.document.new()
    window.dropEvent(dropped(people))
    found = dialog(qtbot, window)
    assert found.name.text() == "people.csv"
    assert found.target.currentData() == "label"
    assert found.group.checkedButton().property("way") == "network"
    qtbot.mouseClick(found.add, Qt.MouseButton.LeftButton)
    graph = window.document.project.graph
    kinds = {node.type for node in graph.nodes.values()}
    assert {"data", "linear", "cross_entropy", "accuracy"} <= kinds
    assert graph.node("data").params["path"] == str(people)
    assert str(people) in window.session.allowed
    window.document.undo_stack.undo()
    assert not window.document.project.graph.nodes


def test_path_below_the_projects_folder_counts_from_there(
    qtbot, window, reading, people
):
    window.document.new()
    window.document.save(people.parent / "mine.bpw")
    window.dropEvent(dropped(people))
    qtbot.mouseClick(dialog(qtbot, window).add, Qt.MouseButton.LeftButton)
    params = window.document.project.graph.node("data").params
    assert params["path"] == "people.csv"
    assert str(people) not in window.session.allowed


def test_file_can_take_the_place_of_a_data_node(qtbot, window, reading, people):
    before = set(window.document.project.graph.nodes)
    window.inspector.file_wanted.disconnect()
    window.inspector.file_wanted.connect(
        lambda node: window.controllers.data.doors.open([people], node)
    )
    window.canvas.select(["data"])
    field = window.inspector.node_panel.form.rows["source"].field
    field.combo.setCurrentIndex(field.combo.findData(OWN))
    field.combo.activated.emit(field.combo.currentIndex())
    found = dialog(qtbot, window)
    assert window.document.project.graph.node("data").params.get("source") != OWN
    assert found.group.checkedButton().property("way") == "data"
    qtbot.mouseClick(found.add, Qt.MouseButton.LeftButton)
    assert window.document.project.graph.node("data").params["source"] == OWN
    assert set(window.document.project.graph.nodes) == before


def test_second_file_is_added_unless_it_is_of_the_same_columns(
    qtbot, window, reading, people
):
    window.document.new()
    window.dropEvent(dropped(people))
    qtbot.mouseClick(dialog(qtbot, window).add, Qt.MouseButton.LeftButton)
    before = window.document.project.graph.node("data")
    newer = people.with_name("newer.csv")
    newer.write_text(people.read_text())
    window.dropEvent(dropped(newer))
    found = dialog(qtbot, window)
    assert found.group.checkedButton().property("way") == "data"
    found.reject()
    other = people.with_name("other.csv")
    other.write_text("size,price\n" + "".join(f"{n / 7},{n}\n" for n in range(60)))
    qtbot.waitUntil(lambda: not window.controllers.data.doors.is_busy)
    window.dropEvent(dropped(other))
    found = dialog(qtbot, window)
    assert found.name.text() == "other.csv"
    assert found.group.checkedButton().property("way") == "node"
    qtbot.mouseClick(found.add, Qt.MouseButton.LeftButton)
    graph = window.document.project.graph
    assert graph.node("data") == before
    assert sum(node.type == "data" for node in graph.nodes.values()) == 2


def test_another_target_is_read_anew(qtbot, window, reading, people):
    window.document.new()
    window.dropEvent(dropped(people))
    found = dialog(qtbot, window)
    index = found.target.findData("y")
    found.target.setCurrentIndex(index)
    found.target.activated.emit(index)
    qtbot.waitUntil(lambda: found.target.currentData() == "y" and found.add.isEnabled())
    choose(found, "node")
    qtbot.mouseClick(found.add, Qt.MouseButton.LeftButton)
    columns = window.document.project.graph.node("data").params["columns"]
    assert {row[0] for row in columns if row[2] == "target"} == {"y"}


def test_unknown_file_is_answered_in_a_sentence(qtbot, window, reading, tmp_path):
    path = tmp_path / "song.mid"
    path.write_bytes(b"MThd\0\0\0\6\0\1\0\1")
    revision = window.document.undo_stack.index()
    window.dropEvent(dropped(path))
    qtbot.waitUntil(lambda: "song.mid" in window.banner.words.text()
                    and window.banner.property("banner") == "error")  # fmt: skip
    assert window.controllers.data.doors.dialog is None
    assert window.document.undo_stack.index() == revision


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("net.safetensors", "weights"),
        ("net.bin config.json", "weights"),
        ("a.png b.png", "folder"),
    ],
)
def test_weights_and_single_images_are_led_elsewhere(
    window, reading, tmp_path, name, words
):
    paths = [tmp_path / each for each in name.split()]
    for path in paths:
        path.write_bytes(b"x")
    window.dropEvent(dropped(*paths))
    assert words in window.banner.words.text()
    assert window.banner.buttons
    assert not reading


def test_link_that_is_dropped_is_answered(window):
    data = QMimeData()
    data.setUrls([QUrl("https://example.org/data.csv")])
    button, key = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    place = QPointF(10, 10)
    window.dropEvent(QDropEvent(place, Qt.DropAction.CopyAction, data, button, key))
    assert "only files" in window.banner.words.text()


def test_project_that_is_dropped_is_opened(window, tmp_path):
    path = tmp_path / "other.bpw"
    window.document.save(path)
    window.document.new()
    window.dropEvent(dropped(path))
    assert window.document.path == path


def test_several_files_are_asked_about_one_after_the_other(
    qtbot, window, reading, people
):
    window.document.new()
    other = people.with_name("others.csv")
    other.write_bytes(people.read_bytes())
    window.dropEvent(dropped(people, other))
    first = dialog(qtbot, window)
    qtbot.mouseClick(first.add, Qt.MouseButton.LeftButton)
    doors = window.controllers.data.doors
    qtbot.waitUntil(lambda: doors.dialog not in {None, first})
    assert doors.dialog.name.text() == "others.csv"
    choose(doors.dialog, "node")
    qtbot.mouseClick(doors.dialog.add, Qt.MouseButton.LeftButton)
    assert {"data", "data_2"} <= set(window.document.project.graph.nodes)


def test_reading_can_be_cancelled_and_changes_nothing(qtbot, window, engine, people):
    revision = window.document.undo_stack.index()
    window.dropEvent(dropped(people))
    qtbot.waitUntil(lambda: bool(engine.commands(SurveyData)))
    (asked,) = engine.commands(SurveyData)
    engine.tell(SurveyProgress(asked.token, 0.4), len(engine.sent))
    qtbot.waitUntil(lambda: "40\u202f%" in window.banner.words.text())
    qtbot.mouseClick(window.banner.buttons[0], Qt.MouseButton.LeftButton)
    assert engine.commands(EndSurvey)
    assert not window.banner.isVisible()
    assert window.document.undo_stack.index() == revision


def test_menu_opens_a_file_and_a_folder(qtbot, window, reading, people, monkeypatch):
    window.document.new()
    chosen = lambda *_args: (str(people), "")  # noqa: E731
    monkeypatch.setattr(QFileDialog, "getOpenFileName", chosen)
    window.actions_["open_data"].trigger()
    assert dialog(qtbot, window).name.text() == "people.csv"
    dialog(qtbot, window).reject()
    texts = people.parent / "texts"
    for kind in ("a", "b"):
        (texts / kind).mkdir(parents=True)
        for n in range(6):
            (texts / kind / f"{n}.txt").write_text(f"{kind} {n} " * 5)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_args: str(texts))
    window.actions_["open_data_folder"].trigger()
    assert dialog(qtbot, window).name.text() == "texts"
    dialog(qtbot, window).reject()


def test_palette_and_start_page_have_the_door(qtbot, window, monkeypatch):
    asked = []
    monkeypatch.setattr(
        QFileDialog, "getOpenFileName", lambda *_args: asked.append(1) or ("", "")
    )
    window.palette_panel.layer_chosen.emit("set:file")
    assert asked == [1]
    window.document.new()
    page = window.show_start_page()
    qtbot.mouseClick(page.own, Qt.MouseButton.LeftButton)
    (menu,) = page.findChildren(QMenu)
    menu.actions()[0].trigger()
    assert asked == [1, 1]
    menu.close()
    page.leave()


def test_folder_of_the_file_is_where_the_next_is_looked_for(
    qtbot, window, reading, people, monkeypatch
):
    window.document.new()
    window.dropEvent(dropped(people))
    qtbot.mouseClick(dialog(qtbot, window).add, Qt.MouseButton.LeftButton)
    seen = []
    monkeypatch.setattr(
        QFileDialog,
        "getOpenFileName",
        lambda _parent, _title, folder, _kinds: seen.append(folder) or ("", ""),
    )
    window.actions_["open_data"].trigger()
    assert [Path(each) for each in seen] == [people.parent]
