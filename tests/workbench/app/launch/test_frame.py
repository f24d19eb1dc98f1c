"""The bare frame that shows while the rest is loaded."""

import os
import subprocess
import sys

import pytest
from PySide6.QtCore import QEvent

from tests.helpers.sources import ROOT
from workbench import theme
from workbench.app.window import FOOT_PX, HEAD_PX, MainWindow
from workbench.document.settings import Settings
from workbench.session.session import Session
from workbench.theme import tokens

STARTS = """
import sys
from PySide6.QtCore import QTimer
from workbench.app.launch import main
from workbench import theme
from workbench.app.window import MainWindow
from workbench.options import Options
{}
sys.exit(main.run(Options(document="digits-mlp")))
"""


def start(code):
    return subprocess.run(
        [sys.executable, "-c", STARTS.format(code)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        timeout=120,
        check=False,
    )


def test_the_frame_shows_before_any_part_is_loaded():
    told = start("""
def appeared(self):
    rooms = {m.split(".")[1] for m in sys.modules if m.startswith("workbench.")}
    print(sorted(rooms & {"canvas", "inspector", "session", "plots", "dialogs"}))
    print("engine.graph" in sys.modules, "engine.layers" in sys.modules)
    print(self.isVisible(), self.is_whole, flush=True)
    self.close()
init = MainWindow.__init__
def remember(self, *args):
    init(self, *args)
    self.appeared.connect(lambda: appeared(self))
MainWindow.__init__ = remember
""")
    assert told.returncode == 0, told.stderr
    assert told.stdout.splitlines() == ["[]", "False False", "True False"]


def test_closing_the_frame_ends_the_application():
    told = start("""
show = MainWindow.show
def closes(self):
    show(self)
    QTimer.singleShot(0, self, self.close)
MainWindow.show = closes
""")
    assert told.returncode == 0, told.stderr
    assert "Traceback" not in told.stderr


@pytest.fixture
def frame(qtbot, qapp):
    made = MainWindow(None, Settings())
    made.resize(1000, 700)
    with qtbot.waitSignal(made.appeared):
        made.show()
    yield made
    made.asks_nothing = True
    made.close()
    qapp.setStyleSheet("")
    made.deleteLater()
    qapp.sendPostedEvents(made, QEvent.Type.DeferredDelete)


def test_the_frame_has_the_grounds_of_bars_and_canvas(frame):
    image = frame.grab().toImage()
    seen = [image.pixelColor(500, y).name() for y in (8, HEAD_PX - 1, 300)]
    foot = [image.pixelColor(500, 700 - y).name() for y in (FOOT_PX, 4)]
    theme = tokens.current()
    assert seen == [theme.bg0, theme.line, theme.canvas]
    assert foot == [theme.line, theme.bg0]


def test_the_frame_of_the_start_page_has_no_tool_bar(frame):
    frame.is_for_start = True
    image, theme_now = frame.grab().toImage(), tokens.current()
    seen = [image.pixelColor(500, y).name() for y in (8, HEAD_PX - 1, 300)]
    assert seen == [theme_now.bg0, theme_now.bg1, theme_now.bg1]


def test_the_frame_stays_awake_while_its_parts_are_loaded():
    told = start("""
turns = []
init, assemble = MainWindow.__init__, MainWindow.assemble
def remember(self, *args):
    init(self, *args)
    timer = QTimer(self, interval=0)
    timer.timeout.connect(lambda: turns.append(1) if self._has_appeared else None)
    timer.start()
def assembles(self, session):
    missing = [m for m in ("workbench.canvas.view", "workbench.app.controllers")
               if m not in sys.modules]
    print(len(turns) >= 8, missing, flush=True)
    self.close()
    sys.exit(0)
MainWindow.__init__, MainWindow.assemble = remember, assembles
""")
    assert told.stdout.splitlines() == ["True []"], told.stderr


def test_the_whole_window_takes_the_place_of_its_frame(frame, qapp, qtbot, tmp_path):
    place, native = frame.geometry(), frame.winId()
    frame.start_late = lambda: None
    frame.assemble(Session(runs_folder=tmp_path / "runs"))
    theme.dress(qapp)
    with qtbot.waitSignal(frame.painted):
        frame.show()
    assert frame.is_whole
    assert (frame.geometry(), frame.winId()) == (place, native)
    assert all(each.isVisible() for each in (frame.canvas, frame.tools, frame.status))
    assert frame.tools.geometry().bottom() + 1 == pytest.approx(HEAD_PX, abs=4)
    assert frame.status.height() == pytest.approx(FOOT_PX, abs=4)
