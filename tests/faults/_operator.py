"""A hand that does at random whatever the window lets a person do."""

import random
import sys
import time
import traceback
from pathlib import Path

from PySide6.QtCore import QPoint, QPointF, Qt, QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QAction, QDesktopServices, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QDialog,
    QDockWidget,
    QLineEdit,
    QMenu,
    QSlider,
    QTabBar,
    QWidget,
)

from engine.host.inside import connect
from engine.layers import registry
from engine.protocol.wire.client import EngineClient
from tests.faults._attendant import Attendant
from tests.workbench.app.helpers import discard
from workbench.app.docks.bars import name_of
from workbench.app.window import MainWindow
from workbench.canvas.commands.table import TABLE
from workbench.canvas.edits import drop
from workbench.document.settings import Settings
from workbench.session.session import Session

HANG_S, LEFT_S, PAUSE_MS = 10.0, 5.0, 15
PRESETS = (
    "xor",
    "sine",
    "spirals",
    "gan-2d",
    "digits-mlp",
    "mnist-resnet",
    "dead-relu",
)
QUIET = ("This plugin", "propagateSizeHints", "XDG_RUNTIME_DIR", "font family")
TEXTS = ("", "3", "-1", "0.5", "1e400", "linear", "a.b", "  a  ", "x" * 400, "<img>")
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
NOT_PRESSED = {"quit", "runs"}


