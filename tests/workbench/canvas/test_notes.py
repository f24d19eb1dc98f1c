"""Comments and frames: stored with the document, moved with what is inside."""

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from engine.graph.files import serialize
from tests.workbench.canvas import nets
from workbench.canvas.commands import menus
from workbench.canvas.edits import notes as note_edits
from workbench.canvas.scene import notes as note_layer
from workbench.document import Document, blocks, notes
from workbench.document.notes import Note

SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def frame(view, hand):
    """A frame around conv and relu, made with keys."""
    view.select(["conv", "relu"])
    hand.key(Qt.Key.Key_G, SHIFT)
    QTest.keyClicks(view.popups.inline, "Stem")
    QTest.keyClick(view.popups.inline, Qt.Key.Key_Return)
    return view.scene.notes.shown()[0]


def head(note):
    return QPointF(note.x + note.width / 2, note.y + 10)


def test_shift_g_frames_the_selection(view, document, frame):
    assert (frame.kind, frame.text) == ("frame", "Stem")
    assert view.scene.notes.inside(frame)[0] == ["conv", "relu"]
    assert document.undo_stack.undoText() == "Add a frame"
    document.undo_stack.undo()
    assert not view.scene.notes.shown()


def test_dragging_a_frame_moves_what_is_inside_in_one_step(view, hand, document, frame):
    steps, before = document.undo_stack.count(), document.text()
    places = dict(document.project.layout[""])
    hand.drag(head(frame), head(frame) + QPointF(0, 300))
    now = document.project.layout[""]
    assert now["conv"] == (places["conv"][0], places["conv"][1] + 300)
    assert now["linear"] == places["linear"]
    assert view.scene.notes.shown()[0].y == frame.y + 300
    assert document.undo_stack.count() == steps + 1
    document.undo_stack.undo()
    assert document.text() == before
    assert view.scene.nodes["conv"].pos().toTuple() == places["conv"]


def test_escape_puts_frame_and_nodes_back(view, hand, document, frame):
    before = view.scene.nodes["conv"].pos()
    hand.press(head(frame))
    hand.move(head(frame) + QPointF(0, 200))
    assert view.scene.nodes["conv"].pos() != before
    hand.key(Qt.Key.Key_Escape)
    assert view.scene.nodes["conv"].pos() == before
    assert view.scene.notes.shown()[0] == frame


def test_corner_changes_the_size(view, hand, document, frame):
    corner = note_layer.handle_of(frame).center()
    hand.drag(corner, corner + QPointF(100, 50))
    now = view.scene.notes.shown()[0]
    assert now.width == pytest.approx(frame.width + 100, abs=10)
    assert now.height == pytest.approx(frame.height + 50, abs=10)


def test_delete_removes_the_frame_and_keeps_the_nodes(view, hand, document, frame):
    hand.click(head(frame))
    hand.key(Qt.Key.Key_Delete)
    assert not view.scene.notes.shown()
    assert "conv" in document.project.graph.nodes


def test_t_adds_a_comment_and_double_click_edits_it(view, hand, document):
    hand.key(Qt.Key.Key_T)
    QTest.keyClicks(view.popups.inline, "why so deep?")
    QTest.keyClick(view.popups.inline, Qt.Key.Key_Return)
    note = view.scene.notes.shown()[0]
    assert (note.kind, note.text) == ("comment", "why so deep?")
    note_edits.edit_text(view, note)
    QTest.keyClicks(view.popups.inline, "because")
    QTest.keyClick(view.popups.inline, Qt.Key.Key_Return)
    assert view.scene.notes.shown()[0].text == "because"


def test_menu_colours_a_note(view, document, frame):
    menu = menus.build(view, head(frame))
    entry = next(a for a in menu.actions() if a.text() == "Red")
    entry.trigger()
    assert view.scene.notes.shown()[0].colour == "loss"
    menu.deleteLater()


def test_notes_are_saved_one_a_line_and_come_back(document, frame):
    text = document.text()
    assert sum('"kind": "frame"' in line for line in text.splitlines()) == 1
    again = serialize.loads(text, "test")
    assert notes.read(again) == notes.read(document.project)
    assert serialize.dumps(again) == text


def test_notes_belong_to_their_block_and_follow_its_name(view, document, frame):
    blocks.group(document, ["conv", "relu"], "stem")
    view.show_path(["stem"])
    assert not view.scene.notes.shown()
    note = Note("", "comment", "in here", 0.0, 0.0, 100.0, 50.0, scope="stem")
    notes.add(document, note)
    assert [n.text for n in view.scene.notes.shown()] == ["in here"]
    blocks.rename(document, "stem", "trunk")
    assert [n.text for n in view.scene.notes.shown()] == ["in here"]


@pytest.mark.parametrize(
    "record",
    [
        "text",
        {"kind": "frame"},
        {"kind": "other", "id": "a", "x": 0, "y": 0, "width": 1, "height": 1},
        {"kind": "frame", "id": "a", "x": "0", "y": 0, "width": 1, "height": 1},
        {"kind": "frame", "id": "a", "x": 1e300, "y": 0, "width": 1, "height": 1},
        {"kind": "frame", "id": 3, "x": 0, "y": 0, "width": 1, "height": 1},
    ],
)
def test_broken_notes_of_a_file_are_left_out(qapp, record):
    document = Document()
    project = nets.cnn()
    project.extra["notes"] = [record]
    document.set_project(project)
    assert notes.read(project) == ()


def test_fit_shows_the_notes_too(view, document):
    far = Note("", "comment", "far", 3000.0, 0.0, 200.0, 60.0)
    notes.add(document, far)
    assert view.scene.bounds().right() == 3200.0
