"""The room “Data”: what it shows of the document, and what it changes in it."""

from types import SimpleNamespace

import pytest
from PySide6.QtCore import Qt

from engine.layers.datasets import own
from engine.protocol.messages import Analysis
from workbench.data import words
from workbench.document import actions
from workbench.document.data import nodes


@pytest.fixture
def room(qtbot, window, reading, people):
    """The room, with a table that was opened, its page settled."""
    window.document.new()
    window.controllers.data.doors.open([people])
    doors = window.controllers.data.doors
    qtbot.waitUntil(lambda: doors.dialog is not None)
    qtbot.mouseClick(doors.dialog.add, Qt.MouseButton.LeftButton)
    window.actions_["room_data"].trigger()
    settle(qtbot, window)
    return window.controllers.data.room


def settle(qtbot, window):
    room = window.controllers.data.room
    qtbot.waitUntil(lambda: not room.is_busy and room.page is not None)


def params(window, node="data"):
    return window.document.project.graph.node(node).params


def roles(window):
    return {c.name: c.role for c in own.columns(params(window))}


def choose(combo, value):
    index = combo.findData(value)
    assert index >= 0
    combo.setCurrentIndex(index)
    combo.activated.emit(index)


def test_room_stands_alone_and_gives_the_panels_back(qtbot, window, room):
    assert not any(window.docks.is_visible(name) for name in window.docks.names())
    assert not window.docks.bottom.strip.isVisible()
    assert window.centre.currentWidget() is room.page
    width = window.width()
    window.actions_["room_build"].trigger()
    assert window.centre.currentWidget() is window.canvas
    assert window.docks["layers"].isVisible()
    assert window.width() == width


def test_page_shows_the_chosen_source(window, room):
    page = room.page
    assert list(page.sources.cards) == ["data"]
    assert page.title.text() == "people.csv"
    assert page.table.cells.rowCount() == 90
    assert page.table.cells.word(0, 3) in {"yes", "no"}
    assert page.split.picture.split.train == 72
    assert not page.network.isVisible()


def test_role_is_one_undo_step_and_read_anew(qtbot, window, room):
    room.page.table.choose_named("y")
    choose(room.page.column.role, "ignore")
    settle(qtbot, window)
    assert roles(window)["y"] == "ignore"
    assert room.page.table.cells.facts(1).role == "ignore"
    window.document.undo_stack.undo()
    settle(qtbot, window)
    assert roles(window)["y"] == "input"
    assert room.page.table.cells.facts(1).role == "input"


def test_another_target_takes_the_place_of_the_old_one(qtbot, window, room):
    room.page.table.choose_named("y")
    choose(room.page.column.role, "target")
    settle(qtbot, window)
    assert roles(window) == {"x": "input", "y": "target", "town": "input",
                             "label": "input"}  # fmt: skip


def test_choices_made_in_a_hurry_all_count(qtbot, window, room):
    room.page.table.choose_named("y")
    choose(room.page.column.role, "ignore")
    room.page.table.choose_named("town")
    choose(room.page.column.role, "ignore")
    room.page.split.share.setValue(30)
    settle(qtbot, window)
    assert roles(window) == {"x": "input", "y": "ignore", "town": "ignore",
                             "label": "target"}  # fmt: skip
    assert params(window)["validation"] == pytest.approx(0.3)
    assert window.banner.property("banner") != "error"


def test_choice_counts_for_its_own_source(qtbot, window, room, people):
    other = nodes.add(window.document, {"source": "iris"}, (0.0, 400.0))
    room.page.table.choose_named("y")
    choose(room.page.column.role, "ignore")
    room.show_node(other)
    settle(qtbot, window)
    assert roles(window)["y"] == "ignore"
    assert params(window, other) == {"source": "iris"}
    assert room.page.survey.params["source"] == "iris"


def test_choice_is_forgotten_with_its_project(qtbot, window, room, people):
    room.page.table.choose_named("y")
    choose(room.page.column.role, "ignore")
    before = dict(params(window))
    again = window.document.project.copy()
    window.document.set_project(again)
    settle(qtbot, window)
    assert params(window) == before


def test_room_waits_for_a_file_that_is_being_opened(qtbot, window, room, people):
    doors = window.controllers.data.doors
    window.actions_["room_build"].trigger()
    room.page.survey, room._known = None, {}
    doors.open([people])
    window.actions_["room_data"].trigger()
    room.show_node("data")
    qtbot.waitUntil(lambda: doors.dialog is not None)
    doors.dialog.reject()
    settle(qtbot, window)
    assert room.page.title.text() == "people.csv"


def test_file_is_shown_as_soon_as_it_may_be_read(qtbot, window, room, people):
    window.session.allowed = ()
    room._known = {}
    room.show_node("data")
    assert not room.page.middle.isVisible()
    button = window.banner.buttons[0]
    assert "people.csv" in window.banner.words.text()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    window.session.analysis_ready.emit(Analysis(0, {}, (), 0))
    qtbot.waitUntil(lambda: room.page.title.text() == "people.csv")


@pytest.mark.parametrize("words", ["../people.csv", "./../people.csv"])
def test_file_outside_the_folder_is_asked_about_first(
    qtbot, window, room, reading, people, words
):
    folder = people.parent / "project"
    folder.mkdir()
    window.document.save(folder / "mine.bpw")
    window.session.allowed = ()
    reading.clear()
    nodes.put(window.document, "data", {"path": words}, "Path")
    settle(qtbot, window)
    assert not reading
    assert str(people) in window.banner.words.text().replace("\u200b", "")


