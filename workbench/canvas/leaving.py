"""Thousands of items that nobody shows any more are given up one after the other."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from workbench.canvas.edge_item import EdgeItem
from workbench.canvas.node_item import NodeItem
from workbench.canvas.slices import Slices

if TYPE_CHECKING:
    from PySide6.QtCore import QObject

    from workbench.canvas.chunks import Chunk

Item = NodeItem | EdgeItem


class Leaving(Slices):
    """Takes items off their scenes, in slices; the dictionaries given are emptied.

    Args:
        parent: Qt's owner.
    """

    def __init__(self, parent: "QObject") -> None:
        super().__init__(parent)
        self._waiting: list[dict] = []

    def take(self, *items: dict) -> None:
        """Give up the values of dictionaries that nobody else needs."""
        self._waiting += items
        if not self.is_running:
            self.start(self._steps())

    def _steps(self) -> Iterator[None]:
        while self._waiting:
            items = self._waiting.pop(0)
            left = list(reversed(items.values()))
            items.clear()
            while left:
                item = left.pop()  # The scene looks for it from the front.
                forget((item,))
                if item.scene() is not None:
                    item.scene().removeItem(item)
                del item
                yield


def forget(items: Iterable[Item]) -> None:
    """Let items out of their groups, so that nothing holds them in a circle."""
    for item in items:
        chunk: Chunk | None = item.chunk
        item.chunk = None
        if chunk is not None:
            chunk.items.clear()
            chunk.boxes.clear()
            chunk.shapes.clear()
