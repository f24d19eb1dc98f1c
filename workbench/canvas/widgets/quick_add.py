"""The search that opens at the pointer and adds what is chosen."""

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QCursor, QHideEvent, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from engine.graph.model import Edge, Endpoint
from engine.graph.ports import fits
from engine.graph.titles import title
from engine.i18n import tr
from engine.layers.spec import Port
from workbench.canvas.cards import catalogue_items
from workbench.canvas.cards.catalogue_items import Item
from workbench.canvas.cards.suggestions import Here
from workbench.canvas.edits import edit, here, inserting
from workbench.canvas.geometry import sizes
from workbench.canvas.painting import pulled_wire
from workbench.canvas.scene import areas
from workbench.canvas.scene.areas import Area, ShownGraph
from workbench.canvas.stage import Stage
from workbench.commands.ranking import ranked
from workbench.document import wires
from workbench.theme.guarded import guarded
from workbench.theme.label import Label
from workbench.theme.style import polish
from workbench.theme.text import word

_SHOWN = 60
_TAKE = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab, Qt.Key.Key_Backtab)
_ARROWS = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


class QuickAdd(QFrame):
    """A line to type in and a list of what fits.

    Args:
        stage: The canvas.
        parent: Its widget.

    Signals:
        help_wanted: Type id of the marked line: F1 was pressed.
    """

    help_wanted = Signal(str)

    def __init__(self, stage: Stage, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._stage = stage
        self._area: Area = ShownGraph(stage.scene)
        self._place: QPointF | None = None
        self._end: Endpoint | None = None
        self._wire: Edge | None = None
        self.field, self.results = QLineEdit(), QListWidget()
        self.foot = Label()
        self._set_up()

    def _set_up(self) -> None:
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setObjectName("quickAdd")
        self.setFixedSize(280, 340)
        self.field.setPlaceholderText(tr("Search layers"))
        self.field.setAccessibleName(tr("Search layers"))
        self.field.textChanged.connect(self._fill)
        self.field.installEventFilter(self)
        self.results.setAccessibleName(tr("Layers that fit"))
        self.results.currentRowChanged.connect(lambda _row: self._tell())
        polish(self.foot, "role", "note")
        self.foot.setWordWrap(True)
        self.results.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.results.setIconSize(QSize(16, 16))
        self.results.setUniformItemSizes(True)
        self.results.itemClicked.connect(lambda _item: self._accept())
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(6)
        column.addWidget(self.field)
        column.addWidget(self.results)
        column.addWidget(self.foot)

    def open_at(
        self,
        place: QPointF | None,
        end: Endpoint | Edge | None = None,
        area: Area | None = None,
    ) -> None:
        """Open for a new node.

        Args:
            place: Scene point for it; None: behind what is selected; with nothing
                selected in the block that is open below the pointer, or the middle.
            end: Port it is to fit and be wired to, or wire it is to be put into.
            area: Where that is; None: the shown graph.
        """
        self._place = self._inside() if place is None else place
        self._wire = end if isinstance(end, Edge) else None
        self._end = end.source if isinstance(end, Edge) else end
        self._area = area or ShownGraph(self._stage.scene)
        self.field.clear()
        self._fill("")
        self.move(self._corner())
        self.show()
        self.field.setFocus()

    def _pointer(self) -> QPoint | None:
        """Return the pixel below the pointer, None where that is not on the canvas."""
        port = self._stage.viewport()
        spot = port.mapFromGlobal(QCursor.pos())
        return spot if port.rect().contains(spot) else None

    def _inside(self) -> QPointF | None:
        """Return the place of the pointer where it points into an open block."""
        spot = self._pointer()
        if self._stage.selection.ids or spot is None:
            return None
        place = self._stage.camera.to_scene(spot.toPointF())
        return place if areas.at(self._stage.scene, place).path else None

    def _corner(self) -> QPoint:
        """Return the screen point for the popup, within the screen."""
        port = self._stage.viewport()
        if self._place is not None:
            spot = port.mapToGlobal(self._stage.camera.to_pixel(self._place))
        elif self._pointer() is not None:
            spot = QCursor.pos()
        else:
            spot = port.mapToGlobal(port.rect().center())
        screen = port.screen().availableGeometry()
        x = min(spot.x() + 6, screen.right() - self.width())
        y = min(spot.y() - 12, screen.bottom() - self.height())
        return QPoint(max(screen.left(), x), max(screen.top(), y))

    def _port(self) -> Port | None:
        if self._end is None:
            return None
        node = self._area.graph.node(self._end.node)
        project = self._stage.document.project
        ports = (*wires.outputs_of(project, node), *wires.inputs_of(project, node))
        return wires.port_of(ports, self._end.port)

    def _is_output(self, end: Endpoint) -> bool:
        """Return whether the wire leaves the port."""
        node = self._area.graph.node(end.node)
        outputs = wires.outputs_of(self._stage.document.project, node)
        return wires.port_of(outputs, end.port) is not None

    def _items(self, text: str) -> list[Item]:
        """Return what is offered: what fits the port, or everything; the best first."""
        end, port, document = self._end, self._port(), self._stage.document
        if end is not None and port is not None:
            forward = self._is_output(end)
            items = catalogue_items.fitting(port, forward=forward)
            known = here.of(self._stage, end, self._area) if forward else Here()
        else:
            items, known = catalogue_items.layers(), here.of(self._stage)
            if text.strip():
                own = catalogue_items.block_items(document)
                items = [*own, *items, *catalogue_items.sets()]
        found = ranked(text, items, catalogue_items.names, known.place)
        return found[:_SHOWN]

    def paint_wire(self, painter: QPainter) -> None:
        """Draw the wire that waits for its node, while this is open."""
        end, place = self._end, self._place
        if end is None or place is None or self._wire or not self.isVisible():
            return
        if end.node in self._area.graph.nodes:
            forward = self._is_output(end)
            start = self._area.port_place(end, is_output=forward)
            pulled_wire.draw_loose(painter, start, place, forward=forward)

    @guarded
    def hideEvent(self, event: QHideEvent) -> None:
        """Let go of the wire."""
        super().hideEvent(event)
        self._stage.viewport().update()

    def _fill(self, text: str) -> None:
        self.results.clear()
        for entry in self._items(text):
            item = QListWidgetItem(entry.icon, entry.words)
            item.setData(Qt.ItemDataRole.UserRole, entry.type_id)
            item.setToolTip(entry.help)
            self.results.addItem(item)
        catalogue_items.say_when_empty(self.results)
        self.results.setCurrentRow(0)
        self._tell()

    def _chosen(self) -> str:
        """Return what the marked line adds; empty for nothing."""
        item: QListWidgetItem | None = self.results.currentItem()
        type_id = item.data(Qt.ItemDataRole.UserRole) if item is not None else None
        return type_id if isinstance(type_id, str) else ""

    def _tell(self) -> None:
        """Say where the marked line would go, where there are two ways."""
        wire = None
        if self._place is None and self._end is None:
            wire = inserting.wire_behind(self._stage, self._chosen())
        self.foot.setVisible(wire is not None)
        if wire is not None:
            graph = self._stage.selection.graph
            name = word(title(graph, graph.node(wire.target.node)))
            keys = tr("Enter: before {name} · Shift+Enter: a branch", name=name)
            self.foot.setText(keys)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the arrows walk through the list while the line has the focus."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in _ARROWS:
                self.results.keyPressEvent(event)
                return True
            if event.key() == Qt.Key.Key_F1:
                self.hide()
                self.help_wanted.emit(self._chosen())
                return True
            if event.key() in _TAKE:
                shift = Qt.KeyboardModifier.ShiftModifier
                self._accept(branches=bool(event.modifiers() & shift))
                return True
        return super().eventFilter(watched, event)

    def _accept(self, *, branches: bool = False) -> None:
        type_id = self._chosen()
        if not type_id:
            return
        self.hide()
        self._add(type_id, branches=branches)
        self._stage.take_focus()

    def _add(self, type_id: str, *, branches: bool) -> None:
        if self._place is None:
            edit.add(self._stage, type_id, branches=branches)
            return
        corner = self._place - QPointF(*self._grip(type_id))
        end = self._wire or self._end
        edit.add_at(self._stage, type_id, corner, end, self._area)

    def _grip(self, type_id: str) -> tuple[float, float]:
        """Return what part of the card stands at the place: a port or the middle."""
        half = sizes.HEIGHT / 2
        if self._end is None or self._wire is not None:
            return (sizes.WIDTH / 2, half)
        port, spec = self._port(), edit.spec_of(type_id)
        inputs = spec.inputs if spec else ()
        forward = port is not None and any(fits(port, p) for p in inputs)
        return (0.0 if forward else sizes.WIDTH, half)
