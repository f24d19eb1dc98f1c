"""Where a moved card comes to rest: in line with others, or on the grid."""

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QLineF, QPointF, QRectF

from workbench.canvas.geometry import sizes

REACH_PX = 6.0
_OVERHANG = 14.0


@dataclass(frozen=True)
class Snap:
    """A place and the guides that explain it.

    Args:
        delta: How far the card moves.
        guides: Lines through what it is in line with.
    """

    delta: QPointF
    guides: tuple[QLineF, ...] = ()


def snap(card: QRectF, delta: QPointF, others: Iterable[QRectF], zoom: float) -> Snap:
    """Return where a card that was dragged by `delta` comes to rest.

    Args:
        card: Where it was before.
        delta: Of the pointer.
        others: Cards that it can stand in line with.
        zoom: Screen pixels per scene pixel; lines attract from the same screen
            distance at every zoom.
    """
    goal = card.translated(delta)
    reach = REACH_PX / zoom
    others = [c for c in others if _is_near(c, goal)]
    across = _nearest(goal, others, reach, is_across=True)
    down = _nearest(goal, others, reach, is_across=False)
    x = goal.left() + across[0] if across else sizes.snap(goal.left())
    y = goal.top() + down[0] if down else sizes.snap(goal.top())
    final = QRectF(QPointF(x, y), card.size())
    guides = [_upright(final, across[1], across[2])] if across else []
    guides += [_level(final, down[1], down[2])] if down else []
    return Snap(final.topLeft() - card.topLeft(), tuple(guides))


def _is_near(card: QRectF, goal: QRectF) -> bool:
    far = 900.0
    return goal.adjusted(-far, -far, far, far).intersects(card)


def _nearest(
    goal: QRectF, others: list[QRectF], reach: float, *, is_across: bool
) -> tuple[float, float, QRectF] | None:
    """Return (how far to move, line, card) of the best line, or None."""
    best = None
    for card in others:
        for mine, line in zip(_lines(goal, is_across), _lines(card, is_across),
                              strict=True):  # fmt: skip
            gap = line - mine
            if abs(gap) <= reach and (best is None or abs(gap) < abs(best[0])):
                best = (gap, line, card)
    return best


def _lines(card: QRectF, is_across: bool) -> tuple[float, ...]:
    """Return what lines up: left edge and middle, or top and middle (the ports)."""
    if is_across:
        return (card.left(), card.center().x(), card.right())
    return (card.center().y(), card.top(), card.bottom())


def _upright(one: QRectF, x: float, other: QRectF) -> QLineF:
    rect = one.united(other)
    return QLineF(x, rect.top() - _OVERHANG, x, rect.bottom() + _OVERHANG)


def _level(one: QRectF, y: float, other: QRectF) -> QLineF:
    rect = one.united(other)
    return QLineF(rect.left() - _OVERHANG, y, rect.right() + _OVERHANG, y)
