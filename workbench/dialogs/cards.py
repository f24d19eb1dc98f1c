"""A preset as a card: what it looks like, what to watch, how long it takes."""

import re

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
)
from PySide6.QtWidgets import QPushButton, QWidget

import presets
from engine.i18n import tr
from presets import PresetInfo
from workbench import theme
from workbench.commands.ranking import Names
from workbench.dialogs import pictures
from workbench.theme import fonts, icons, text
from workbench.theme.tokens import SPACE_M, SPACE_S

CARD_PX, HEIGHT_PX, PICTURE_PX = 264, 212, 120
"""Least width of a card, its height, that of its picture at this width."""
_RADIUS, _ICON_PX = 8.0, 14
_TRAINS = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})
_FIGURE = re.compile(r"[≤≥<>] ?[\d.]+|[\d.]+")
_HEATS = frozenset({
    QEvent.Type.Enter, QEvent.Type.Leave, QEvent.Type.FocusIn, QEvent.Type.FocusOut,
})  # fmt: skip
_TEXT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class PresetCard(QWidget):
    """One preset; a click or Space opens it, Enter or its button trains it.

    The button shows below the pointer and with the keyboard, beside the time.

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
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setAccessibleName(tr(info.title))
        self.setAccessibleDescription(f"{tr(info.watch)} {self.goal()}, {self.time()}")
        self.setToolTip(_wrapped(tr(info.watch)))
        self.train = self._button(tr("Train"), "play", "accent")
        self.train.setAccessibleName(tr("Train {title}", title=tr(info.title)))
        self.train.clicked.connect(lambda: self.train_wanted.emit(info.id))
        self.train.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.train.hide()

    def _button(self, words: str, icon: str, tint: str) -> QPushButton:
        button = QPushButton(words, self)
        button.setProperty("small", True)
        button.setAutoDefault(False)
        icons.bind(button, icon, tint, beside=True)
        button.setIconSize(icons.beside(_ICON_PX))
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

    def names(self) -> Names:
        """Return what it is found by: its name, what it says, its data and layers."""
        info = self.info
        told = (tr(info.watch), tr(info.family), *info.words, *map(tr, info.words))
        return Names((tr(info.title), info.id), told)

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

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the button in the lower right corner."""
        super().resizeEvent(event)
        size = self.train.sizeHint()
        left = self.width() - SPACE_S - size.width()
        top = self.height() - SPACE_S - size.height()
        self.train.setGeometry(left, top, size.width(), size.height())

    def event(self, event: QEvent) -> bool:
        """Show the button to the pointer and to the keyboard."""
        done = super().event(event)
        if event.type() in _HEATS:
            self.train.setVisible(self._is_hot)
            self.update()
        return done

    @property
    def _is_hot(self) -> bool:
        return self.hasFocus() or self.underMouse()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw everything but the buttons."""
        tokens = theme.current()
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
            edge = QColor(tokens.accent if self._is_hot else tokens.line)
            painter.setPen(QPen(edge, 2.0 if self.hasFocus() else 1.0))
            painter.drawPath(shape)

    @property
    def _picture_height(self) -> int:
        return self.height() - (HEIGHT_PX - PICTURE_PX)

    def _draw_picture(self, painter: QPainter) -> float:
        """Draw the picture and return where it ends."""
        tokens = theme.current()
        room = QRectF(0, 0, self.width(), self._picture_height)
        painter.fillRect(room, QColor(tokens.bg1))
        if self._picture is not None and not self._picture.isNull():
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            ratio = room.height() / room.width()
            part = pictures.inside(self.info.id, self._picture, ratio)
            painter.drawPixmap(room, self._picture, part)
        elif not self.needs_picture:
            mark = icons.pixmap("layers", "fg3", 28, self.devicePixelRatioF())
            middle = room.center() - QPointF(14, 14)
            painter.drawPixmap(middle, mark)
        painter.setPen(QColor(tokens.line))
        painter.drawLine(room.bottomLeft(), room.bottomRight())
        return room.bottom()

    def _draw_words(self, painter: QPainter, top: float) -> None:
        tokens, width = theme.current(), self.width() - 2 * SPACE_M
        elide = Qt.TextElideMode.ElideRight
        place = top + SPACE_S + 2
        for font, tint, words in (
            (_title_font(), tokens.fg, tr(self.info.title)),
            (_small_font(), tokens.fg2, first_sentence(tr(self.info.watch))),
        ):
            painter.setFont(font)
            painter.setPen(QColor(tint))
            metrics = QFontMetricsF(font)
            box = QRectF(SPACE_M, place, width, metrics.height())
            painter.drawText(box, _TEXT, metrics.elidedText(words, elide, width))
            place = box.bottom() + 2
        self._draw_foot(painter, QRectF(SPACE_M, place, width, self.height() - place))

    def _draw_foot(self, painter: QPainter, room: QRectF) -> None:
        """Draw the goal over the whole width, below it the time beside the button."""
        metrics = QFontMetricsF(painter.font())
        line = room.adjusted(0, 0, 0, -SPACE_S - 2)
        line.setTop(line.bottom() - metrics.height())
        painter.drawText(line, _TEXT, self.time())
        line.translate(0, -metrics.height() - 2)
        painter.drawText(line, _TEXT, with_figure(self.goal(), metrics, line.width()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Open the preset."""
        is_left = event.button() == Qt.MouseButton.LeftButton
        if is_left and self.rect().contains(event.position().toPoint()):
            self.chosen.emit(self.info.id)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Train on Enter, open on Space, and walk to other cards with arrows."""
        arrows = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)
        if event.key() in _TRAINS:
            self.train_wanted.emit(self.info.id)
        elif event.key() == Qt.Key.Key_Space:
            self.chosen.emit(self.info.id)
        elif event.key() in arrows:
            self.moved.emit(int(event.key()))
        else:
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        """Return a card of the least width."""
        return QSize(CARD_PX, HEIGHT_PX)


def with_figure(words: str, metrics: QFontMetricsF, width: float) -> str:
    """Return a goal cut to a width, where that is possible with its figure in it."""
    modes = Qt.TextElideMode
    figure = _FIGURE.search(words)
    for mode in (modes.ElideRight, modes.ElideMiddle, modes.ElideLeft):
        shown = metrics.elidedText(words, mode, width)
        if figure is None or figure.group() in shown:
            return shown
    return metrics.elidedText(words, modes.ElideRight, width)


def first_sentence(words: str) -> str:
    """Return what stands before the first full stop, in any script."""
    ends = [at for at in (words.find(". "), words.find("。")) if at > 0]
    return words[: min(ends) + 1] if ends else words


def _title_font() -> QFont:
    return fonts.ui(fonts.BODY, fonts.SEMIBOLD)


def _small_font() -> QFont:
    return fonts.ui(fonts.SECONDARY)


def _wrapped(words: str) -> str:
    """Return a text as a tool tip that breaks its lines."""
    return f"<qt>{text.escape(words)}</qt>"
