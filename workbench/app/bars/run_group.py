"""What trains, in one joined control: train, pause or resume; pause, stop, step."""

from collections.abc import Mapping

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QToolButton

from engine.i18n import tr
from workbench.theme import icons, text
from workbench.theme.style import polish

FIRST_PX, OTHER_PX, HEIGHT_PX = 116, 28, 30
_ICON_PX = 16


class TrainButton(QPushButton):
    """The filled button: trains, or pauses what trains.

    Args:
        train: Followed while something can be trained or go on.
        pause: Followed while something trains.
    """

    def __init__(self, train: QAction, pause: QAction) -> None:
        super().__init__()
        self._train, self._pause = train, pause
        self._icon = ""
        polish(self, "accent", value=True)
        polish(self, "run", "first")
        self.setFixedSize(FIRST_PX, HEIGHT_PX)
        self.clicked.connect(self._on_clicked)
        for action in (train, pause):
            action.changed.connect(self._follow)
        self._follow()

    @property
    def _followed(self) -> QAction:
        trains = self._pause.isEnabled() and not self._train.isEnabled()
        return self._pause if trains else self._train

    def _on_clicked(self) -> None:
        self._followed.trigger()

    def _follow(self) -> None:
        followed = self._followed
        words = text.plain(followed.text()).partition("\t")[0]
        if words != self.text():
            self.setText(words)
        icon = "pause" if followed is self._pause else "play"
        if icon != self._icon:
            self._icon = icon
            icons.bind(self, icon, "#ffffff", beside=True)
            self.setIconSize(icons.beside(_ICON_PX))
        self.setEnabled(followed.isEnabled())
        self.setToolTip(followed.toolTip())


class RunGroup(QFrame):
    """All of it.

    Args:
        actions: By id.
    """

    def __init__(self, actions: Mapping[str, QAction]) -> None:
        super().__init__()
        polish(self, "run", "group")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(tr("Training"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self.train = TrainButton(actions["train"], actions["pause"])
        row.addWidget(self.train)
        row.addSpacing(2)
        for name in ("pause", "stop", "step", "preflight"):
            row.addWidget(_tool(actions[name]))
        row.addSpacing(2)
        self.setFixedHeight(HEIGHT_PX)


def _tool(action: QAction) -> QToolButton:
    button = QToolButton()
    polish(button, "run", "other")
    button.setDefaultAction(action)
    button.setIconSize(QSize(_ICON_PX, _ICON_PX))
    button.setFixedSize(OTHER_PX, HEIGHT_PX)
    button.setAccessibleName(text.plain(action.text()).partition("\t")[0])
    return button
