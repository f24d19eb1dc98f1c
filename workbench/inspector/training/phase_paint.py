"""Draws the rows of the phase table: colour, name, tags, how it trains, notes."""

from dataclasses import dataclass, field

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from engine.i18n import tr
from workbench.inspector.training.phase_card import Note, PhaseFace, Tag
from workbench.theme import fonts, icons
from workbench.theme.tokens import RADIUS, Tokens, current, mix, readable

FACE = Qt.ItemDataRole.UserRole
"""Role of the `PhaseFace` of an item."""
_PAD, _GAP, _BADGE, _MOST_LINES = 8, 4, 18, 3
_NOTE_ICONS = {"error": ("error", "err"), "warning": ("warning", "warn")}
_UNKNOWN_PX = 260
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


@dataclass
class _Plan:
    """Where everything of a row stands, from its top left corner."""

    tags: list[tuple[QRectF, Tag]] = field(default_factory=list)
    labels: list[tuple[QRectF, str]] = field(default_factory=list)
    notes: list[tuple[QRectF, Note]] = field(default_factory=list)
    how: QRectF = field(default_factory=QRectF)
    height: float = 0.0


def _small() -> QFont:
    return fonts.ui(fonts.SECONDARY)


def _bold() -> QFont:
    return fonts.ui(weight=fonts.SEMIBOLD)


def plan(face: PhaseFace, width: float) -> _Plan:
    """Return where the parts of a row stand in a given width."""
    made, small = _Plan(), QFontMetricsF(_small())
    line = small.height() + 6
    y = _PAD + max(QFontMetricsF(_bold()).height(), _BADGE) + _GAP
    words = (tr("minimises"), tr("updates"))
    column = max(small.horizontalAdvance(word) for word in words) + 8
    for word, tags in zip(words, (face.minimises, face.updates), strict=True):
        made.labels.append((QRectF(_PAD, y, column, line), word))
        y = _flow(made, tags, QRectF(_PAD + column, y, width - 2 * _PAD - column, line))
    inner = width - 2 * _PAD
    y = _wrapped(small, face.how, inner, y, made)
    for note in face.notes:
        room = QRectF(0, 0, inner - 20, 1000)
        flags = int(Qt.TextFlag.TextWordWrap.value)
        tall = small.boundingRect(room, flags, note.text).height()
        made.notes.append((QRectF(_PAD, y, inner, tall), note))
        y += tall + 2
    made.height = y + _PAD - 2
    return made


def _wrapped(
    small: QFontMetricsF, text: str, width: float, y: float, made: _Plan
) -> float:
    flags = int(Qt.TextFlag.TextWordWrap.value)
    tall = small.boundingRect(QRectF(0, 0, width, 1000), flags, text).height()
    made.how = QRectF(_PAD, y + 1, width, tall)
    return y + tall + _GAP


def _flow(made: _Plan, tags: tuple[Tag, ...], room: QRectF) -> float:
    """Put tags beside and under each other; return where the next line begins."""
    small, line = QFontMetricsF(_small()), room.height()
    x, y, lines = room.left(), room.top(), 1
    for number, tag in enumerate(tags):
        wide = min(small.horizontalAdvance(tag.text) + 14, room.width())
        if x > room.left() and x + wide > room.right() + 1:
            x, y, lines = room.left(), y + line + 3, lines + 1
        if lines > _MOST_LINES:
            rest = Tag(tr("{n} more", n=len(tags) - number))
            made.tags.append((QRectF(x, y, room.width(), line), rest))
            break
        made.tags.append((QRectF(x, y, wide, line), tag))
        x += wide + _GAP
    return y + line + 3


def badge(painter: QPainter, box: QRectF, index: int) -> None:
    """Draw the square with the number of a phase in its colour."""
    tokens = current()
    colour = tokens.series[index % len(tokens.series)]
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
    painter.drawRoundedRect(box, 4, 4)
    painter.setFont(_bold())
    painter.setPen(QColor(readable(tokens.bg0, colour)))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, str(index + 1))


