"""A preset as a card: what it looks like, what to watch, how long it takes."""

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QTextLayout,
)
from PySide6.QtWidgets import QPushButton, QWidget

import presets
from engine.i18n import tr
from presets import PresetInfo
from workbench import theme
from workbench.dialogs import fuzzy
from workbench.theme import fonts, icons, text
from workbench.theme.tokens import SPACE_M, SPACE_S

CARD_PX = 272
"""Least width of a card."""
RATIO = 200 / 320
"""Height of a picture over its width."""
_RADIUS, _TITLE_PT = 8.0, 10.5
_LINES, _GOAL_LINES = 7, 2
"""Most lines of what to watch and of the goal; the tool tip has all of it."""
_BY_TEXT, _BY_WORD, _BY_PARTS = 2.0, 2.5, 2.8
"""How far a search is that fits the text, other words, or each of its words some."""
_OPENS = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space})
_TEXT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class PresetCard(QWidget):
    """One preset; a click or Enter opens it, its button also trains it.

    Args:
        info: What is shown.
    """

    chosen = Signal(str)
    train_wanted = Signal(str)
    moved = Signal(int)  # key of an arrow

    def __init__(self, info: PresetInfo, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.info = info
        self._picture: QPixmap | None = None
        self._picture_theme = ""
        self._room: tuple[int, int] = (-1, 0)  # a width, and the height that it needs
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setAccessibleName(tr(info.title))
        self.setAccessibleDescription(f"{tr(info.watch)} {self.goal()}, {self.time()}")
        self.setToolTip(_wrapped(tr(info.watch)))
        self.open = self._button(tr("Open"), "open", "fg2")
        self.open.setAccessibleName(tr("Open {title}", title=tr(info.title)))
        self.open.clicked.connect(lambda: self.chosen.emit(info.id))
        self.train = self._button(tr("Train"), "play", "accent")
        self.train.setAccessibleName(tr("Train {title}", title=tr(info.title)))
        self.train.clicked.connect(lambda: self.train_wanted.emit(info.id))

    def _button(self, words: str, icon: str, tint: str) -> QPushButton:
        button = QPushButton(words, self)
        button.setProperty("small", True)
        button.setAutoDefault(False)
        button.setCursor(Qt.CursorShape.ArrowCursor)
        icons.bind(button, icon, tint)
        return button

    def goal(self) -> str:
        """Return what it reaches."""
        return tr(self.info.target.text)

    def time(self) -> str:
        """Return how long it takes."""
        minutes = self.info.minutes
        if minutes < 1:
            return tr("about {n} s", n=round(60 * minutes))
        return tr("about {n:g} min", n=minutes)

    def distance(self, needle: str) -> float | None:
        """Return how far the words are from a search; None when they don't fit.

        Its name comes first, then what it says of itself, then its data and layers,
        then all typed words in any order.
        """
        info = self.info
        by_name = [fuzzy.score(needle, text) for text in (tr(info.title), info.id)]
        found = [score for score in by_name if score is not None]
        told = f"{tr(info.watch)} {tr(info.family)}"
        if needle.casefold() in told.casefold():
            found.append(_BY_TEXT)
        words = (*info.words, *map(tr, info.words))
        if any(fuzzy.begins(needle, word) for word in words):
            found.append(_BY_WORD)
        whole = " ".join((tr(info.title), told, *words))
        if all(fuzzy.begins(part, whole) for part in needle.split()):
            found.append(_BY_PARTS)
        return min(found, default=None)

    @property
    def needs_picture(self) -> bool:
        """Whether its picture is not the present theme's."""
        return self._picture_theme != theme.current().name

    def load_picture(self) -> None:
        """Read the picture of the present theme; without one, an icon stays."""
        name = theme.current().name
        self._picture_theme = name
        path = presets.thumbnail(self.info.id, name)
        self._picture = QPixmap(str(path)) if path.is_file() else None
        self.update()

    def height_for(self, width: int) -> int:
        """Return how high a card of some width must be to say everything."""
        if self._room[0] != width:
            self._room = (width, self._needed(width))
        return self._room[1]

    def _needed(self, width: int) -> int:
        font, inner = self.font(), width - 2 * SPACE_M
        watch = broken(tr(self.info.watch), font, inner, _LINES)
        goal = broken(self.goal(), font, inner, _GOAL_LINES)
        words = QFontMetricsF(_title_font()).height() + 2 * SPACE_S
        words += (len(watch) + len(goal)) * QFontMetricsF(font).lineSpacing()
        foot = self.train.sizeHint().height()
        return round(width * RATIO + words + foot + 3 * SPACE_M)

    def changeEvent(self, event: QEvent) -> None:
        """Measure the words again in another font."""
        super().changeEvent(event)
        self._room = (-1, 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the buttons in the lower right corner."""
        super().resizeEvent(event)
        right = self.width() - SPACE_M
        for button in (self.train, self.open):
            size = button.sizeHint()
            top = self.height() - SPACE_M - size.height()
            button.setGeometry(right - size.width(), top, size.width(), size.height())
            right -= size.width() + SPACE_S

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw everything but the buttons."""
        tokens = theme.current()
        is_hot = self.hasFocus() or self.underMouse()
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        shape = QPainterPath()
        shape.addRoundedRect(frame, _RADIUS, _RADIUS)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.fillPath(shape, QColor(tokens.bg2))
            painter.setClipPath(shape)
            bottom = self._draw_picture(painter)
            painter.setClipping(False)
            self._draw_words(painter, bottom)
            edge = QColor(tokens.accent if is_hot else tokens.line)
            painter.setPen(QPen(edge, 1.5 if self.hasFocus() else 1.0))
            painter.drawPath(shape)

    def _draw_picture(self, painter: QPainter) -> float:
        """Draw the picture and return where it ends."""
        tokens = theme.current()
        room = QRectF(0, 0, self.width(), round(self.width() * RATIO))
        painter.fillRect(room, QColor(tokens.bg1))
        if self._picture is not None and not self._picture.isNull():
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawPixmap(room, self._picture, QRectF(self._picture.rect()))
        elif not self.needs_picture:
            mark = icons.pixmap("layers", "fg3", 28, self.devicePixelRatioF())
            middle = room.center() - QPointF(14, 14)
            painter.drawPixmap(middle, mark)
        painter.setPen(QColor(tokens.line))
        painter.drawLine(room.bottomLeft(), room.bottomRight())
        return room.bottom()

    def _draw_words(self, painter: QPainter, top: float) -> None:
        tokens, width = theme.current(), self.width() - 2 * SPACE_M
        painter.setFont(_title_font())
        metrics = QFontMetricsF(painter.font())
        box = QRectF(SPACE_M, top + SPACE_M, width, metrics.height())
        painter.setPen(QColor(tokens.fg))
        elide = Qt.TextElideMode.ElideRight
        painter.drawText(
            box, _TEXT, metrics.elidedText(tr(self.info.title), elide, width)
        )
        painter.setFont(self.font())
        painter.setPen(QColor(tokens.fg2))
        watch = broken(tr(self.info.watch), self.font(), width, _LINES)
        _draw_lines(painter, watch, QPointF(SPACE_M, box.bottom() + SPACE_S))
        goal = broken(self.goal(), self.font(), width, _GOAL_LINES)
        high = len(goal) * QFontMetricsF(self.font()).lineSpacing()
        painter.setPen(QColor(tokens.accent))
        bottom = self.train.geometry().top() - SPACE_S
        _draw_lines(painter, goal, QPointF(SPACE_M, bottom - high))
        foot = QRectF(self.open.geometry())
        foot.setRect(SPACE_M, foot.top(), foot.left() - SPACE_M, foot.height())
        painter.setPen(QColor(tokens.fg2))
        painter.drawText(foot, _TEXT, self.time())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Open the preset."""
        is_left = event.button() == Qt.MouseButton.LeftButton
        if is_left and self.rect().contains(event.position().toPoint()):
            self.chosen.emit(self.info.id)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open on Enter, train on Ctrl+Enter, and walk to other cards with arrows."""
        arrows = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)
        if event.key() in _OPENS:
            with_control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
            (self.train_wanted if with_control else self.chosen).emit(self.info.id)
        elif event.key() in arrows:
            self.moved.emit(int(event.key()))
        else:
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        """Return a card of the least width."""
        return QSize(CARD_PX, self.height_for(CARD_PX))


def broken(words: str, font: QFont, width: float, most: int) -> list[str]:
    """Return a text as lines; what the last one has no room for ends in an ellipsis.

    Args:
        words: Without line breaks of its own.
        font: In which it is drawn.
        width: Of a line, in pixels.
        most: Lines.
    """
    layout = QTextLayout(words, font)
    lines: list[str] = []
    layout.beginLayout()
    while len(lines) < most and (line := layout.createLine()).isValid():
        line.setLineWidth(width)
        start, end = line.textStart(), line.textStart() + line.textLength()
        if len(lines) == most - 1 and end < len(words):
            elide = Qt.TextElideMode.ElideRight
            lines.append(QFontMetricsF(font).elidedText(words[start:], elide, width))
        else:
            lines.append(words[start:end].rstrip())
    layout.endLayout()
    return lines


def _draw_lines(painter: QPainter, lines: list[str], place: QPointF) -> None:
    metrics = QFontMetricsF(painter.font())
    for number, line in enumerate(lines):
        down = metrics.ascent() + number * metrics.lineSpacing()
        painter.drawText(place + QPointF(0, down), line)


def _title_font() -> QFont:
    return fonts.ui(_TITLE_PT, bold=True)


def _wrapped(words: str) -> str:
    """Return a text as a tool tip that breaks its lines."""
    return f"<qt>{text.escape(words)}</qt>"
