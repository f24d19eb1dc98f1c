"""A GAN from an empty canvas: mouse and keys build it, set its phases and train it."""

import math

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.workbench.app.helpers import discard
from tests.workbench.app.test_keyboard import CONTROL, LIMIT_MS, Keyboard
from tests.workbench.canvas.conftest import Hand
from workbench.app.window import MainWindow
from workbench.document.settings import Settings
from workbench.inspector.inspector import TRAINING
from workbench.session.session import Session

LEFT = Qt.MouseButton.LeftButton
WIRES = {
    ("noise.out", "generator.input"),
    ("data.point", "discriminator.input"),
    ("generator.out", "discriminator_2.input"),
    ("discriminator.out", "bce_with_logits.input"),
    ("discriminator_2.out", "bce_with_logits_2.input"),
    ("discriminator_2.out", "bce_with_logits_3.input"),
    ("generator.out", "scatter.input"),
}


@pytest.fixture
def window(qtbot, qapp, tmp_path):
    window = MainWindow(Session(runs_folder=tmp_path / "runs"), Settings())
    window.recovery.path = tmp_path / "recovery.bpw"
    window.resize(1400, 900)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    yield window
    window.asks_nothing = True
    window.close()
    discard(window)


class Person(Keyboard):
    """Uses the window as a person does."""

    def __init__(self, window):
        super().__init__(window)
        self.hand = Hand(window.canvas)
        self.canvas = window.canvas

    def choose(self, *node_ids):
        """Click the cards of nodes, all but the first with Ctrl."""
        for number, node_id in enumerate(node_ids):
            self.hand.click(self.hand.card(node_id), CONTROL if number else None)
        assert set(self.canvas.selection.ids) == set(node_ids)

    def leave(self):
        """Click the empty ground."""
        self.canvas.fit()
        self.hand.click(self.ground())

    def ground(self):
        return self.canvas.mapToScene(6, self.canvas.viewport().height() - 6)

    def group(self, name, *node_ids):
        self.choose(*node_ids)
        self.press(Qt.Key.Key_G, modifiers=CONTROL)
        self.type(name)
        self.press(Qt.Key.Key_Return)
        assert self.canvas.selection.ids == [name]

    def port(self, node_id, name, *, is_output):
        return self.hand.port(node_id, name, is_output=is_output)

    def move(self, node_id, way):
        """Drag a card."""
        start = self.hand.card(node_id)
        self.hand.drag(start, start + way)

    def wire(self, source, target):
        start = self.port(*source, is_output=True)
        self.hand.drag(start, self.port(*target, is_output=False))

    def drop_wire(self, source, text):
        """Drop a wire on the empty ground and add what the search finds."""
        start = self.port(*source, is_output=True)
        self.canvas.fit()
        self.hand.drag(start, self.free_place())
        self.type(text)
        self.press(Qt.Key.Key_Return)

    def free_place(self):
        """Return a scene point to the right where no card is."""
        scene, view = self.canvas.scene, self.canvas.viewport()
        for y in range(view.height() - 60, 40, -20):
            place = self.canvas.mapToScene(view.width() - 180, y)
            if scene.node_at(place) is None and scene.edge_at(place, 40) is None:
                return QPointF(place)
        raise AssertionError

    def mouse(self, widget):
        QTest.mouseClick(widget, LEFT)

    def turn_to(self, tab):
        tabs = self.window.inspector.tabs
        QTest.mouseClick(tabs, LEFT, pos=tabs.tabRect(tab).center())


def build(person):
    """Data, noise, generator, discriminator twice, three losses and a view."""
    person.add("8 gaussians")
    person.leave()
    person.add("noise")
    person.add("linear")
    person.configure("Outputs", "32")
    person.add("relu")
    person.add("linear")
    person.configure("Outputs", "2")
    person.group("generator", "linear", "relu", "linear_2")
    person.choose("data")
    person.add("linear")
    person.configure("Outputs", "32")
    person.add("leaky")
    person.add("linear")
    person.configure("Outputs", "1")
    person.group("discriminator", "linear", "leaky_relu", "linear_2")
    person.press(Qt.Key.Key_D, modifiers=CONTROL)
    person.move("discriminator_2", QPointF(0, 120))
    person.canvas.fit()
    person.wire(("generator", "out"), ("discriminator_2", "input"))
    person.choose("discriminator", "discriminator_2")
    person.configure("Share weights", "d")
    for source, target in (
        ("discriminator", "1"),
        ("discriminator_2", "0"),
        ("discriminator_2", "1"),
    ):
        person.drop_wire((source, "out"), "bce logits")
        person.configure("Constant target", target)
    person.choose("generator")
    person.add("scatter")


def set_phases(person, form):
    person.leave()
    person.mouse(form.add_phase)
    person.type("forge")
    person.press(Qt.Key.Key_Return)
    pickers = form.phase_form.minimise, form.phase_form.update_
    person.mouse(pickers[0].pick)
    person.choose("bce_with_logits_3")
    person.mouse(pickers[1].open)
    person.type("generator")
    person.press(Qt.Key.Key_Return)
    rows = form.table.rows
    place = rows.visualItemRect(rows.item(0)).center()
    QTest.mouseClick(rows.viewport(), LEFT, pos=place)
    person.choose("bce_with_logits", "bce_with_logits_2")
    person.turn_to(TRAINING)
    person.mouse(pickers[0].pick)
    person.mouse(pickers[1].pick)
    person.choose("discriminator")


def moved(curve):
    known = [value for value in curve if not math.isnan(value)]
    return max(known, default=0.0) - min(known, default=0.0)


def test_a_gan_is_built_and_trained_by_mouse_and_keys(qtbot, window):
    window.document.new()
    person, project = Person(window), window.document.project
    build(person)
    wires = {(str(e.source), str(e.target)) for e in project.graph.edges}
    assert wires == WIRES
    set_phases(person, window.inspector.training)
    judge, forge = project.training.phases
    assert judge.minimise == ("bce_with_logits", "bce_with_logits_2")
    assert judge.update == ("discriminator",)
    assert (forge.name, forge.minimise) == ("forge", ("bce_with_logits_3",))
    assert forge.update == ("generator",)
    qtbot.waitUntil(lambda: window.analysis is not None, timeout=LIMIT_MS)
    assert window.analysis.problems == ()
    qtbot.waitUntil(window.actions_["train"].isEnabled, timeout=LIMIT_MS)
    _train(qtbot, window, person)


def _train(qtbot, window, person):
    losses = ([], [])
    window.session.frame_received.connect(
        lambda frame: [losses[i].extend(frame.losses[:, i]) for i in range(2)]
    )
    person.press(Qt.Key.Key_F5)
    qtbot.waitUntil(lambda: min(map(moved, losses)) > 0.1, timeout=LIMIT_MS)
    views = window.panels.plots["views"]
    qtbot.waitUntil(lambda: views.face is not None, timeout=LIMIT_MS)
    assert views.node == "scatter"
    points = lambda: views.face.view.arrays["points"]  # noqa: E731 - the newest
    assert points().shape[1] == 2
    qtbot.waitUntil(lambda: len(points()) > 100, timeout=LIMIT_MS)
    assert QApplication.focusWidget() is not None
    person.press(Qt.Key.Key_F5, modifiers=Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: not window.session.active, timeout=LIMIT_MS)
