"""Thousands of items that nobody shows any more are given up one after the other."""

from collections import deque
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from workbench.canvas.scene.items.card_item import CardItem
from workbench.canvas.scene.items.wire_item import WireItem
from workbench.canvas.scene.slices import Slices

if TYPE_CHECKING:
    from PySide6.QtCore import QObject

Item = CardItem | WireItem
_FEW = 100


class Leaving(Slices):
    """Takes items off their scenes.

    Args:
        parent: Qt's owner.
    """

    def __init__(self, parent: "QObject") -> None:
        super().__init__(parent)
        self._waiting: deque[Item] = deque()

    def take(self, *items: Item) -> None:
        """Give up items that nobody else needs; a few at once, many in slices."""
        self._waiting += items
        if not self.is_running and self._waiting:
            self.start(self._steps())
            if len(self._waiting) < _FEW:
                self.finish()

    def _steps(self) -> Iterator[None]:
        while self._waiting:
            item = self._waiting.popleft()  # The scene looks for it from the front.
            if item.chunk is not None:
                forget((item,))
            if item.scene() is not None:
                item.scene().removeItem(item)
            del item
            yield


def forget(items: Iterable[Item]) -> None:
    """Let items out of their groups, so that nothing holds them in a circle."""
    for item in items:
        chunk = item.chunk
        item.chunk = None
        if chunk is not None:
            chunk.items.clear()
            chunk.boxes.clear()
            chunk.shapes.clear()
