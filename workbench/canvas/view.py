"""The canvas widget: hands events to gestures and edits to the document."""

from collections.abc import Callable, Iterable, Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QHelpEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QGraphicsView, QToolTip

from engine.errors import EngineError
from engine.graph.model import Edge, Endpoint
from engine.protocol.messages import Analysis, LayerSample
from workbench import theme
from workbench.canvas import keys, menus, screen_reader, view_setup
from workbench.canvas.edits import blocks, drop, edit, inside_block
from workbench.canvas.edits.arrange import Arranging
from workbench.canvas.edits.inline_field import InlineField
from workbench.canvas.geometry.camera import Camera
from workbench.canvas.gestures import choose, notes
from workbench.canvas.gestures.auto_pan import AutoPan
from workbench.canvas.gestures.gesture import Gesture
from workbench.canvas.gestures.hover import Hover
from workbench.canvas.painting import cached_picture
from workbench.canvas.painting.minimap import MiniMap
from workbench.canvas.painting.overlay import Overlay
from workbench.canvas.painting.step_animation import StepAnimation
from workbench.canvas.scene.scene import CanvasScene
from workbench.canvas.selection import Inside
from workbench.canvas.widgets.breadcrumbs import Breadcrumbs
from workbench.canvas.widgets.node_chooser import NodeChooser
from workbench.canvas.widgets.quick_add import QuickAdd
from workbench.document import Document


