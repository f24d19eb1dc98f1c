"""The bar under the menus: files, view, rooms, search, device, training."""

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence, QResizeEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QToolBar,
    QToolButton,
    QWidget,
)

from engine.i18n import tr
from engine.protocol.device import Devices
from workbench.app.bars.room_switch import RoomSwitch
from workbench.app.bars.run_group import RunGroup
from workbench.app.docks.rooms import ROOMS
from workbench.theme import icons, text
from workbench.theme.label import Label
from workbench.theme.style import polish
from workbench.theme.text import word
from workbench.theme.tokens import SPACE_M, SPACE_S

_GROUPS = (("new", "open", "save"), ("undo", "redo"), ("arrange", "fit"))
_ROOM, _STEPS_ROOM = (860, 940), (1360, 1500)
"""Widths from which the second and the third group are shown, px."""
AUTO = "auto"
SEARCH_PX, LEAST_SEARCH_PX = 220, 96
_AROUND_PX = 30 + SPACE_S + 10
"""Of the search: its icon, between words and keys, behind them."""
_NATIVE = QKeySequence.SequenceFormat.NativeText


class SearchButton(QPushButton):
    """Looks like a field and opens the command palette."""

    def __init__(self, action: QAction, parent: QWidget) -> None:
        super().__init__(parent)
        polish(self, "search", value=True)
        self.setAccessibleName(tr("Search commands"))
        self.setToolTip(action.toolTip())
        self.clicked.connect(action.trigger)
        row = QHBoxLayout(self)
        row.setContentsMargins(30, 0, 10, 0)
        row.setSpacing(SPACE_S)
        self.words = words = Label(tr("Search or do…"))
        self.keys = keys = Label(action.shortcut().toString(_NATIVE))
        polish(words, "role", "secondary")
        polish(keys, "role", "faint")
        row.addWidget(words, 1)
        row.addWidget(keys)
        for label in (words, keys):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        icons.bind(self, "search", "fg2")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave out the keys, rather than half of them, where it is narrow."""
        super().resizeEvent(event)
        needed = self.words.sizeHint().width() + self.keys.sizeHint().width()
        self.keys.setVisible(self.width() >= needed + _AROUND_PX)


class DevicePicker(QComboBox):
    """Where the network is trained; a setting of the document."""

    picked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(tr("Device"))
        self.setToolTip(tr("Device that trains the network"))
        self.setMinimumWidth(150)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.addItem(tr("Engine starting…"), AUTO)
        self.activated.connect(lambda row: self.picked.emit(self.itemData(row)))

    def show_devices(self, devices: Devices, chosen: str) -> None:
        """List what torch reports; the document's choice stays chosen."""
        with QSignalBlocker(self):
            self.clear()
            for device_id, words in choices(devices):
                self.addItem(word(words), device_id)
        self.show_chosen(chosen)

    def show_off(self) -> None:
        """Say that there is no engine that could have devices."""
        with QSignalBlocker(self):
            self.clear()
            self.addItem(tr("The engine is off."), AUTO)

    def show_chosen(self, device: str) -> None:
        """Choose the document's device, also one that isn't there."""
        with QSignalBlocker(self):
            if self.findData(device) < 0 and device == "cpu":
                device = AUTO
            if self.findData(device) < 0:
                self.addItem(tr("{device} (not here)", device=word(device)), device)
            self.setCurrentIndex(self.findData(device))


def choices(devices: Devices) -> list[tuple[str, str]]:
    """Return (id, words) of everything that can be picked."""
    words = [
        (d.id, _words(d.id, d.name, d.free_bytes, devices)) for d in devices.devices
    ]
    if len(words) == 1:
        return [(AUTO, words[0][1])]
    best = words[-1][1] if len(words) > 1 else "CPU"
    return [(AUTO, tr("Automatic · {name}", name=best)), *words]


def _words(device_id: str, name: str, free_bytes: int, devices: Devices) -> str:
    if device_id == "cpu":
        return tr("CPU · {n:core|cores}", n=devices.cores)
    free = tr("{size} free", size=text.size(free_bytes)) if free_bytes else device_id
    return f"{name} · {free}"


class ToolBar(QToolBar):
    """All of the bar.

    The search stands in the middle of the window, whatever stands beside it, as long
    as it has room there.

    Args:
        actions: By id.
    """

    def __init__(self, actions: Mapping[str, QAction]) -> None:
        super().__init__(tr("Tools"))
        self.setObjectName("toolbar")
        self.setMovable(False)
        self.setIconSize(QSize(18, 18))
        self.toggleViewAction().setEnabled(False)
        self._groups: list[list[QAction]] = []
        for index, group in enumerate(_GROUPS):
            line = [self.addSeparator()] if index else []
            tools = [self._add_tool(actions[name]) for name in group]
            self._groups.append([*line, *tools])
        self.addWidget(_gap(SPACE_S))
        self.rooms = RoomSwitch(ROOMS, actions)
        self.addWidget(self.rooms)
        self.between = _spacer()
        self.device = DevicePicker()
        self.run = RunGroup(actions)
        self.train = self.run.train
        usual = (self.between, self.device, _gap(SPACE_S), self.run)
        self._usual = [self.addWidget(part) for part in usual]
        self._steps: QAction | None = None
        self._steps_shown = False
        self.search = SearchButton(actions["palette"], self)
        self.between.installEventFilter(self)

    def show_steps(self, steps: QWidget | None) -> None:
        """Show the parts of a step in place of search and training; None: not."""
        if steps is not None and self._steps is None:
            self._steps = self.addWidget(steps)
        for action in self._usual:
            action.setVisible(steps is None)
        if self._steps is not None:
            self._steps.setVisible(steps is not None)
        self._steps_shown = steps is not None
        self._make_room()
        self.search.setVisible(steps is None)
        self._place_search()

    def _add_tool(self, action: QAction) -> QAction:
        button = QToolButton()
        button.setDefaultAction(action)
        button.setAutoRaise(True)
        button.setIconSize(self.iconSize())
        button.setAccessibleName(action.toolTip())
        return self.addWidget(button)

    def _make_room(self) -> None:
        """Leave tools out of a narrow bar that menus and keys have as well."""
        least = _STEPS_ROOM if self._steps_shown else _ROOM
        for group, width in zip(self._groups[1:], least, strict=True):
            for action in group:
                action.setVisible(self.width() >= width)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Place the search when there is more or less room for it."""
        if event.type() in {QEvent.Type.Move, QEvent.Type.Resize}:
            self._place_search()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the search in the middle."""
        super().resizeEvent(event)
        self._make_room()
        self._place_search()

    def _place_search(self) -> None:
        free = self.between.geometry().adjusted(SPACE_M, 0, -SPACE_M, 0)
        width = min(SEARCH_PX, free.width())
        middle = (self.width() - width) // 2
        left = max(free.left(), min(middle, free.right() + 1 - width))
        height = self.search.sizeHint().height()
        self.search.setGeometry(left, (self.height() - height) // 2, width, height)
        is_usual = self._usual[0].isVisible()
        self.search.setVisible(is_usual and width >= LEAST_SEARCH_PX)


def _spacer() -> QWidget:
    spacer = QWidget()
    policy = QSizePolicy.Policy
    spacer.setSizePolicy(policy.Expanding, policy.Preferred)
    return spacer


def _gap(width: int) -> QWidget:
    gap = QWidget()
    gap.setFixedWidth(width)
    return gap
