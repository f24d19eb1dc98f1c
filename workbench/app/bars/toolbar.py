"""The bar under the menus: files, view, search, device, training."""

from collections.abc import Mapping

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
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
from workbench.theme import icons, text
from workbench.theme.label import Label
from workbench.theme.style import polish
from workbench.theme.text import word

_GROUPS = (("new", "open", "save"), ("undo", "redo"), ("arrange", "zoom_in", "fit"))
AUTO = "auto"
_NATIVE = QKeySequence.SequenceFormat.NativeText


class SearchButton(QPushButton):
    """Looks like a field and opens the command palette."""

    def __init__(self, action: QAction) -> None:
        super().__init__()
        polish(self, "search", value=True)
        self.setFixedWidth(260)
        self.setAccessibleName(tr("Search commands"))
        self.setToolTip(action.toolTip())
        self.clicked.connect(action.trigger)
        row = QHBoxLayout(self)
        row.setContentsMargins(30, 0, 10, 0)
        words = Label(tr("Search commands…"))
        keys = Label(action.shortcut().toString(_NATIVE))
        polish(words, "role", "secondary")
        polish(keys, "role", "faint")
        row.addWidget(words, 1)
        row.addWidget(keys)
        for label in (words, keys):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        icons.bind(self, "search", "fg2")


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
        return tr("CPU · {n} cores", n=devices.cores)
    free = tr("{size} free", size=text.size(free_bytes)) if free_bytes else device_id
    return f"{name} · {free}"


class ToolBar(QToolBar):
    """All of the bar.

    Args:
        actions: By id.
    """

    def __init__(self, actions: Mapping[str, QAction]) -> None:
        super().__init__(tr("Tools"))
        self.setObjectName("toolbar")
        self.setMovable(False)
        self.setIconSize(QSize(18, 18))
        self.toggleViewAction().setEnabled(False)
        for index, group in enumerate(_GROUPS):
            if index:
                self.addSeparator()
            for name in group:
                self._add_tool(actions[name])
        self._add_spacer()
        self.search = SearchButton(actions["palette"])
        self.addWidget(self.search)
        self._add_spacer()
        self.device = DevicePicker()
        self.addWidget(self.device)
        self.train = TrainButton(actions["train"])
        self.addWidget(_gap(6))
        self.addWidget(self.train)
        self.addWidget(_gap(2))
        for name in ("pause", "stop", "step"):
            self._add_tool(actions[name])
        self._add_tool(actions["theme"])

    def _add_tool(self, action: QAction) -> None:
        button = QToolButton()
        button.setDefaultAction(action)
        button.setAutoRaise(True)
        button.setIconSize(self.iconSize())
        button.setAccessibleName(action.toolTip())
        self.addWidget(button)

    def _add_spacer(self) -> None:
        spacer = QWidget()
        policy = QSizePolicy.Policy
        spacer.setSizePolicy(policy.Expanding, policy.Preferred)
        self.addWidget(spacer)


class TrainButton(QPushButton):
    """The filled button: Train, or Resume after a pause.

    Args:
        action: Followed in words and state.
    """

    def __init__(self, action: QAction) -> None:
        super().__init__()
        self._action = action
        polish(self, "accent", value=True)
        icons.bind(self, "play", "#ffffff")
        self.setIconSize(QSize(14, 14))
        self.setMinimumWidth(92)
        self.clicked.connect(action.trigger)
        action.changed.connect(self._follow)
        self._follow()

    def _follow(self) -> None:
        words = text.plain(self._action.text()).partition("\t")[0]
        if words != self.text():
            self.setText(words)
        self.setEnabled(self._action.isEnabled())
        self.setToolTip(self._action.toolTip())


def _gap(width: int) -> QWidget:
    gap = QWidget()
    gap.setFixedWidth(width)
    return gap
