"""The real application in a process of its own, which answers what is asked of it.

Started by desk.py: `python -m tests.helpers.desk_child FD [ARGUMENTS]`. Each line that
comes over the socket FD is an expression; what it is worth goes back as JSON.
"""

import json
import os
import socket
import sys
import traceback
from pathlib import Path

from PySide6.QtCore import QPoint, QSocketNotifier, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QLineEdit,
    QMessageBox,
    QScrollArea,
    QSlider,
    QWidget,
)

from engine.graph.model import ROOT
from tests.helpers.desk_hands import Hands
from workbench import options
from workbench.app.commands import shortcuts
from workbench.app.launch import main
from workbench.app.window import MainWindow
from workbench.canvas.scene import open_block
from workbench.commands.registry import shown
from workbench.document import actions, blocks, notes

FIELDS = (QLineEdit, QComboBox, QCheckBox, QSlider)
QUIET = ("propagateSizeHints", "XDG_RUNTIME_DIR", "Populating font family")


class Answers:
    """Answers from the moment when the window has painted.

    Args:
        window: Asked about.
        channel: Where questions come from.
    """

    def __init__(self, window: MainWindow, channel: socket.socket) -> None:
        self.window, self._channel, self._rest = window, channel, b""
        self.warnings: list[str] = []
        project = lambda: window.document.project  # noqa: E731 - another each time
        self.room = {
            "window": window,
            "answers": self,
            "hands": Hands(window),
            "actions": actions,
            "blocks": blocks,
            "notes": notes,
            "Path": Path,
            "QApplication": QApplication,
            "QMessageBox": QMessageBox,
            "front": front,
            "focus": focus,
            "has_keyboard": has_keyboard,
            "sheet": lambda: shortcuts.groups(window.reach.commands),
            "keys_of": lambda name: keys_of(window, name),
            "middle": middle,
            "fields": lambda: [called(field) for field in fields(window)],
            "field": lambda name: field(window, name),
            "spot": lambda node_id: spot(window, node_id),
            "place": lambda node_id: list(project().position(ROOT, node_id)),
            "in_card": lambda node_id, dy=0: in_card(window, node_id, dy),
            "layer": lambda words: layer(window, words),
            "banner": lambda: (
                window.banner.words.text() * window.banner.isVisibleTo(window)
            ),
            "offer": lambda words: offer(window, words),
            "lengthen": lambda: actions.set_training(
                window.document,
                project().training.with_value("epochs", 100_000),
                "Epochs",
            ),
        }
        self._notifier = QSocketNotifier(channel.fileno(), QSocketNotifier.Type.Read)
        self._notifier.activated.connect(self._on_ready)
        window.painted.connect(lambda: self._send("painted"))

    def on_message(self, kind: QtMsgType, _context: object, text: str) -> None:
        """Remember what Qt complains about."""
        if kind != QtMsgType.QtDebugMsg and not any(q in text for q in QUIET):
            self.warnings.append(text)

    def _on_ready(self) -> None:
        data = self._channel.recv(1 << 16)
        if not data:  # The parent is gone.
            self._notifier.setEnabled(False)
            os._exit(3)
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            try:
                self._send(eval(line, self.room))
            except Exception:  # noqa: BLE001 - told to who asked
                self._send({"error": traceback.format_exc()})

    def _send(self, value: object) -> None:
        self._channel.sendall(json.dumps(value, default=str).encode() + b"\n")


def front() -> str:
    """Return the object name or class of the dialog or popup in front, or nothing."""
    widget = QApplication.activePopupWidget() or QApplication.activeModalWidget()
    if widget is None:
        active = QApplication.activeWindow()
        widget = active if active and not isinstance(active, MainWindow) else None
    return (widget.objectName() or type(widget).__name__) if widget else ""


def has_keyboard() -> bool:
    """Return whether what is in front gets the keys by now."""
    is_popup = QApplication.activePopupWidget() is not None
    return is_popup or not isinstance(QApplication.activeWindow(), MainWindow | None)


def focus() -> str:
    """Return the class and name of what has the keyboard."""
    widget = QApplication.focusWidget()
    return called(widget) if widget else ""


def called(field: QWidget) -> str:
    """Return the class and name of a field."""
    return f"{type(field).__name__} {field.accessibleName()}"


def fields(window: MainWindow) -> list[QWidget]:
    """Return what the page of the inspector that shows lets somebody edit."""
    page = window.inspector.page
    found = [field for kind in FIELDS for field in page.findChildren(kind)]
    return [f for f in found if f.isVisibleTo(page) and f.isEnabled()]


def field(window: MainWindow, name: str) -> QWidget:
    """Return the field of a name, scrolled to."""
    found = next(f for f in fields(window) if called(f) == name)
    found.setFocus()
    area = found.parentWidget()
    while area is not None and not isinstance(area, QScrollArea):
        area = area.parentWidget()
    if area is not None:
        area.ensureWidgetVisible(found)
    return found


def keys_of(window: MainWindow, name: str) -> list[str]:
    """Return the keys of a command, as they are shown here."""
    commands = (one.command for one in window.reach.commands)
    return [shown(key) for row in commands if row.id == name for key in row.keys]


def middle(widget: QWidget) -> list[int]:
    """Return where the middle of a widget is on the screen."""
    return on_screen(widget, widget.rect().center())


def on_screen(widget: QWidget, point: QPoint) -> list[int]:
    """Return a point of a widget as pixels of the screen."""
    place = widget.mapToGlobal(point) * widget.devicePixelRatioF()
    return [place.x(), place.y()]


def spot(window: MainWindow, node_id: str) -> list[int]:
    """Return where the head of a card is on the screen."""
    view = window.canvas
    card = view.scene.nodes[node_id].card()
    place = view.mapFromScene(card.center().x(), card.top() + 10)
    return on_screen(view.viewport(), place)


def in_card(window: MainWindow, node_id: str, below: int = 0) -> list[int]:
    """Return a place in the open card of a block, from its first node's, in pixels."""
    view = window.canvas
    card = open_block.find(view.scene, [node_id])
    place = card.rect_of(card.inner.ids[0]).bottomLeft()
    return on_screen(view.viewport(), view.mapFromScene(place) + QPoint(30, below))


def layer(window: MainWindow, words: str) -> list[int]:
    """Return where the palette shows a layer, searched for."""
    palette = window.palette_panel
    palette.field.setText(words)
    item = palette.tree.topLevelItem(0)
    return on_screen(
        palette.tree.viewport(), palette.tree.visualItemRect(item).center()
    )


def offer(window: MainWindow, words: str) -> list[int]:
    """Return where a button of the banner is."""
    buttons = window.banner.buttons
    return middle(next(button for button in buttons if button.text() == words))


def run(channel: socket.socket, arguments: list[str]) -> int:
    """Open the window as the command does, and answer."""
    begin = MainWindow.assemble
    answers: list[Answers] = []

    def remember(self: MainWindow, *args: object) -> None:
        begin(self, *args)
        answers.append(Answers(self, channel))
        qInstallMessageHandler(answers[0].on_message)

    MainWindow.assemble = remember
    return main.run(options.parse(arguments))


if __name__ == "__main__":
    sys.exit(run(socket.socket(fileno=int(sys.argv[1])), sys.argv[2:]))