class CanvasView(QGraphicsView):
    """Shows and edits the graph of a document.

    Attributes:
        scene: The items of what is shown.
        camera: Zoom and pan.
        gesture: The mouse gesture under way, or None.
        reduced_motion: Cards go to new places at once.

    Signals:
        selection_changed: Ids of the selected nodes, their scope, and what stands
            before their ids in paths.
        notice: Why the document refused something.
        node_activated: Id of a node, not a block, that was double-clicked or entered.
        ground_activated: Enter was pressed while nothing was selected.
        library_changed: There are other blocks in the user's library.
    """

    selection_changed = Signal(object, str, str)  # a list would be copied for each
    notice = Signal(str)
    node_activated = Signal(str)
    ground_activated = Signal()
    library_changed = Signal()
    wanted = Signal()  # somebody is led here from elsewhere

    scene: CanvasScene  # type: ignore[assignment]  # Qt's method of this name gives way

    def __init__(self, document: Document) -> None:
        super().__init__()
        self.document = document
        self.scene = CanvasScene(document)
        self.camera = Camera(self)
        self.gesture: Gesture | None = None
        self.is_space_down = self.was_space_used = False
        self.shows_focus = self.reduced_motion = False
        self._picture, self._overlay = cached_picture.CachedPicture(self), Overlay(self)
        self.hover = Hover(self)
        self._popup = QuickAdd(self)
        self.inline, self._autopan = InlineField(self), AutoPan(self)
        self.cameras: dict[tuple[str, ...], tuple[float, QPointF]] = {}
        view_setup.prepare(self)
        self.setScene(self.scene)
        self.inside = Inside(self)
        document.replaced.connect(self._on_replaced)
        document.changed.connect(self._on_changed)
        theme.signals.changed.connect(self._on_theme_changed)
        self.breadcrumbs, self.chooser = Breadcrumbs(self), NodeChooser(self)
        self.minimap, self.arranging = MiniMap(self), Arranging(self)
        self.step_animation = StepAnimation(self)
        self.fit()

    def sizeHint(self) -> QSize:
        """Ask for a good part of the window."""
        return QSize(900, 540)

    @property
    def may_move(self) -> bool:
        """Whether cards may glide to new places."""
        return self.isVisible() and not self.reduced_motion

    # What others use -------------------------------------------------------

    def set_analysis(self, analysis: Analysis) -> None:
        """Show shapes, counts and problems of the engine's last check."""
        self.scene.set_analysis(analysis)
        self.viewport().update()

    def set_live(self, sample: LayerSample | None, layers: Sequence[str] = ()) -> None:
        """Show a measurement; None forgets all.

        Args:
            sample: The newest one.
            layers: Paths of its rows, from `RunStarted`.
        """
        self.scene.set_live(sample, layers)
        if self.isVisible():
            self.viewport().update()

    def mark_phase(self, index: int, losses: Sequence, updates: Sequence) -> None:
        """Ring what a phase minimises and updates, by path; −1 rings nothing."""
        self._overlay.marks.show(index, losses, updates)
        self.viewport().update()

    def selected_ids(self) -> list[str]:
        """Return the ids of the selected nodes."""
        return self.scene.selected_nodes()

    def select(self, ids: Iterable[str]) -> None:
        """Select exactly these nodes."""
        self.scene.select(ids)

    def fit(self) -> None:
        """Show the whole graph, and keep doing so until a person zooms or pans."""
        self.camera.fit(self.scene.bounds())
        self.camera.is_automatic = True

    def fit_selection(self) -> None:
        """Show the selected nodes as large as sensible."""
        chosen = self.selected_ids()
        if chosen:
            self.camera.fit(self.scene.bounds(chosen))
            self.camera.is_automatic = False
        else:
            self.fit()

    def focus_node(self, node_id: str) -> None:
        """Select a node (of a path: the block it is in) and bring it into view."""
        self.wanted.emit()
        blocks.reveal(self, node_id)

    def show_path(self, path: Sequence[str]) -> None:
        """Show the inside of the last instance on a path; empty: the main graph."""
        blocks.show_path(self, path)

    def add_at_centre(self, type_id: str) -> None:
        """Add a node behind the selected one, or in the middle of the view."""
        edit.add(self, type_id)

    def arrange(self) -> None:
        """Lay the selected nodes (fewer than two: all) out anew, as one undo step."""
        self.arranging.start()

    def quick_add(
        self, place: QPointF | None = None, end: Endpoint | None = None
    ) -> None:
        """Open the search for a node.

        Args:
            place: Scene point for the node; None: below the pointer or the middle.
            end: Port that the node is to fit and will be connected to.
        """
        self._popup.open_at(place, end)

    def quick_insert(self, place: QPointF, wire: Edge) -> None:
        """Open the search for a node that is to stand in a wire."""
        self._popup.open_at(place, wire.source, wire)

    def attempt(self, action: Callable, *args: object, **options: object) -> object:
        """Do something to the document; say why when it refuses."""
        try:
            return action(self.document, *args, **options)
        except EngineError as error:
            self.say(str(error))
            self.scene.sync()
            return None

    def say(self, text: str) -> None:
        """Show a notice on the canvas and tell the window."""
        self._overlay.say(text)
        screen_reader.announce(self, text)
        self.notice.emit(text)

    def to_scene(self, place: QPointF) -> QPointF:
        """Return the scene point at a viewport pixel."""
        inverse, _ = self.viewportTransform().inverted()
        return inverse.map(place)

    # Gestures --------------------------------------------------------------

    def begin(self, gesture: Gesture | None) -> None:
        """Hand the mouse to a gesture."""
        self.gesture = gesture
        if gesture is not None:
            self.hover.clear()
            gesture.start()
            self.viewport().setCursor(gesture.cursor)
        self.viewport().update()

    def end(self, *, cancel: bool = False) -> None:
        """Finish the gesture under way, or give it up."""
        gesture, self.gesture = self.gesture, None
        self._autopan.stop()
        if gesture is None:
            return
        self.viewport().unsetCursor()
        if cancel:
            gesture.cancel()
        else:
            gesture.finish()
        self.viewport().update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin the gesture that fits what is under the pointer."""
        self._hide_focus()
        if self.gesture is None:
            self.begin(choose.gesture_for(self, event))
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the gesture on, or show what is under the pointer."""
        place = self.to_scene(event.position())
        if self.gesture is not None:
            self.gesture.move(place, event)
            self._autopan.follow(event)
        else:
            self.hover.follow(place)
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Finish the gesture."""
        self.end()
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Activate a node; elsewhere search for one to add, also into a wire."""
        place = self.to_scene(event.position())
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if inside_block.activate_at(self, place):
            return
        wire, note = self.scene.edge_at(place), self.scene.notes.at(place)
        if wire is not None:
            self.quick_insert(place, wire.edge)
        elif note is not None:
            notes.edit_text(self, note)
        elif self.scene.port_at(place) is None:
            self.quick_add(place)
        event.accept()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer what can be done with what is under the pointer."""
        if self.gesture is None:
            menus.show(self, event)
        event.accept()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom or pan."""
        self.camera.wheel(event)

    def viewportEvent(self, event: QEvent) -> bool:
        """Answer pinches and requests for tooltips."""
        if isinstance(event, QNativeGestureEvent):
            if event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
                self.camera.zoom_by(1 + event.value(), event.position())
            return True
        if isinstance(event, QHelpEvent):
            place = self.to_scene(event.pos().toPointF())
            QToolTip.showText(event.globalPos(), self.hover.help_at(place), self)
            return True
        if event.type() == QEvent.Type.Leave:
            self.hover.clear()
        return super().viewportEvent(event)

    # Keys and focus ----------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        """Take Tab for the search instead of leaving the canvas."""
        if event.type() == QEvent.Type.KeyPress and keys.is_ours(event):
            self.keyPressEvent(event)
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Do what the table of keys says."""
        if not keys.press(self, event):
            event.ignore()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Let go of the space bar."""
        if not keys.release(self, event):
            event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show a frame when the keyboard has led here."""
        self.shows_focus = event.reason() in keys.KEYBOARD_REASONS
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the frame away."""
        self.is_space_down = False
        self._hide_focus()
        super().focusOutEvent(event)

    def _hide_focus(self) -> None:
        if self.shows_focus:
            self.shows_focus = False
            self.viewport().update()

    # Drops -------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take layers from the palette."""
        drop.enter(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Take layers from the palette; show the wire they would go into."""
        drop.enter(event)
        self.hover.follow(self.to_scene(event.position()))

    def dropEvent(self, event: QDropEvent) -> None:
        """Add the layer where it was dropped."""
        drop.drop(self, event)

    # Painting ------------------------------------------------------------------

    def drawBackground(self, painter: QPainter, rect: QRectF) -> None:  # noqa: N802
        """Draw the still picture and the histograms over it."""
        painter.save()
        self._picture.paint(painter)
        painter.restore()
        painter.save()
        cached_picture.sparks(painter, self)
        painter.restore()

    def drawForeground(self, painter: QPainter, rect: QRectF) -> None:  # noqa: N802
        """Draw the gesture under way, and words."""
        painter.save()
        self._popup.paint_wire(painter)
        painter.restore()
        self._overlay.paint(painter)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the whole graph in view while nobody has zoomed."""
        super().resizeEvent(event)
        if self.camera.is_automatic:
            self.fit()

    def hideEvent(self, event: QHideEvent) -> None:
        """Give up the gesture and the notice."""
        self.end(cancel=True)
        self.step_animation.stop()
        self._picture.rest()
        self._overlay.forget()
        super().hideEvent(event)

    def _on_replaced(self) -> None:
        self.end(cancel=True)
        self.step_animation.stop()
        self.hover.clear()
        self.fit()
        self.cameras.clear()
        self.selection_changed.emit([], "", "")

    def _on_changed(self, _edits: object) -> None:
        self.hover.clear()
        self.viewport().update()

    def _on_theme_changed(self) -> None:
        self.viewport().update()
