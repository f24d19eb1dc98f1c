"""The whole job by keyboard alone: every key goes to the window, as from a person."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.workbench.app.helpers import discard
from workbench.app.window import MainWindow
from workbench.document.settings import Settings
from workbench.session.session import Session

LIMIT_MS = 60_000
CONTROL = Qt.KeyboardModifier.ControlModifier
WIRES = {
    ("data.point", "linear.input"),
    ("linear.out", "tanh.input"),
    ("tanh.out", "linear_2.input"),
    ("linear_2.out", "mse.input"),
    ("data.target", "mse.target"),
    ("data.point", "decision_boundary.points"),
    ("linear_2.out", "decision_boundary.input"),
    ("data.target", "decision_boundary.target"),
}


@pytest.fixture
def window(qtbot, qapp, tmp_path):
    window = MainWindow(Session(runs_folder=tmp_path / "runs"), Settings())
    window.recovery.path = tmp_path / "recovery.bpw"
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    yield window
    window.asks_nothing = True
    window.close()
    discard(window)


class Keyboard:
    """Sends keys to the system's window: Qt finds who has the focus."""

    def __init__(self, window):
        self.window = window

    def press(self, *keys, modifiers=Qt.KeyboardModifier.NoModifier):
        for key in keys:
            QTest.keyClick(self.window.windowHandle(), key, modifiers)

    def type(self, text):
        for letter in text:
            QTest.keyClick(self.window.windowHandle(), letter)

    def tab_to(self, name):
        """Press Tab until a widget with an accessible name has the focus."""
        for _ in range(80):
            if QApplication.focusWidget().accessibleName() == name:
                return
            self.press(Qt.Key.Key_Tab)
        raise AssertionError(name)

    def add(self, text):
        """Add what the search finds first, behind the selected node."""
        self.press(Qt.Key.Key_Tab)
        self.type(text)
        self.press(Qt.Key.Key_Return)

    def configure(self, name, text):
        """Set a number of the selected layer and come back to the canvas."""
        self.press(Qt.Key.Key_Return)
        self.tab_to(name)
        self.press(Qt.Key.Key_A, modifiers=CONTROL)
        self.type(text)
        self.press(Qt.Key.Key_Return, Qt.Key.Key_Escape)

    def go_to(self, words):
        self.press(Qt.Key.Key_F, modifiers=CONTROL)
        self.type(words)
        self.press(Qt.Key.Key_Return)

    def connect(self, source, words):
        """Wire a node to the port that the list finds for some words."""
        self.go_to(source)
        self.press(Qt.Key.Key_C)
        self.type(words)
        self.press(Qt.Key.Key_Return)


def test_xor_is_built_connected_configured_and_trained_by_keys_alone(qtbot, window):
    window.document.new()
    keys, graph = Keyboard(window), window.document.project.graph
    for text in ("xor", "linear", "tanh", "linear", "mse", "boundary"):
        keys.add(text)
    keys.connect("xor", "boundary points")  # the rest is wired as it is added
    keys.go_to("linear_2")
    keys.configure("Outputs", "1")
    keys.go_to("linear linear")
    keys.configure("Outputs", "4")
    assert graph.node("linear").params == {"out_features": 4}
    assert graph.node("linear_2").params == {"out_features": 1}
    assert graph.node("data").params == {"source": "xor"}
    assert {(str(e.source), str(e.target)) for e in graph.edges} == WIRES
    _train(qtbot, window, keys)


def _train(qtbot, window, keys):
    """Set the rate and the length, press F5 and wait until the loss has fallen."""
    keys.press(Qt.Key.Key_Escape)
    keys.configure("Epochs", "200")
    keys.configure("Learning rate", "0.03")
    phase = window.document.project.training.phases[0]
    assert phase.optimizer.params["lr"] == 0.03
    losses = []
    window.session.frame_received.connect(
        lambda frame: losses.extend(frame.losses[:, 0])
    )
    qtbot.waitUntil(window.actions_["train"].isEnabled, timeout=LIMIT_MS)
    keys.press(Qt.Key.Key_F5)
    qtbot.waitUntil(lambda: min(losses, default=1.0) < 0.05, timeout=LIMIT_MS)
    assert losses[0] > 0.2
    keys.press(Qt.Key.Key_F5, modifiers=Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: not window.session.active, timeout=LIMIT_MS)