class PhaseDelegate(QStyledItemDelegate):
    """Draws one `PhaseFace` as a card."""

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        """Return the height that the tags and notes need in the list's width."""
        view = option.widget
        width = _UNKNOWN_PX
        if isinstance(view, QAbstractItemView):
            width = view.viewport().width()
        return QSize(width, round(plan(index.data(FACE), width).height))

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Draw the card."""
        face, room = index.data(FACE), QRectF(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        _ground(painter, option, face.index)
        painter.translate(room.topLeft())
        _head(painter, face, room.width())
        _body(painter, face, plan(face, room.width()))
        painter.restore()


def _ground(painter: QPainter, option: QStyleOptionViewItem, index: int) -> None:
    """Draw the card's ground; the chosen one has a rim in the phase's colour."""
    tokens, state = current(), option.state
    chosen = bool(state & QStyle.StateFlag.State_Selected)
    over = bool(state & QStyle.StateFlag.State_MouseOver)
    box = QRectF(option.rect).adjusted(1, 1, -1, -2)
    rim = tokens.series[index % len(tokens.series)] if chosen else tokens.line
    painter.setPen(QPen(QColor(rim), 1.5 if chosen else 1.0))
    painter.setBrush(QColor(tokens.bg3 if chosen or over else tokens.bg2))
    painter.drawRoundedRect(box, RADIUS, RADIUS)
    if state & QStyle.StateFlag.State_HasFocus:
        painter.setPen(QPen(QColor(tokens.accent), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box.adjusted(2, 2, -2, -2), RADIUS - 1, RADIUS - 1)


def _head(painter: QPainter, face: PhaseFace, width: float) -> None:
    box = QRectF(_PAD, _PAD, _BADGE, _BADGE)
    badge(painter, box, face.index)
    painter.setFont(_bold())
    painter.setPen(QColor(current().fg))
    room = QRectF(box.right() + 7, _PAD - 2, width - box.right() - 36, _BADGE + 4)
    metrics = QFontMetricsF(_bold())
    name = metrics.elidedText(face.name, Qt.TextElideMode.ElideRight, room.width())
    painter.drawText(room, _LEFT, name)
    worst = next((n for n in face.notes if n.severity in _NOTE_ICONS), None)
    if worst is not None:
        _icon(painter, width - _PAD - 16, _PAD + 1, worst.severity)


def _body(painter: QPainter, face: PhaseFace, made: _Plan) -> None:
    tokens = current()
    painter.setFont(_small())
    painter.setPen(QColor(tokens.fg2))
    for box, word in made.labels:
        painter.drawText(box, _LEFT, word)
    for box, tag in made.tags:
        _tag(painter, box, tag, tokens)
    wrap = int(Qt.TextFlag.TextWordWrap.value)
    painter.setPen(QColor(tokens.fg2))
    painter.drawText(made.how, wrap, face.how)
    for box, note in made.notes:
        _icon(painter, box.left(), box.top(), note.severity)
        painter.setPen(QColor(tokens.fg if note.severity != "info" else tokens.fg2))
        painter.drawText(box.adjusted(20, 0, 0, 0), wrap, note.text)


def _tag(painter: QPainter, box: QRectF, tag: Tag, tokens: Tokens) -> None:
    """Draw a tag: tinted by the node's category, or hollow for all."""
    painter.setFont(_small())
    text = tokens.fg2
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if tag.is_broken:
        painter.setPen(QPen(QColor(tokens.err), 1))
        text = tokens.text("err")
    elif tag.category:
        ground = mix(tokens.bg2, tokens.category(tag.category), 0.28)
        painter.setBrush(QColor(ground))
        text = readable(tokens.fg, ground)
    else:
        painter.setPen(QPen(QColor(tokens.line), 1))
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
    metrics = QFontMetricsF(_small())
    middle = Qt.TextElideMode.ElideMiddle
    words = metrics.elidedText(tag.text, middle, box.width() - 10)
    painter.setPen(QColor(text))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)


def _icon(painter: QPainter, x: float, y: float, severity: str) -> None:
    name, token = _NOTE_ICONS.get(severity, ("info", "fg2"))
    ratio = painter.device().devicePixelRatioF()
    painter.drawPixmap(round(x), round(y), icons.pixmap(name, token, 14, ratio))