def test_kind_is_read_otherwise(qtbot, window, room):
    room.page.table.choose_named("town")
    choose(room.page.column.kind, "text")
    settle(qtbot, window)
    kinds = {c.name: c.kind for c in own.columns(params(window))}
    assert kinds["town"] == "text"


def test_kind_that_cannot_be_is_said_and_changes_nothing(qtbot, window, room):
    before = params(window)
    room.page.table.choose_named("town")
    choose(room.page.column.kind, "number")
    settle(qtbot, window)
    assert window.banner.property("banner") == "error"
    assert "town" in window.banner.words.text()
    assert params(window) == before
    assert room.page.column.kind.currentData() == "category"


def test_scale_gaps_and_logarithm_become_steps(qtbot, window, room):
    page = room.page
    page.table.choose_named("x")
    choose(page.column.scale, "min_max")
    settle(qtbot, window)
    choose(page.column.fill, "mean")
    settle(qtbot, window)
    page.column.log.click()
    settle(qtbot, window)
    steps = (("x", "min_max"), ("x", "impute", "mean"), ("x", "log"))
    assert params(window)["steps"] == steps
    titles = [step.index for step in page.survey.steps]
    assert [n for n in titles if n >= 0] == [0, 1, 2]
    page.steps.buttons[1].click()
    settle(qtbot, window)
    assert params(window)["steps"] == (("x", "min_max"), ("x", "log"))
    for _ in range(4):
        window.document.undo_stack.undo()
    assert "steps" not in params(window)


def test_remedy_of_a_finding_is_one_click(qtbot, window, room):
    leak, gaps = room.page.health.buttons
    assert leak.text() == "Leave out x"  # its sign is the answer
    gaps.click()
    settle(qtbot, window)
    assert params(window)["steps"] == (("x", "impute", "mean"),)
    window.document.undo_stack.undo()
    assert "steps" not in params(window)


def test_split_by_groups_share_and_seed(qtbot, window, room):
    split = room.page.split
    split.share.setValue(40)
    settle(qtbot, window)
    assert params(window)["validation"] == 0.4
    assert split.picture.split.held == 36
    split.seed.setValue(7)
    settle(qtbot, window)
    assert params(window)["split_seed"] == 7
    index = next(n for n in range(split.by.count())
                 if tuple(split.by.itemData(n)) == ("group", "town"))  # fmt: skip
    split.by.setCurrentIndex(index)
    split.by.activated.emit(index)
    settle(qtbot, window)
    assert roles(window)["town"] == "group"
    assert split.picture.split.how == "group"


def test_source_without_a_network_gets_one(qtbot, window, room, people):
    document = window.document
    actions.remove(document, [n for n in document.project.graph.nodes if n != "data"])
    settle(qtbot, window)
    qtbot.waitUntil(room.page.network.isVisible)
    qtbot.mouseClick(room.page.network, Qt.MouseButton.LeftButton)
    graph = document.project.graph
    assert window.rooms.current.id == "build"
    assert any(e.source.node == "data" for e in graph.edges)
    assert len(nodes.data_nodes(document.project)) == 1
    document.undo_stack.undo()
    assert set(document.project.graph.nodes) == {"data"}


def test_built_in_set_is_shown_too(qtbot, window, room):
    node = actions.add_node(window.document, "data", (0.0, 900.0))
    settle(qtbot, window)
    qtbot.mouseClick(room.page.sources.cards[node], Qt.MouseButton.LeftButton)
    settle(qtbot, window)
    assert room.page.survey.previews[0].kind == "images"
    assert room.page.middle.currentIndex() == 1
    assert not room.page.column.isVisible()


def test_file_that_is_gone_is_said(qtbot, window, room, people):
    people.unlink()
    room._known.clear()
    room.show_node("data")
    settle(qtbot, window)
    assert "people.csv" in room.page.notes.text()


def test_room_without_data_says_how_to_begin(qtbot, window, reading):
    window.document.new()
    window.actions_["room_data"].trigger()
    settle(qtbot, window)
    assert "Drop files" in window.controllers.data.room.page.notes.text()


def test_wires_follow_a_target_of_another_kind(qtbot, window, room):
    """Classes leave by `label`, numbers by `target`; readers of one read the other."""
    graph = window.document.project.graph
    readers = {e.target for e in graph.edges if e.source.port == "label"}
    assert readers
    room.page.table.choose_named("y")
    choose(room.page.column.role, "target")
    settle(qtbot, window)
    graph = window.document.project.graph
    assert {e.target for e in graph.edges if e.source.port == "target"} == readers
    assert all(
        e.source.port in {"features", "target"} for e in graph.edges_out_of("data")
    )
    window.document.undo_stack.undo()
    graph = window.document.project.graph
    assert {e.target for e in graph.edges if e.source.port == "label"} == readers


def test_arrow_keys_choose_columns(qtbot, window, room):
    table = room.page.table
    table.choose_named("x")
    qtbot.keyClick(table, Qt.Key.Key_Right)
    assert room.page.column.facts.name == "y"
    qtbot.keyClick(table, Qt.Key.Key_Left)
    qtbot.keyClick(table, Qt.Key.Key_Left)
    assert room.page.column.facts.name == "x"


def test_size_of_images_is_said_once():
    told = (("smallest", "32 × 32"), ("largest", "32 × 32"))
    survey = SimpleNamespace(
        rows=600, sample="row", columns=(1, 2), params={"path": "digits"}, told=told
    )
    assert words.size(survey) == "600 rows · 2 columns · 32 × 32"
