"""What others may read of a scene: they draw it, place in it, or look something up."""

from collections.abc import Collection, Iterable, Mapping
from typing import Protocol

from PySide6.QtCore import QPointF, QRectF

from engine.graph.model import Edge, Graph
from engine.protocol.messages import NodeInfo
from workbench.canvas.geometry import sizes
from workbench.canvas.geometry.pushing import Pushing
from workbench.canvas.live.looks import Live
from workbench.canvas.scene.items.card_item import CardItem
from workbench.canvas.scene.items.chunks import Chunks
from workbench.canvas.scene.items.wire_item import WireItem
from workbench.document import Document


class Shown(Protocol):
    """One scope of a document as it stands on a scene; nothing of it is changed."""

    @property
    def document(self) -> Document:
        """The document."""

    @property
    def path(self) -> tuple[str, ...]:
        """Instances that were entered, from the main graph on."""

    @property
    def opened(self) -> Collection[str]:
        """Paths of blocks shown with their inside."""

    @property
    def scope(self) -> str:
        """Block that is shown, or the main graph."""

    @property
    def prefix(self) -> str:
        """What stands before the id of a node in its path."""

    @property
    def graph(self) -> Graph:
        """The graph that is shown."""

    @property
    def nodes(self) -> Mapping[str, CardItem]:
        """Node id → its card."""

    @property
    def edges(self) -> Mapping[Edge, WireItem]:
        """Edge → its wire."""

    @property
    def cards(self) -> Chunks[CardItem]:
        """The cards in groups."""

    @property
    def wires(self) -> Chunks[WireItem]:
        """The wires in groups."""

    @property
    def live(self) -> Live:
        """The newest measurement, as it looks."""

    @property
    def pushing(self) -> Pushing:
        """How open cards push the others."""

    def bounds(self, node_ids: Iterable[str] | None = None) -> QRectF:
        """Return the rectangle around these nodes; None: around everything."""

    def info_at(self, path: str) -> NodeInfo | None:
        """Return what the engine knows of the node at a path."""

    def node_at(self, place: QPointF) -> CardItem | None:
        """Return the topmost card at a place."""

    def port_at(
        self, place: QPointF, reach: float = sizes.PORT_REACH
    ) -> tuple[str, str, bool] | None:
        """Return (node id, port, is output) of the nearest port within `reach`."""
