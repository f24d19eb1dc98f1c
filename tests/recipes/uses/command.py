"""The toy command runs by its key, from the palette, and stands in menu and list."""

import os
import sys
from pathlib import Path

from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from engine.protocol.device import Device, Devices
from engine.protocol.messages import EngineReady, Message
from tests.recipes.uses import works
from workbench.app.commands.table import TABLE
from workbench.app.window import MainWindow
from workbench.document.settings import Settings
from workbench.session.session import Session


class SilentEngine:
    """Is there, and never says more than that."""

    def __init__(self):
        self._inbox = [Message(0, EngineReady(Devices((Device("cpu", "CPU"),), "", 2)))]

    def send(self, _command):
        return 1

    def drain(self):
        inbox, self._inbox = self._inbox, []
        return inbox

    def kill(self):
        """Die of nothing."""

    def close(self, _timeout_s):
        """End."""


folder = Path.cwd() / "home"
for kind in (QSettings.Format.NativeFormat, QSettings.Format.IniFormat):
    QSettings.setPath(kind, QSettings.Scope.UserScope, str(folder))
application = QApplication(sys.argv)
window = MainWindow(Session(SilentEngine, folder / "runs"), Settings())
window.recovery.path = folder / "recovery.bpw"
window.document.load_preset("xor")
window.show()
window.activateWindow()
assert QTest.qWaitForWindowActive(window)
told = []
window.canvas.say = told.append
wanted = f"{len(window.document.project.graph.nodes)} nodes"

modifiers = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
QTest.keyClick(window.windowHandle(), Qt.Key.Key_N, modifiers)
assert told == [wanted], told

(action,) = [a for a in window.findChildren(QAction) if a.text() == "&Count the nodes"]
assert action.shortcut() == QKeySequence("Ctrl+Alt+N")
action.trigger()
assert told == [wanted, wanted]
(row,) = [row for row in TABLE if row.id == "count"]
assert row.key == "Ctrl+Alt+N"
works()
sys.stdout.flush()
os._exit(0)  # a window that nobody waits for need not be taken apart
