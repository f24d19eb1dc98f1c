"""Menus of the window: icons and words in columns of their own, keys at the right edge.

Qt puts keys behind the longest word, in the colour of the words, and leaves an empty
column where some entries have no icon; its styles can't say it otherwise.
"""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QAction,
    QActionEvent,
    QColor,
    QIcon,
    QKeySequence,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QShowEvent,
)
from PySide6.QtWidgets import QMenu, QWidget

from workbench.theme import icons
from workbench.theme.guarded import guarded
from workbench.theme.tokens import Tokens, current

_RADIUS, _ITEM_RADIUS = 8.0, 5.0
_ICON_PX, _ICON_X, _WORDS_X, _RIGHT_PX, _BETWEEN_PX = 16, 10, 34, 12, 32
_BAR_PX = 3.0
_NATIVE = QKeySequence.SequenceFormat.NativeText


class Menu(QMenu):
    """A menu, drawn in the tokens of the theme.

    Args:
        title: With `&` before the letter of its key.
        parent: Of the menu.
    """

    def __init__(self, title: str = "", parent: QWidget | None = None) -> None:
        super().__init__(title, parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        self.aboutToShow.connect(self._widen)

    def below(self, title: str) -> "Menu":
        """Add a menu that opens beside this one, and return it."""
        menu = Menu(title, self)
        self.addMenu(menu)
        return menu

    def actionEvent(self, event: QActionEvent) -> None:
        """Be wide enough for an entry that changes while the menu is open."""
        super().actionEvent(event)
        if self.isVisible():
            self._widen()

    @guarded
    def showEvent(self, event: QShowEvent) -> None:
        """Measure once more: words change as things stand."""
        self._widen()
        super().showEvent(event)

    def _widen(self) -> None:
        """Be wide enough for the words and the keys of every entry."""
        self.setMinimumWidth(self._needed())

    def _needed(self) -> int:
        metrics, shown = (
            self.fontMetrics(),
            [a for a in self.actions() if a.isVisible()],
        )
        words = [metrics.horizontalAdvance(_words(a).replace("&", "")) for a in shown]
        keys = [metrics.horizontalAdvance(_keys(a)) for a in shown]
        gap = _BETWEEN_PX if any(keys) else 0
        edges = _WORDS_X + _RIGHT_PX + 2 * self.contentsMargins().left() + 10
        return max(words, default=0) + gap + max(keys, default=0) + edges

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the ground and every entry."""
        tokens = current()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            ground = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
            path = QPainterPath()
            path.addRoundedRect(ground, _RADIUS, _RADIUS)
            painter.fillPath(path, QColor(tokens.bg1))
            painter.setPen(QPen(QColor(tokens.line)))
            painter.drawPath(path)
            for action in self.actions():
                if action.isVisible():
                    self._draw(painter, action, tokens)

    def _draw(self, painter: QPainter, action: QAction, tokens: Tokens) -> None:
        room = QRectF(self.actionGeometry(action)).adjusted(1, 0, -1, 0)
        if action.isSeparator():
            painter.setPen(QColor(tokens.line))
            middle = round(room.center().y()) + 0.5
            painter.drawLine(QPointF(8, middle), QPointF(self.width() - 8, middle))
            return
        if action is self.activeAction() and action.isEnabled():
            self._draw_mark(painter, room, tokens)
        self._draw_icon(painter, action, room)
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextShowMnemonic
        words = room.adjusted(_WORDS_X, 0, -_RIGHT_PX, 0)
        can = action.isEnabled()
        painter.setPen(QColor(tokens.fg if can else tokens.faint))
        left = int(flags | Qt.AlignmentFlag.AlignLeft)
        painter.drawText(words, left, _words(action))
        painter.setPen(QColor(tokens.fg2 if can else tokens.faint))
        plain = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.drawText(words, int(plain), _keys(action))
        if action.menu() is not None:
            self._draw_pixmap(painter, "chevron-right", words.right() - 12, room)

    def _draw_mark(self, painter: QPainter, room: QRectF, tokens: Tokens) -> None:
        """Draw the ground of the entry that the pointer or the keys are at."""
        inner = room.adjusted(3, 0, -3, 0)
        path = QPainterPath()
        path.addRoundedRect(inner, _ITEM_RADIUS, _ITEM_RADIUS)
        painter.fillPath(path, QColor(tokens.bg3))
        bar = QRectF(inner.left(), inner.top() + 4, _BAR_PX, inner.height() - 8)
        painter.fillRect(bar, QColor(tokens.accent))

    def _draw_icon(self, painter: QPainter, action: QAction, room: QRectF) -> None:
        if action.isCheckable() and action.isChecked():
            self._draw_pixmap(painter, "check", room.left() + _ICON_X, room)
            return
        mode = QIcon.Mode.Normal if action.isEnabled() else QIcon.Mode.Disabled
        size = QSize(_ICON_PX, _ICON_PX)
        picture = action.icon().pixmap(size, self.devicePixelRatioF(), mode)
        if not action.isCheckable() and not picture.isNull():
            top = room.center().y() - _ICON_PX / 2
            painter.drawPixmap(QPointF(room.left() + _ICON_X, top), picture)

    def _draw_pixmap(
        self, painter: QPainter, name: str, left: float, room: QRectF
    ) -> None:
        size = 12
        picture = icons.pixmap(name, "fg2", size, self.devicePixelRatioF())
        painter.drawPixmap(QPointF(left, room.center().y() - size / 2), picture)


def _words(action: QAction) -> str:
    return action.text().partition("\t")[0]


def _keys(action: QAction) -> str:
    """Return the keys of an entry: its own, or those that its words name."""
    named = action.text().partition("\t")[2]
    return named or action.shortcut().toString(_NATIVE)
