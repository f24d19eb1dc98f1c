"""The search that opens at the pointer and adds what is chosen."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QSize, Qt
from PySide6.QtGui import QCursor, QHideEvent, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
)

from engine.graph.model import Edge, Endpoint
from engine.graph.ports import BLOCK
from engine.i18n import tr
from engine.layers import registry
from engine.layers.spec import Port
from workbench.canvas.cards import catalogue_items, suggestions
from workbench.canvas.cards.catalogue_items import Item
from workbench.canvas.edits import edit
from workbench.canvas.geometry import sizes
from workbench.canvas.gestures import connect
from workbench.canvas.scene import open_block
from workbench.document import wires
from workbench.theme.text import tip

if TYPE_CHECKING:
    from workbench.canvas.view import CanvasView

_SHOWN = 60
_ARROWS = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


class QuickAdd(QFrame):
    """A line to type in and a list of what fits."""

    def __init__(self, view: "CanvasView") -> None:
        super().__init__(view, Qt.WindowType.Popup)
        self._view = view
        self._place: QPointF | None = None
        self._end: Endpoint | None = None
        self._wire: Edge | None = None
        self.field, self.results = QLineEdit(), QListWidget()
        self._set_up()

    def _set_up(self) -> None:
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setObjectName("quickAdd")
        self.setFixedSize(280, 340)
        self.field.setPlaceholderText(tr("Search layers"))
        self.field.setAccessibleName(tr("Search layers"))
        self.field.textChanged.connect(self._fill)
        self.field.returnPressed.connect(self._accept)
        self.field.installEventFilter(self)
        self.results.setAccessibleName(tr("Layers that fit"))
        self.results.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.results.setIconSize(QSize(16, 16))
        self.results.setUniformItemSizes(True)
        self.results.itemClicked.connect(lambda _item: self._accept())
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(6)
        column.addWidget(self.field)
        column.addWidget(self.results)

    def open_at(
        self,
        place: QPointF | None,
        end: Endpoint | None = None,
        wire: Edge | None = None,
    ) -> None:
        """Open for a new node.

        Args:
            place: Scene point for it; None: behind what is selected; with nothing
                selected in the block that is open below the pointer, or the middle.
            end: Port it is to fit and be wired to.
            wire: Wire it is to be put into.
        """
        self._place = self._inside() if place is None else place
        self._end, self._wire = end, wire
        self.field.clear()
        self._fill("")
        self.move(self._corner())
        self.show()
        self.field.setFocus()

    def _inside(self) -> QPointF | None:
        """Return the place of the pointer where it points into an open block."""
        view = self._view
        spot = view.viewport().mapFromGlobal(QCursor.pos())
        is_chosen = view.selected_ids() or view.inside.ids
        if is_chosen or not view.viewport().rect().contains(spot):
            return None
        place = view.mapToScene(spot)
        return place if open_block.at(view.scene, place) else None

    def _corner(self) -> QPoint:
        """Return the screen point for the popup, within the screen."""
        view = self._view
        if self._place is not None:
            spot = view.viewport().mapToGlobal(view.mapFromScene(self._place))
        elif view.viewport().rect().contains(view.mapFromGlobal(QCursor.pos())):
            spot = QCursor.pos()
        else:
            spot = view.viewport().mapToGlobal(view.viewport().rect().center())
        screen = view.screen().availableGeometry()
        x = min(spot.x() + 6, screen.right() - self.width())
        y = min(spot.y() - 12, screen.bottom() - self.height())
        return QPoint(max(screen.left(), x), max(screen.top(), y))

    def _port(self) -> Port | None:
        if self._end is None:
            return None
        node = self._view.scene.graph.node(self._end.node)
        project = self._view.document.project
        ports = (*wires.outputs_of(project, node), *wires.inputs_of(project, node))
        return wires.port_of(ports, self._end.port)

    def _is_output(self) -> bool:
        """Return whether the wire leaves the port."""
        node = self._view.scene.graph.node(self._end.node)
        outputs = wires.outputs_of(self._view.document.project, node)
        return self._port() in outputs

    def _items(self, text: str) -> list[Item]:
        """Return what is offered: what fits the port; else blocks, then the rest."""
        port, document = self._port(), self._view.document
        if port is None:
            own = catalogue_items.block_items(document, text) if text else []
            return [*own, *catalogue_items.items(text)[:_SHOWN]]
        forward = self._is_output()
        fitting = catalogue_items.fitting_items(text, port, forward=forward)
        if forward and not text.strip():
            fitting = suggestions.ordered(fitting, self._rank(), self._category())
        return fitting[:_SHOWN]

    def _rank(self) -> int | None:
        """Return the dimensions of one sample at the port; None where unknown."""
        info = self._view.scene.info_of(self._end.node) if self._end else None
        shape = info.outputs.get(self._end.port) if info else None
        return None if shape is None else len(shape) - 1

    def _category(self) -> str:
        node = self._view.scene.graph.node(self._end.node)
        return "" if node.type == BLOCK else registry.get(node.type).category

    def paint_wire(self, painter: QPainter) -> None:
        """Draw the wire that waits for its node, while this is open."""
        if self._end is None or self._wire is not None or not self.isVisible():
            return
        item, forward = self._view.scene.nodes.get(self._end.node), self._is_output()
        if item is not None and self._place is not None:
            start = item.port_place(self._end.port, is_output=forward)
            connect.paint_loose(painter, start, self._place, forward=forward)

    def hideEvent(self, event: QHideEvent) -> None:
        """Let go of the wire."""
        super().hideEvent(event)
        self._view.viewport().update()

    def _fill(self, text: str) -> None:
        self.results.clear()
        for entry in self._items(text):
            item = QListWidgetItem(entry.icon, entry.words)
            item.setData(Qt.ItemDataRole.UserRole, entry.type_id)
            item.setToolTip(tip(entry.help))
            self.results.addItem(item)
        catalogue_items.say_when_empty(self.results)
        self.results.setCurrentRow(0)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Let the arrows walk through the list while the line has the focus."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in _ARROWS:
                self.results.keyPressEvent(event)
                return True
            if event.key() == Qt.Key.Key_Tab:
                self._accept()
                return True
        return super().eventFilter(watched, event)

    def _accept(self) -> None:
        item = self.results.currentItem()
        type_id = item.data(Qt.ItemDataRole.UserRole) if item else None
        if not isinstance(type_id, str):
            return
        self.hide()
        self._add(type_id)
        self._view.setFocus()

    def _add(self, type_id: str) -> None:
        view = self._view
        if self._place is None:
            edit.add(view, type_id)
            return
        corner = self._place - QPointF(*self._grip(type_id))
        edit.add_at(view, type_id, corner, self._wire or self._end)

    def _grip(self, type_id: str) -> tuple[float, float]:
        """Return what part of the card stands at the place: a port or the middle."""
        half = sizes.HEIGHT / 2
        if self._end is None or self._wire is not None:
            return (sizes.WIDTH / 2, half)
        port, spec = self._port(), edit.spec_of(type_id)
        inputs = spec.inputs if spec else ()
        forward = port is not None and any(wires.fits(port, p) for p in inputs)
        return (0.0 if forward else sizes.WIDTH, half)
