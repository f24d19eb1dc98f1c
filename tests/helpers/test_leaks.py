"""The guards of conftest.py find what they are there to find."""

import subprocess
import sys
import threading

import pytest

from tests.helpers import leaks


@pytest.fixture(autouse=True)
def _no_grace(monkeypatch):
    monkeypatch.setattr(leaks, "_GRACE_S", 0.05)


def test_running_thread_is_found():
    guard, stop = leaks.ThreadGuard(), threading.Event()
    thread = threading.Thread(target=stop.wait, name="forgotten")
    thread.start()
    assert guard.left_behind() == ["thread 'forgotten'"]
    stop.set()
    thread.join()
    assert guard.left_behind() == []


def test_running_child_is_found():
    guard = leaks.ProcessGuard()
    code = "import sys; sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE) as child:
        assert str(child.pid) in guard.left_behind()[0]
        child.communicate()
    assert child.returncode != 0
    assert guard.left_behind() == []


def test_ticking_timer_is_found(qapp):
    core = pytest.importorskip("PySide6.QtCore")
    guard = leaks.TimerGuard()
    timer = core.QTimer(qapp)
    timer.start(40)
    assert guard.left_behind() == ["timer of 40 ms"]
    timer.stop()
    assert guard.left_behind() == []
    timer.deleteLater()


def test_open_window_is_found(qapp):
    widgets = pytest.importorskip("PySide6.QtWidgets")
    guard = leaks.WidgetGuard()
    widget = widgets.QLabel("x")
    widget.setObjectName("forgotten")
    assert guard.left_behind() == ["widget QLabel 'forgotten'"]
    assert guard.left_behind() == []
