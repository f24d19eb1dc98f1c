"""The rooms as one control of segments; the room that shows is down."""

from collections.abc import Iterable, Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QFont, QFontMetrics
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton

from engine.i18n import tr
from workbench.app.docks.rooms import Room
from workbench.theme.style import polish
from workbench.theme.tokens import SPACE_L

HEIGHT_PX = 30


class RoomSwitch(QFrame):
    """One segment for each room.

    Args:
        rooms: From left to right.
        actions: By id; one leads to each room.
    """

    def __init__(self, rooms: Iterable[Room], actions: Mapping[str, QAction]) -> None:
        super().__init__()
        polish(self, "segments", value=True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(tr("Rooms"))
        self.setFixedHeight(HEIGHT_PX)
        self.segments: dict[str, QPushButton] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(1, 1, 1, 1)
        row.setSpacing(0)
        for room in rooms:
            segment = QPushButton(tr(room.title))
            self.segments[room.id] = segment
            self._join(segment, actions[room.command])
            row.addWidget(segment)

    def _join(self, segment: QPushButton, action: QAction) -> None:
        polish(segment, "segment", value=True)
        segment.setCheckable(True)
        bold = segment.font()
        bold.setWeight(QFont.Weight.DemiBold)  # as the one that is down
        words = QFontMetrics(bold).horizontalAdvance(segment.text())
        segment.setFixedSize(words + 2 * SPACE_L, HEIGHT_PX - 2)
        segment.setToolTip(action.toolTip())
        segment.clicked.connect(action.trigger)
        action.changed.connect(lambda: segment.setChecked(action.isChecked()))
        segment.setChecked(action.isChecked())
