"""What people do in a view, with mouse and keys, and what reaches the engine."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from engine.graph.edits import Disconnect, RemoveNode
from engine.protocol import commands, messages
from engine.protocol.messages import View
from workbench.session.live_settings import training_fingerprint

COUNTS = np.full((10, 10), 1)
NAMES = {"classes": tuple("0123456789")}


def matrix(step=4):
    return View("confusion", "confusion_matrix", step, {"counts": COUNTS}, NAMES)


def cell(right, answer, count=3):
    arrays = {
        "labels": np.full(count, right),
        "answers": np.full(count, answer),
        "shares": np.full((count, 2), 0.25, np.float32),
        "losses": np.linspace(5, 1, count),
        "samples": np.arange(count) + 40,
        "pixels": np.zeros((count, 8, 8, 1), np.uint8),
    }
    words = {**NAMES, "total": (str(count),)}
    return View("confusion", "matrix_cell", 4, arrays, words)


def told(view, step=4):
    none, steps = np.zeros((0, 1)), np.zeros(0, np.int64)
    return messages.Frame(step, 0.1, "training", steps, none, none, views=(view,))


@pytest.fixture
def panel(qtbot, running, engine):
    """The panel of a window that trains and shows a confusion matrix."""
    running.docks.raise_("views")
    panel = running.panels.plots["views"]
    engine.tell(told(matrix()), 1)
    qtbot.waitUntil(lambda: panel.node == "confusion")
    qtbot.waitUntil(panel.face.isVisible)
    return panel


def middle(face, right, answer) -> QPoint:
    return face.cell_rect((right, answer)).center().toPoint()


def test_a_click_on_a_cell_opens_its_samples_and_escape_goes_back(
    qtbot, panel, engine, running
):
    face = panel.face
    qtbot.mouseClick(face, Qt.MouseButton.LeftButton, pos=middle(face, 3, 5))
    (asked,) = engine.commands(commands.OpenCell)
    assert asked == commands.OpenCell("confusion", 3, 5)
    engine.tell(cell(3, 5), len(engine.sent))
    qtbot.waitUntil(lambda: panel.face is not face)
    page = panel.page("confusion")
    assert page.words.text() == "3 taken for 5"
    assert panel.face.read(panel.face.picture_rect(1).center()) == (
        "sample 42: 5 25\u202f%, 3 25\u202f%, loss 3"
    )
    assert panel.table()[1][0] == [41, "3", "5", 5.0]
    qtbot.keyClick(panel.face, Qt.Key.Key_Escape)
    assert panel.face is face
    assert face.hasFocus() or not running.isActiveWindow()


def test_keys_walk_over_the_cells_and_enter_opens_one(qtbot, panel, engine):
    face = panel.face
    face.setFocus()
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left):
        qtbot.keyClick(face, key)
    qtbot.keyClick(face, Qt.Key.Key_Up)
    qtbot.keyClick(face, Qt.Key.Key_Up)
    qtbot.keyClick(face, Qt.Key.Key_Return)
    assert engine.commands(commands.OpenCell) == [
        commands.OpenCell("confusion", 0, 1),
    ]


def test_a_press_that_ends_elsewhere_opens_nothing(qtbot, panel, engine):
    face = panel.face
    qtbot.mousePress(face, Qt.MouseButton.LeftButton, pos=middle(face, 3, 5))
    qtbot.mouseRelease(face, Qt.MouseButton.LeftButton, pos=middle(face, 7, 5))
    assert engine.commands(commands.OpenCell) == []


def test_a_cell_of_the_last_run_names_its_folder(qtbot, panel, engine):
    engine.tell(messages.Outcome("finished", "run", 9, "Done."), 1)
    qtbot.waitUntil(lambda: not panel.window().session.active)
    face = panel.face
    qtbot.mouseClick(face, Qt.MouseButton.LeftButton, pos=middle(face, 1, 1))
    assert engine.commands(commands.OpenCell)[-1].run == "run"


def test_an_open_cell_stays_while_newer_matrices_come(qtbot, panel, engine):
    face = panel.face
    qtbot.mouseClick(face, Qt.MouseButton.LeftButton, pos=middle(face, 3, 5))
    engine.tell(cell(3, 5, count=0), len(engine.sent))
    qtbot.waitUntil(lambda: panel.face is not face)
    newer = matrix(8)
    engine.tell(told(newer, 8), 1)
    qtbot.waitUntil(lambda: face.view is newer)
    assert panel.face is not face
    assert not panel.grab().isNull()
    qtbot.mouseClick(panel.page("confusion").back, Qt.MouseButton.LeftButton)
    assert panel.face is face


@pytest.fixture
def writing(qtbot, window, engine, started):
    """A window that trains a language model; its panel shows a text."""
    window.document.load_preset("char-lstm")
    qtbot.waitUntil(window.actions_["train"].isEnabled)
    window.actions_["train"].trigger()
    qtbot.waitUntil(lambda: bool(engine.commands(commands.Train)))
    engine.tell(started, len(engine.sent))
    said = {"prompt": ("The ",), "text": ("The end",), "classes": ("a",)}
    view = View("sample", "text_sample", 4, {"tokens": np.arange(7)}, said)
    engine.tell(told(view), len(engine.sent))
    window.docks.raise_("views")
    panel = window.panels.plots["views"]
    qtbot.waitUntil(lambda: panel.node == "sample")
    return window


def controls_of(window):
    return window.panels.plots["views"].page("sample").controls


def looks(engine):
    return [look.settings for look in engine.commands(commands.Look)]


def test_settings_at_the_view_count_at_once_and_are_one_undo_step(
    qtbot, writing, engine
):
    controls, document = controls_of(writing), writing.document
    assert controls.isVisible()
    before = training_fingerprint(document.project)
    prompt = controls.fields["prompt"]
    prompt.selectAll()
    qtbot.keyClicks(prompt, "import ")
    assert looks(engine) == []
    qtbot.keyClick(prompt, Qt.Key.Key_Return)
    assert looks(engine) == [{"sample": {"prompt": "import "}}]
    assert document.project.graph.node("sample").params["prompt"] == "import "
    assert document.undo_stack.count() == 1
    assert training_fingerprint(document.project) == before
    document.undo_stack.undo()
    assert looks(engine)[-1] == {"sample": {"prompt": "The "}}
    assert prompt.text() == "The "


def test_numbers_and_the_next_seed_are_told(qtbot, writing, engine):
    controls = controls_of(writing)
    field = controls.fields["top_k"]
    assert field.text() == "all"
    field.selectAll()
    qtbot.keyClicks(field, "5")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.keyClick(controls.fields["temperature"], Qt.Key.Key_Up)
    qtbot.mouseClick(controls.again, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(controls.again, Qt.MouseButton.LeftButton)
    assert [look["sample"] for look in looks(engine)] == [
        {"top_k": 5},
        {"temperature": pytest.approx(0.9)},
        {"seed": 1},
        {"seed": 2},
    ]
    field.setValue(field.minimum())
    assert looks(engine)[-1] == {"sample": {"top_k": None}}


def test_the_answer_to_new_settings_is_shown(qtbot, writing, engine):
    panel = writing.panels.plots["views"]
    controls_of(writing).again.click()
    said = {"prompt": ("The ",), "text": ("The other",)}
    view = View("sample", "text_sample", 4, {"tokens": np.arange(9)}, said)
    engine.tell(messages.Views((view,)), len(engine.sent))
    qtbot.waitUntil(lambda: panel.face.text == "The other")


def test_a_view_that_left_the_document_has_no_settings(qtbot, writing):
    graph = writing.document.project.graph
    edits = [Disconnect(edge) for edge in graph.edges_into("sample")]
    assert edits
    node = graph.node("sample")
    writing.document.apply([*edits, RemoveNode(node.id)], "Remove")
    assert not controls_of(writing).isVisible()


def answer(text, step=4):
    said = {"prompt": ("The ",), "text": (text,)}
    return View("sample", "text_sample", step, {"tokens": np.arange(9)}, said)


def test_a_text_is_pale_and_writing_until_the_last_answer_has_come(
    qtbot, writing, engine
):
    panel = writing.panels.plots["views"]
    face, controls = panel.face, controls_of(writing)
    assert "characters written" in panel._header(face)
    bright = face.grab().toImage()
    controls.again.click()
    controls.again.click()
    first, second = len(engine.sent) - 1, len(engine.sent)
    assert "writing…" in panel._header(face)
    assert "characters written" not in panel._header(face)
    pale = face.grab().toImage()
    assert pale != bright
    engine.tell(told(answer("The end of training", 5), 5), 1)  # begun before
    qtbot.waitUntil(lambda: face.text == "The end of training")
    assert "writing…" in panel._header(face)
    engine.tell(messages.Views((answer("The one"),)), first)
    qtbot.waitUntil(lambda: face.text == "The one")
    assert "writing…" in panel._header(face)
    engine.tell(messages.Views((answer("The two"),)), second)
    qtbot.waitUntil(lambda: face.text == "The two")
    assert "characters written" in panel._header(face)


def test_a_text_that_will_not_come_is_not_awaited(qtbot, writing, engine):
    panel = writing.panels.plots["views"]
    controls_of(writing).again.click()
    assert panel.face.is_awaited
    engine.tell(messages.Failed("no"), len(engine.sent))
    qtbot.waitUntil(lambda: not panel.face.is_awaited)