class Operator:
    """One window, its engine on a thread, and somebody who tries everything.

    Args:
        seed: Of everything that is random.
        folder: Where files are saved and opened.
    """

    def __init__(self, seed: int, folder: Path) -> None:
        self.chance, self.folder = random.Random(seed), folder
        self.wrong: list[str] = []
        self.done: list[str] = []
        self._hook, sys.excepthook = sys.excepthook, self._on_exception
        self._handler = qInstallMessageHandler(self._on_message)
        self._open_url, QDesktopServices.openUrl = QDesktopServices.openUrl, print
        self.window = MainWindow(Session(_patient, folder / "runs"), Settings())
        self.window.recovery.path = folder / "recovery-own.bpw"
        self.window.document.load_preset("xor")
        self.window.show()
        self.attendant = Attendant(self.chance, folder)
        self.rules = [
            getattr(self, name) for name in dir(self) if name.startswith("do_")
        ]

    # What goes wrong -----------------------------------------------------------

    def _on_exception(self, kind: type, error: BaseException, trace: object) -> None:
        self.wrong.append("".join(traceback.format_exception(kind, error, trace)))

    def _on_message(self, kind: QtMsgType, _context: object, text: str) -> None:
        is_quiet = kind == QtMsgType.QtDebugMsg or any(word in text for word in QUIET)
        if not is_quiet:
            self.wrong.append(f"Qt: {text}")

    # One operation --------------------------------------------------------------

    def step(self) -> list[str]:
        """Do something; returns what went wrong."""
        rule = self.chance.choice(self.rules)
        self.wrong.clear()
        self.note(rule.__name__)
        begin = time.monotonic()
        try:
            rule()
            QTest.qWait(PAUSE_MS)
        except Exception:  # noqa: BLE001 - told with what was done
            self.wrong.append(traceback.format_exc())
        took = time.monotonic() - begin - self.attendant.waited()
        if took > HANG_S:
            self.wrong.append(f"hung for {took:.1f} s")
        self._see_it_closed()
        return self.wrong

    def note(self, words: str) -> None:
        """Remember what is done."""
        self.done.append(words)

    def _see_it_closed(self) -> None:
        """Let the attendant close what has opened."""
        limit = time.monotonic() + LEFT_S
        while (front := _front()) is not None and time.monotonic() < limit:
            QTest.qWait(20)
        if front is not None:
            self.wrong.append(f"{type(front).__name__} stays open")
            front.close()

    def close(self) -> None:
        """End the run, the window and what was put in place."""
        window = self.window
        window.session.stop()
        limit = time.monotonic() + 60
        while window.session.active and time.monotonic() < limit:
            QTest.qWait(20)
        self.attendant.close()
        window.asks_nothing = True
        window.close()
        discard(window)
        qInstallMessageHandler(self._handler)
        sys.excepthook = self._hook
        QDesktopServices.openUrl = self._open_url

    # What is done -----------------------------------------------------------------

    def do_action(self) -> None:
        """Press an entry of the menu bar."""
        actions = self.window.actions_
        name = self.chance.choice([k for k in actions if k not in NOT_PRESSED])
        self.note(name)
        if actions[name].isEnabled():
            actions[name].trigger()

    do_another_action = do_third_action = do_action

    def do_submenu(self) -> None:
        """Choose an entry of a menu that fills itself."""
        menus = self.window.actions_.menus
        menu: QMenu = menus[self.chance.choice(["recent", "panels", "align", "device"])]
        menu.aboutToShow.emit()
        entries = [a for a in menu.actions() if a.isEnabled() and not a.isSeparator()]
        if entries:
            self._trigger(self.chance.choice(entries))

    def _trigger(self, action: QAction) -> None:
        self.note(action.text())
        action.trigger()

    def do_key(self) -> None:
        """Press a key of the canvas, or a random one."""
        own = [key for row in TABLE for key in row.keys if isinstance(key, str)]
        text = self.chance.choice([*own, "Ctrl+V", "Ctrl+C", "Ctrl+X"])
        self.note(text)
        self.window.canvas.setFocus()
        QTest.keySequence(self.window.canvas, text)

    do_another_key = do_third_key = do_key

    def do_type(self) -> None:
        """Type into whatever has the keyboard."""
        widget = QApplication.focusWidget()
        if widget is not None and widget.isVisible():
            QTest.keyClicks(widget, self.chance.choice(TEXTS)[:40])
            QTest.keyClick(widget, Qt.Key.Key_Return)

    def do_field(self) -> None:
        """Edit a field of the inspector, whose undo key then is pressed at times."""
        page = self.window.inspector.page
        lines = [e for e in page.findChildren(QLineEdit) if _usable(e)]
        if not lines:
            return
        line = self.chance.choice(lines)
        line.setFocus()
        line.selectAll()
        QTest.keyClicks(line, self.chance.choice(TEXTS)[:40])
        for key in self.chance.choice([(), (Qt.Key.Key_Return,), (Qt.Key.Key_Tab,)]):
            QTest.keyClick(line, key)
        if self.chance.random() < 0.3:
            QTest.keyClick(line, Qt.Key.Key_Z, CONTROL)

    do_another_field = do_field

    def do_choice(self) -> None:
        """Move a list or a slider somewhere in the window."""
        found = self.window.findChildren(QComboBox) + self.window.findChildren(QSlider)
        usable = [widget for widget in found if _usable(widget)]
        if usable:
            widget = self.chance.choice(usable)
            widget.setFocus()
            key = self.chance.choice([Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_End])
            QTest.keyClick(widget, key)

    def do_button(self) -> None:
        """Click a button that can be seen."""
        buttons = self.window.findChildren(QAbstractButton)
        usable = [button for button in buttons if _usable(button)]
        if usable:
            button = self.chance.choice(usable)
            self.note(button.text() or button.toolTip() or button.objectName())
            QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def do_select(self) -> None:
        """Select some nodes."""
        nodes = list(self.window.canvas.scene.nodes)
        count = self.chance.randint(0, min(4, len(nodes)))
        self.window.canvas.select(self.chance.sample(nodes, count))

    do_another_select = do_select

    def _place(self) -> QPoint:
        """Return a place of the canvas, mostly on a card."""
        view = self.window.canvas
        cards = list(view.scene.nodes.values())
        if cards and self.chance.random() < 0.7:
            card = self.chance.choice(cards).card()
            x, y = self.chance.random(), self.chance.random()
            spot = QPointF(card.x() + card.width() * x, card.y() + card.height() * y)
            return view.mapFromScene(spot)
        size = view.viewport().size()
        return QPoint(
            self.chance.randrange(max(1, size.width())),
            self.chance.randrange(max(1, size.height())),
        )

    def do_click(self) -> None:
        """Click, double-click or ask for the menu on the canvas."""
        port, place = self.window.canvas.viewport(), self._place()
        left, right = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
        how = self.chance.choice([QTest.mouseClick, QTest.mouseDClick])
        if self.chance.random() < 0.3:
            QTest.mouseClick(port, right, pos=place)
        else:
            modifiers = self.chance.choice([Qt.KeyboardModifier.NoModifier, SHIFT])
            how(port, left, modifiers, place)

    def do_drag(self) -> None:
        """Drag on the canvas; at times Esc gives it up."""
        port = self.window.canvas.viewport()
        left, start, end = Qt.MouseButton.LeftButton, self._place(), self._place()
        QTest.mousePress(port, left, pos=start)
        for i in range(1, 5):
            QTest.mouseMove(port, start + (end - start) * i / 4)
            QTest.qWait(2)
        if self.chance.random() < 0.2:
            QTest.keyClick(self.window.canvas, Qt.Key.Key_Escape)
        QTest.mouseRelease(port, left, pos=end)

    do_another_drag = do_drag

    def do_drop(self) -> None:
        """Drop a layer of the palette on the canvas."""
        spec = self.chance.choice(list(registry.all_specs()))
        self.note(spec.id)
        copy, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
        data, left = drop.layer_data(spec.id), Qt.MouseButton.LeftButton
        place = QPointF(self._place())
        self.window.canvas.dropEvent(QDropEvent(place, copy, data, left, none))

    def do_undo(self) -> None:
        """Go back or forward some steps."""
        stack = self.window.document.undo_stack
        for _ in range(self.chance.randint(1, 6)):
            self.chance.choice([stack.undo, stack.undo, stack.redo])()

    def do_dock(self) -> None:
        """Show, hide, float or enlarge a panel, or choose a tab."""
        window = self.window
        dock: QDockWidget = window.docks[self.chance.choice(window.docks.names())]
        self.note(dock.objectName())
        self.chance.choice([
            dock.show, dock.hide, dock.raise_,
            lambda: dock.setFloating(not dock.isFloating()),
            lambda: window.controllers.view.enlarging.toggle(name_of(dock)),
        ])()  # fmt: skip
        tabs = [tab for tab in window.findChildren(QTabBar) if tab.count()]
        if tabs:
            tab = self.chance.choice(tabs)
            tab.setCurrentIndex(self.chance.randrange(tab.count()))

    def do_preset(self) -> None:
        """Open a preset, or a file."""
        if self.chance.random() < 0.3:
            self.window.controllers.files.open_preset(self.chance.choice(PRESETS))
        elif self.chance.random() < 0.3:
            files = list(self.folder.glob("*.bpw"))
            if files:
                self.window.controllers.files.open_path(self.chance.choice(files))

    def do_train(self) -> None:
        """Train for a moment."""
        actions = self.window.actions_
        name = self.chance.choice(["train", "step", "epoch", "restart", "keep"])
        self.note(name)
        if actions[name].isEnabled():
            actions[name].trigger()
            QTest.qWait(self.chance.choice([0, 50, 200]))
        end = self.chance.choice(["pause", "stop", "stop", ""])
        if end and actions[end].isEnabled():
            actions[end].trigger()

    def do_size(self) -> None:
        """Give the window another size."""
        self.window.resize(
            self.chance.randint(300, 1800), self.chance.randint(200, 1100)
        )


def _patient() -> EngineClient:
    """Return an engine on a thread, which can't be killed: its end is waited for."""
    client = connect()
    close = client.close
    client.close = lambda _timeout_s: close(60.0)
    return client


def _front() -> QWidget | None:
    """Return the dialog or popup that waits for somebody."""
    return QApplication.activePopupWidget() or QApplication.activeModalWidget()


def _usable(widget: QWidget) -> bool:
    """Return whether somebody could use a widget of the main window."""
    return (
        widget.isVisible()
        and widget.isEnabled()
        and not isinstance(widget.window(), QDialog)
    )
