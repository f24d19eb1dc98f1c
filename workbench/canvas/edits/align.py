"""Align and distribute the selected nodes, as one undo step."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QPointF, QRectF

from engine.graph.model import Position
from engine.i18n import tr
from workbench.canvas.stage import Stage
from workbench.document import actions

Cards = Mapping[str, QRectF]


def _left(cards: Cards, rect: QRectF) -> dict[str, Position]:
    return {i: (rect.left(), c.top()) for i, c in cards.items()}


def _centre(cards: Cards, rect: QRectF) -> dict[str, Position]:
    middle = rect.center().x()
    return {i: (middle - c.width() / 2, c.top()) for i, c in cards.items()}


def _right(cards: Cards, rect: QRectF) -> dict[str, Position]:
    return {i: (rect.right() - c.width(), c.top()) for i, c in cards.items()}


def _top(cards: Cards, rect: QRectF) -> dict[str, Position]:
    return {i: (c.left(), rect.top()) for i, c in cards.items()}


def _middle(cards: Cards, rect: QRectF) -> dict[str, Position]:
    middle = rect.center().y()
    return {i: (c.left(), middle - c.height() / 2) for i, c in cards.items()}


def _bottom(cards: Cards, rect: QRectF) -> dict[str, Position]:
    return {i: (c.left(), rect.bottom() - c.height()) for i, c in cards.items()}


def _across(cards: Cards, rect: QRectF) -> dict[str, Position]:
    """Make the gaps between the cards equal, from left to right."""
    order = sorted(cards, key=lambda i: (cards[i].left(), cards[i].top()))
    free = rect.width() - sum(card.width() for card in cards.values())
    gap, x = free / max(1, len(order) - 1), rect.left()
    places = {}
    for node_id in order:
        places[node_id] = (x, cards[node_id].top())
        x += cards[node_id].width() + gap
    return places


def _down(cards: Cards, rect: QRectF) -> dict[str, Position]:
    """Make the gaps between the cards equal, from top to bottom."""
    order = sorted(cards, key=lambda i: (cards[i].top(), cards[i].left()))
    free = rect.height() - sum(card.height() for card in cards.values())
    gap, y = free / max(1, len(order) - 1), rect.top()
    places = {}
    for node_id in order:
        places[node_id] = (cards[node_id].left(), y)
        y += cards[node_id].height() + gap
    return places


KINDS: dict[str, tuple[str, Callable[[Cards, QRectF], dict[str, Position]], int]] = {
    "left": ("Align left edges", _left, 2),
    "centre": ("Align centres", _centre, 2),
    "right": ("Align right edges", _right, 2),
    "top": ("Align top edges", _top, 2),
    "middle": ("Align middles", _middle, 2),
    "bottom": ("Align bottom edges", _bottom, 2),
    "across": ("Distribute horizontally", _across, 3),
    "down": ("Distribute vertically", _down, 3),
}
"""Kind → words, what it does, and how many nodes it takes."""


def places(kind: str, cards: Cards) -> dict[str, Position]:
    """Return where cards stand afterwards."""
    rect = QRectF()
    for card in cards.values():
        rect = rect.united(card)
    return KINDS[kind][1](cards, rect)


def apply(stage: Stage, kind: str) -> None:
    """Align or distribute the selected nodes, outside or inside an open block."""
    words, _, fewest = KINDS[kind]
    chosen = stage.selection
    area = chosen.area
    cards = {i: area.rect_of(i) for i in chosen.ids}
    if len(cards) < fewest:
        stage.say(tr("Select at least {count} nodes.", count=fewest))
        return
    stored = {
        i: area.to_stored(QPointF(*at), i) for i, at in places(kind, cards).items()
    }
    corners = {i: (at.x(), at.y()) for i, at in stored.items()}
    stage.attempt(actions.move, corners, area.scope, tr(words))
