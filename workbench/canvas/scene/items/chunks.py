"""Items in groups: what pictures and presses need of them, gathered once.

A document of 20,000 nodes is never walked through for one change: an item tells its
group that it has changed, and only that group is gathered anew.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Generic, TypeVar, cast

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtWidgets import QGraphicsItem

from workbench.canvas.scene.items.revision import Revision

SIZE = 256
FLAGS = QGraphicsItem.GraphicsItemFlag.ItemHasNoContents
"""Of every item: what is seen of them is painted for all at once."""
Shapes = dict[tuple[str, str], list[Any]]
"""(layer, colour) → rectangles or lines."""
_Box = tuple[float, float, float, float]


class Member(QGraphicsItem):
    """What stands in a group.

    Whether it is selected is known here and not by Qt, which takes its time for 20,000.

    Attributes:
        chunk: The group it belongs to.
        is_chosen: Whether it is selected.
    """

    chunk: "Chunk[Any] | None" = None
    is_chosen = False

    def choose(self, *, on: bool) -> None:
        """Be marked, or not."""
        if on != self.is_chosen:
            self.is_chosen = on
            if self.chunk is not None:
                self.chunk.choose(self, on=on)
            told(self)


_K = TypeVar("_K")
_M = TypeVar("_M", bound=Member)


class Chunk(Generic[_M]):
    """Some items that follow each other in the document.

    Args:
        owner: Is told when something here has changed.

    Attributes:
        items: In the document's order.
        rect: Around what they draw.
        reach: Around all that belongs to them, labels too.
        boxes: Around each of them (left, top, right, bottom), with the item.
        shapes: What is drawn from far away.
    """

    def __init__(self, owner: "Chunks[_M]") -> None:
        self._owner = owner
        self.items: dict[_M, None] = {}
        self.rect, self.reach = QRectF(), QRectF()
        self.boxes: list[tuple[_Box, _M]] = []
        self.shapes: Shapes = {}

    def choose(self, item: _M, *, on: bool) -> None:
        """Note whether an item is selected."""
        if on:
            self._owner.chosen[item] = None
        else:
            self._owner.chosen.pop(item, None)

    def touch(self, *, moved: bool) -> None:
        """Note that an item looks other than before; `moved`: or stands elsewhere."""
        self._owner.changed[self] = None
        self._owner.revision.bump()
        if moved:
            self._owner.moved[self] = None


class Chunks(Generic[_M]):
    """All items of one kind.

    Args:
        measure: Returns the rectangles around what an item draws, and around all of it.
        draw: Adds an item, with its rectangle, to the shapes of its group.
        revision: Of the scene that they are on.

    Attributes:
        moved: Groups whose rectangles aren't known any more.
        changed: Groups whose shapes aren't either.
        chosen: The selected items.
        version: Grows with every group that is gathered.
    """

    def __init__(
        self,
        measure: Callable[[_M], tuple[QRectF, QRectF]],
        draw: Callable[[_M, QRectF, Shapes], None],
        revision: Revision,
    ) -> None:
        self.revision = revision
        self._measure, self._draw = measure, draw
        self._all: list[Chunk[_M]] = []
        self.moved: dict[Chunk[_M], None] = {}
        self.changed: dict[Chunk[_M], None] = {}
        self.chosen: dict[_M, None] = {}
        self.version = 0

    def add(self, item: _M) -> None:
        """Take an item as the last one."""
        if not self._all or len(self._all[-1].items) >= SIZE:
            self._all.append(Chunk(self))
        item.chunk = self._all[-1]
        item.chunk.items[item] = None
        item.chunk.touch(moved=True)

    def discard(self, item: _M) -> None:
        """Forget an item."""
        if item.chunk is not None:
            item.chunk.touch(moved=True)
            item.chunk.choose(item, on=False)
            item.chunk.items.pop(item, None)
            item.chunk = None

    def choose_only(self, items: dict[_M, None]) -> None:
        """Let exactly these items be selected; 20,000 in a moment."""
        lost = [item for item in self.chosen if item not in items]
        new = [item for item in items if item not in self.chosen]
        for item in lost:
            item.is_chosen = False
        for item in new:
            item.is_chosen = True
        self.chosen = dict(items)
        for item in (*lost, *new):
            if item.chunk is not None:
                self.changed[item.chunk] = None
        if lost or new:
            self.revision.bump()

    def gathered(self) -> Iterator["Chunk[_M]"]:
        """Yield all groups, each up to date."""
        for chunk in list(self._all):
            self._gather(chunk)
            yield chunk

    def known(self) -> list["Chunk[_M]"]:
        """Return all groups as they were gathered last."""
        return self._all

    def rect(self) -> QRectF:
        """Return the rectangle around everything that is drawn."""
        self._measure_moved()
        rect = QRectF()
        for chunk in self._all:
            rect = rect.united(chunk.rect)
        return rect

    def near(self, rect: QRectF) -> list[_M]:
        """Return the items in a rectangle, in the document's order."""
        self._measure_moved()
        start, high, end, low = _coords(rect.normalized())
        return [
            item
            for chunk in self._all
            if chunk.reach.intersects(rect)
            for (left, top, right, bottom), item in chunk.boxes
            if left < end and right > start and top < low and bottom > high
        ]

    def around(self, place: QPointF, reach: float) -> list[_M]:
        """Return the items near a place, in the document's order."""
        return self.near(QRectF(place.x() - reach, place.y() - reach,
                                2 * reach, 2 * reach))  # fmt: skip

    def _measure_moved(self) -> None:
        for chunk in list(self.moved):
            self._measure_all(chunk)

    def _measure_all(self, chunk: Chunk[_M]) -> list[tuple[_M, QRectF]]:
        self.moved.pop(chunk, None)
        rect, reach, boxes, rects = QRectF(), QRectF(), [], []
        for item in chunk.items:
            drawn, box = self._measure(item)
            rect, reach = rect.united(drawn), reach.united(box)
            boxes.append((_coords(box), item))
            rects.append((item, drawn))
        chunk.rect, chunk.reach, chunk.boxes = rect, reach, boxes
        return rects

    def _gather(self, chunk: Chunk[_M]) -> None:
        """Work out what one group draws, unless it is known."""
        if chunk not in self.changed:
            return
        del self.changed[chunk]
        chunk.shapes = {}
        for item, rect in self._measure_all(chunk):
            self._draw(item, rect, chunk.shapes)
        self.version += 1


def _coords(rect: QRectF) -> _Box:
    return cast("_Box", rect.getCoords())  # The bindings' types call it an object.


def in_order(
    items: Mapping[_K, _M], chosen: Mapping[_M, None], key_of: Callable[[_M], _K]
) -> list[_K]:
    """Return the keys of some items in the order of all."""
    if len(chosen) < 2:  # Asked after every edit: without a look at all others.
        return [key for key in map(key_of, chosen) if key in items]
    return [key for key, item in items.items() if item in chosen]


def told(item: Member, *, moved: bool = False) -> None:
    """Note that an item has changed: for its group, and for the scene's revision."""
    if item.chunk is not None:
        item.chunk.touch(moved=moved)
