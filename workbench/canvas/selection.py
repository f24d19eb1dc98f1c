"""What is selected inside an open card, and what the tools of the canvas work on."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from engine.graph.model import Graph, Position
from engine.protocol.messages import NodeInfo
from workbench.canvas import screen_reader
from workbench.canvas.geometry import sizes
from workbench.canvas.scene import open_block
from workbench.canvas.scene.open_block import OpenBlock
from workbench.theme.tokens import current

if TYPE_CHECKING:
    from workbench.canvas.cards.card import Face
    from workbench.canvas.view import CanvasView


class Inside:
    """Selected nodes inside an open card; never together with any outside.

    Args:
        view: The canvas.
    """

    def __init__(self, view: "CanvasView") -> None:
        self._view = view
        self._is_choosing = False
        self.path: tuple[str, ...] = ()
        self.ids: list[str] = []
        view.scene.selection_told.connect(self._on_outer_selection)
        view.document.changed.connect(lambda _edits: self._prune())

    @property
    def card(self) -> OpenBlock | None:
        """The open card with the selection, None when nothing in one is selected."""
        return open_block.find(self._view.scene, self.path) if self.ids else None

    def select(self, path: Iterable[str], ids: Iterable[str]) -> None:
        """Select these inside an open card, and nothing outside."""
        self._is_choosing = True
        self._view.scene.select([])
        self._is_choosing = False
        self.path, self.ids = tuple(path), list(dict.fromkeys(ids))
        self._tell()

    def leave(self) -> None:
        """Select the block instead of what is inside it."""
        first = self.path[0]
        self._view.scene.select([first])

    def _on_outer_selection(self) -> None:
        if not self._is_choosing:
            self.path, self.ids = (), []
            self._tell()

    def _prune(self) -> None:
        """Forget what is no longer there, or no longer shown; tell what has changed."""
        card = self.card
        kept = [i for i in self.ids if i in card.inner.ids] if card else []
        if kept != self.ids:
            self.ids = kept
            self._tell()
        else:
            screen_reader.tell(self._view)

    def _tell(self) -> None:
        view, aim = self._view, target(self._view)
        view.viewport().update()
        view.selection_changed.emit(aim.ids, aim.scope, aim.prefix)
        screen_reader.tell(view)

    def paint(self, painter: QPainter) -> None:
        """Outline what is selected, in scene coordinates."""
        card = self.card
        if card is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(current().accent), 2.0))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for node_id in self.ids:
            if node_id in card.inner.ids:
                room, radius = card.rect(node_id), sizes.RADIUS
                painter.drawRoundedRect(room, radius, radius)


@dataclass(frozen=True)
class Target:
    """What a tool works on: selected nodes of the shown graph, or of an open card.

    Args:
        view: The canvas.
        ids: The nodes.
        scope: Where they are.
        prefix: Before their ids in paths.
        card: The open card they are in.
    """

    view: "CanvasView"
    ids: list[str]
    scope: str
    prefix: str
    card: OpenBlock | None = None

    @property
    def graph(self) -> Graph:
        """The graph that they are in."""
        return self.view.document.project.scope(self.scope)

    @property
    def path(self) -> tuple[str, ...]:
        """Instances from the shown graph to the card."""
        return self.card.path if self.card else ()

    def face(self, node_id: str) -> "Face":
        """Return what the card of a node shows."""
        return self.card.face(node_id) if self.card else self._items[node_id].face

    def rect(self, node_id: str) -> QRectF:
        """Return where the card of a node stands in the scene."""
        return self.card.rect(node_id) if self.card else self._items[node_id].card()

    def places(self) -> dict[str, Position]:
        """Return where the nodes of the graph stand, as the document counts."""
        if self.card:
            return self.card.places()
        return {i: (item.x(), item.y()) for i, item in self._items.items()}

    def place_of(self, corner: QPointF) -> Position:
        """Return a scene point as a place of the graph, on the grid."""
        at = self.card.to_stored(corner) if self.card else corner
        return (sizes.snap(at.x()), sizes.snap(at.y()))

    def infos(self) -> dict[str, NodeInfo]:
        """Return what the engine knows of the nodes of the graph."""
        known = {i: self.view.scene.info_at(self.prefix + i) for i in self.graph.nodes}
        return {i: info for i, info in known.items() if info is not None}

    def select(self, ids: Iterable[str]) -> None:
        """Select other nodes of the same graph."""
        if self.card:
            self.view.inside.select(self.card.path, ids)
        else:
            self.view.scene.select(ids)

    @property
    def _items(self) -> dict:
        return self.view.scene.nodes


def target(view: "CanvasView") -> Target:
    """Return what the tools work on now."""
    scene, card = view.scene, view.inside.card
    if card is None:
        return Target(view, view.selected_ids(), scene.scope, scene.prefix)
    return _inside_of(view, card, list(view.inside.ids))


def target_at(view: "CanvasView", place: QPointF) -> Target:
    """Return what a thing let go of at a place comes into: an open card, or the graph.

    Nothing is selected in it.
    """
    card = open_block.at(view.scene, place)
    if card is None:
        return Target(view, [], view.scene.scope, view.scene.prefix)
    return _inside_of(view, card, [])


def _inside_of(view: "CanvasView", card: OpenBlock, ids: list[str]) -> Target:
    prefix = view.scene.prefix + "".join(f"{step}." for step in card.path)
    return Target(view, ids, card.scope, prefix, card)
