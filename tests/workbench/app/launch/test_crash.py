import sys
import threading

import pytest
from PySide6.QtWidgets import QApplication

from workbench.app.launch.crash import CrashGuard
from workbench.dialogs.report import ReportDialog


@pytest.fixture
def guard(qapp):
    guard = CrashGuard()
    old = (sys.excepthook, threading.excepthook)
    guard.install()
    yield guard
    guard.remove()
    assert (sys.excepthook, threading.excepthook) == old


def reports():
    widgets = QApplication.topLevelWidgets()
    return [w for w in widgets if isinstance(w, ReportDialog) and w.isVisible()]


def fail():
    try:
        raise KeyError("<b>lost</b>")
    except KeyError as error:
        sys.excepthook(type(error), error, error.__traceback__)


def test_exception_is_told_once_with_its_traceback(qtbot, guard, capsys):
    fail()
    fail()
    qtbot.waitUntil(lambda: len(reports()) == 1)
    report = reports()[0]
    assert "KeyError" in report.details.toPlainText()
    assert "<b>lost</b>" in report.details.toPlainText()
    assert "KeyError" in capsys.readouterr().err
    report.accept()
    qtbot.waitUntil(lambda: not reports())


def test_exception_of_a_thread_is_told_in_the_gui_thread(qtbot, guard):
    thread = threading.Thread(target=lambda: 1 / 0)
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: len(reports()) == 1)
    assert "ZeroDivisionError" in reports()[0].details.toPlainText()
    reports()[0].accept()
    qtbot.waitUntil(lambda: not reports())
