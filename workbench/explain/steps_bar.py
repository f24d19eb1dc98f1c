"""The four parts of a step in the tool bar: how far one is, and one fact each."""

from collections.abc import Mapping
from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from engine.i18n import tr
from workbench.explain import words
from workbench.explain.walk import PARTS, Part
from workbench.theme import fonts, icons
from workbench.theme.style import polish
from workbench.theme.text import tip
from workbench.theme.tokens import SPACE_S, current, mix

HEIGHT_PX = 40
_WIDTH, _LEAST, _DISC, _JOINT = 140, 92, 18.0, 12
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class Chip(QAbstractButton):
    """One part: a number, a dot or a tick, its name, and a fact below it.

    Args:
        part: Of the step.
        index: From 1.
    """

    def __init__(self, part: Part, index: int) -> None:
        super().__init__()
        self.part: Part = part
        self._index = index
        self.state, self.fact = "ahead", ""
        self.setText(words.title(part))
        policy = QSizePolicy.Policy
        self.setSizePolicy(policy.Preferred, policy.Fixed)
        self.setFixedHeight(HEIGHT_PX)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:
        """Ask for room for a name and a fact."""
        return QSize(_WIDTH, HEIGHT_PX)

    def minimumSizeHint(self) -> QSize:
        """Allow a narrow window to cut the fact."""
        return QSize(_LEAST, HEIGHT_PX)

    def say(self, state: str, fact: str) -> None:
        """Show how far it is: `done`, `here` or `ahead`; and its fact."""
        if (state, fact) != (self.state, self.fact):
            self.state, self.fact = state, fact
            self.setAccessibleName(f"{self.text()}: {fact}")
            self.setToolTip(tip(f"{self.text()}: {fact}" if fact else self.text()))
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw it."""
        theme = current()
        colour = QColor(theme.colour(self.part))
        is_here, is_done = self.state == "here", self.state == "done"
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            ground = mix(theme.bg1, theme.colour(self.part), 0.16 if is_here else 0.0)
            if self.underMouse() and not is_here:
                ground = theme.bg3
            painter.setBrush(QColor(ground))
            rim = colour if is_here else QColor(theme.line)
            if self.hasFocus():
                rim = QColor(theme.accent)
            painter.setPen(QPen(rim, 2 if is_here or self.hasFocus() else 1))
            painter.drawRoundedRect(box, 7, 7)
            self._paint_disc(painter, box)
            left = box.left() + 12 + _DISC + 8
            line = QRectF(left, box.top() + 3, box.right() - left - 6, 17)
            strong = fonts.ui(fonts.SECONDARY, fonts.SEMIBOLD)
            painter.setFont(strong)
            painter.setPen(QColor(theme.fg if is_here or is_done else theme.fg2))
            painter.drawText(line, _LEFT, self.text())
            painter.setFont(fonts.ui(fonts.AXIS))
            tint = theme.text(self.part, "bg3") if is_here else theme.fg2
            painter.setPen(QColor(tint))
            line.translate(0, 16)
            fact = QFontMetricsF(painter.font()).elidedText(
                self.fact, Qt.TextElideMode.ElideRight, line.width()
            )
            painter.drawText(line, _LEFT, fact)

    def _paint_disc(self, painter: QPainter, box: QRectF) -> None:
        theme = current()
        disc = QRectF(box.left() + 12, box.center().y() - _DISC / 2, _DISC, _DISC)
        is_ahead = self.state == "ahead"
        fill = theme.bg3 if is_ahead else theme.colour(self.part)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(fill))
        painter.drawEllipse(disc)
        painter.setPen(QPen(QColor(theme.text("fg", fill)), 1.8))
        if self.state == "done":
            x, y = disc.center().x(), disc.center().y()
            painter.drawPolyline(
                [QPointF(x - 4, y), QPointF(x - 1, y + 3), QPointF(x + 4, y - 3)]
            )
            return
        painter.setFont(fonts.ui(fonts.AXIS, fonts.SEMIBOLD))
        painter.drawText(disc, Qt.AlignmentFlag.AlignCenter, str(self._index))


class StepsBar(QWidget):
    """The four parts, back, next, and the way out.

    Signals:
        part_wanted: One of the parts was clicked.
    """

    part_wanted = Signal(str)
    back_wanted = Signal()
    next_wanted = Signal()
    leave_wanted = Signal()
    anew_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        policy = QSizePolicy.Policy
        self.setSizePolicy(policy.Expanding, policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_S, 0, SPACE_S, 0)
        row.setSpacing(0)
        self.chips: dict[Part, Chip] = {}
        for index, part in enumerate(PARTS, start=1):
            chip = Chip(part, index)
            self.chips[part] = chip
            chip.clicked.connect(lambda _on=False, p=part: self.part_wanted.emit(p))
            if index > 1:
                row.addSpacing(_JOINT)
            row.addWidget(chip)
        row.addSpacing(_JOINT)
        self._add_buttons(row)
        self.say({}, "", can_back=False)

    def _add_buttons(self, row: QHBoxLayout) -> None:
        self.back = QToolButton()
        icons.bind(self.back, "arrow-left", "fg")
        self.back.setToolTip(tr("Back, without computing again"))
        self.back.setAccessibleName(tr("Back"))
        self.back.setFixedSize(32, 32)
        self.back.clicked.connect(self.back_wanted)
        row.addWidget(self.back)
        row.addSpacing(SPACE_S)
        self.next = QPushButton()
        polish(self.next, "accent", value=True)
        self.next.setMinimumWidth(120)
        self.next.setMaximumWidth(220)
        self.next.setFixedHeight(32)
        self.next.clicked.connect(self.next_wanted)
        row.addWidget(self.next, 1)
        row.addSpacing(SPACE_S)
        self.anew = QToolButton()
        icons.bind(self.anew, "reset", "fg")
        self.anew.setToolTip(tr("Hold the newest step"))
        self.anew.setAccessibleName(self.anew.toolTip())
        self.anew.setFixedSize(32, 32)
        self.anew.clicked.connect(self.anew_wanted)
        row.addWidget(self.anew)
        row.addSpacing(SPACE_S)
        self.leave = QPushButton(tr("Leave"))
        self.leave.setToolTip(f"{tr('Back to where you were')}  (Esc)")
        self.leave.setFixedSize(self.leave.sizeHint().width() + SPACE_S, 32)
        self.leave.clicked.connect(self.leave_wanted)
        row.addWidget(self.leave)

    def sizeHint(self) -> QSize:
        """Take what room there is."""
        return QSize(700, HEIGHT_PX)

    def say(
        self, facts: Mapping[Part, tuple[str, str]], following: str, *, can_back: bool
    ) -> None:
        """Show how far each part is, and what comes next; empty: nothing does.

        Args:
            facts: Part → state and fact, see `Chip.say`.
            following: Words for the next stop.
            can_back: There is a stop before.
        """
        for part, chip in self.chips.items():
            chip.say(*facts.get(part, ("ahead", "")))
        said = tr("Next: {name}", name=following) if following else tr("Next")
        metrics = self.next.fontMetrics()
        room = self.next.width() - 24
        shown = metrics.elidedText(said, Qt.TextElideMode.ElideRight, room)
        self.next.setText(shown.replace("&", "&&"))
        self.next.setToolTip(tip(f"{said}  (F10)"))
        self.next.setEnabled(bool(following))
        self.back.setEnabled(can_back)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Join the parts by lines in the colour of what has been walked."""
        super().paintEvent(event)
        theme = current()
        chips = list(self.chips.values())
        with QPainter(self) as painter:
            for before, after in pairwise(chips):
                is_walked = after.state != "ahead"
                tint = theme.colour(before.part) if is_walked else theme.line
                painter.setPen(QPen(QColor(tint), 2))
                y = before.geometry().center().y() + 1
                left, right = before.geometry().right() + 1, after.geometry().left()
                painter.drawLine(left, y, right, y)
