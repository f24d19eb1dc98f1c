"""The canvas widget: the stage on which gestures and edits work."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Concatenate, ParamSpec, TypeVar

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QGraphicsView

from engine.errors import EngineError
from engine.graph.model import Edge, Endpoint
from engine.protocol.messages import Analysis, LayerSample
from workbench import theme
from workbench.canvas import view_setup
from workbench.canvas.commands import keys, menus
from workbench.canvas.commands.operated import Operated
from workbench.canvas.edits import blocks, drop, edit
from workbench.canvas.edits.arrange import Arranging
from workbench.canvas.geometry.camera import Camera
from workbench.canvas.gestures.pointer import Pointer
from workbench.canvas.painting import cached_picture
from workbench.canvas.painting.minimap import MiniMap
from workbench.canvas.painting.overlay import Overlay
from workbench.canvas.scene.areas import Area
from workbench.canvas.scene.scene import CanvasScene
from workbench.canvas.scene.selection import Selection
from workbench.canvas.screen_reader import ScreenReader, announce
from workbench.canvas.stage import Choice
from workbench.canvas.widgets.popups import Popups
from workbench.document import Document

_P = ParamSpec("_P")
_R = TypeVar("_R")


class CanvasView(QGraphicsView):
    """Shows and edits the graph of a document.

    Attributes:
        scene: The items of what is shown.
        camera: Zoom and pan.
        pointer: The mouse: gestures, and what is below it.
        reduced_motion: Cards go to new places at once.
        walked: A step that is walked over the canvas.

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
    data_wanted = Signal()
    wanted = Signal()  # somebody is led here from elsewhere
    card_pointed = Signal(str)  # path of the node under the pointer; empty for none

    scene: CanvasScene  # type: ignore[assignment]  # Qt's method of this name gives way

    def __init__(self, document: Document) -> None:
        super().__init__()
        self.document = document
        self.scene = CanvasScene(document)
        self.camera = Camera(self)
        self.reduced_motion = False
        self._cameras: dict[tuple[str, ...], tuple[float, QPointF]] = {}
        self._picture = cached_picture.CachedPicture(self, self.scene)
        self._overlay = Overlay(self, self)
        self.step_animation = self._overlay.animation
        self.walked = self._overlay.walked
        self.pointer = Pointer(self, self)
        self.popups = Popups(self, self)
        view_setup.prepare(self)
        self.setScene(self.scene)
        self._screen_reader = ScreenReader(self, self.scene)
        self.scene.selection_told.connect(self._on_selected)
        document.replaced.connect(self._on_replaced)
        document.changed.connect(self._on_changed)
        theme.signals.changed.connect(self.viewport().update)
        self.popups.breadcrumbs.height_changed.connect(
            lambda height: self.setViewportMargins(0, height, 0, 0)
        )
        self.minimap = MiniMap(self, self.scene, self.camera)
        self.arranging = Arranging(self, self)
        self.fit()

    def sizeHint(self) -> QSize:
        """Ask for a good part of the window."""
        return QSize(900, 540)

    @property
    def may_move(self) -> bool:
        """Whether cards may glide to new places."""
        return self.isVisible() and not self.reduced_motion

    def set_analysis(self, analysis: Analysis) -> None:
        """Show shapes, counts and problems of the engine's last check."""
        self.scene.set_analysis(analysis)
        self.viewport().update()

    def set_live(self, sample: LayerSample | None, layers: Sequence[str] = ()) -> None:
        """Show a measurement, whose rows are of these paths; None forgets all."""
        self.scene.set_live(sample, layers)
        if self.isVisible():
            self.viewport().update()

    def mark_phase(
        self, index: int, losses: Sequence[str], updates: Sequence[str]
    ) -> None:
        """Ring what a phase minimises and updates, by path; −1 rings nothing."""
        self._overlay.marks.show(index, losses, updates)
        self.viewport().update()

    def mark_changes(self, changes: Mapping[str, str]) -> None:
        """Ring nodes by path, each in the colour of a token."""
        self._overlay.marks.changes = changes
        self.viewport().update()

    def point_at(self, path: str) -> None:
        """Ring a node that somebody points at elsewhere; none without a path."""
        if path != self._overlay.marks.pointed:
            self._overlay.marks.pointed = path
            self.viewport().update()

    def tell_pointed(self, path: str) -> None:
        """Say which node is under the pointer; empty for none."""
        self.card_pointed.emit(path)

    @property
    def selection(self) -> Selection:
        """What tools work on: nodes of the shown graph, or inside an open block."""
        return self.scene.selection

    def select(self, ids: Iterable[str], path: Iterable[str] = ()) -> None:
        """Select exactly these nodes; with a path, inside the open block there."""
        self.scene.select(ids, path=path)

    def fit(self) -> None:
        """Show the whole graph, and keep doing so until a person zooms or pans."""
        self.camera.fit(self.scene.bounds())
        self.camera.is_automatic = True

    def focus_node(self, node_id: str) -> None:
        """Select a node (of a path: the block it is in) and bring it into view."""
        self.wanted.emit()
        blocks.reveal(self, node_id)

    def show_path(self, path: Sequence[str]) -> None:
        """Show the inside of the last instance on a path, where it was left."""
        self.pointer.end(cancel=True)
        self.pointer.hover.clear()
        self._cameras[self.scene.path] = (self.camera.zoom, self.camera.centre())
        self.scene.show_path(path)
        zoom, centre = self._cameras.get(self.scene.path, (0.0, None))
        if centre is None:
            self.fit()
        else:
            self.camera.set_zoom(zoom)
            self.camera.centre_on(centre)

    def add_at_centre(self, type_id: str) -> None:
        """Add a node behind the selected one, or in the middle of the view."""
        edit.add(self, type_id)

    def arrange(self) -> None:
        """Lay the selected nodes (fewer than two: all) out anew, as one undo step."""
        self.arranging.start()

    def quick_add(
        self,
        place: QPointF | None = None,
        end: Endpoint | Edge | None = None,
        area: Area | None = None,
    ) -> None:
        """Open the search for a node.

        Args:
            place: Scene point for the node; None: below the pointer or the middle.
            end: Port that the node is to fit and will be connected to, or wire that it
                is to stand in.
            area: Where that is; None: the shown graph.
        """
        self.popups.quick_add.open_at(place, end, area)

    def ask(
        self, place: QPointF, words: str, take: Callable[[str], object], label: str = ""
    ) -> None:
        """Let a person type one line at a scene point."""
        self.popups.inline.ask(place, words, take, label)

    def choose(self, choices: Sequence[Choice], label: str) -> None:
        """Let a person choose from a list with a search."""
        self.popups.chooser.ask(choices, label)

    def show_settings(self, node_id: str) -> None:
        """Lead to the settings of a node."""
        self.node_activated.emit(node_id)

    def show_training(self) -> None:
        """Lead to the settings of the training."""
        self.ground_activated.emit()

    def toggle_overview(self) -> None:
        """Show the whole graph small in a corner, or hide it."""
        self.minimap.toggle()

    def tell_library(self) -> None:
        """Say that there are other blocks in the user's library."""
        self.library_changed.emit()

    def take_focus(self) -> None:
        """Let keys go to the canvas."""
        self.setFocus()

    def attempt(
        self,
        action: Callable[Concatenate[Document, _P], _R],
        *args: _P.args,
        **options: _P.kwargs,
    ) -> _R | None:
        """Do something to the document; say why when it refuses, and return None."""
        try:
            return action(self.document, *args, **options)
        except EngineError as error:
            self.say(str(error))
            self.scene.sync()
            return None

    def say(self, text: str) -> None:
        """Show a notice on the canvas, and let screen readers say it."""
        self._overlay.say(text)
        announce(self, text)
        self.notice.emit(text)

    def ask_for_data(self) -> None:
        """Let a person choose a file of data of their own."""
        self.data_wanted.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin the gesture that fits what is under the pointer."""
        self._show_focus(on=False)
        self.pointer.press(event)
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the gesture on, or show what is under the pointer."""
        self.pointer.move(event)
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Finish the gesture."""
        self.pointer.release()
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Activate a node; elsewhere search for one to add, also into a wire."""
        self.pointer.double_click(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer what can be done with what is under the pointer."""
        if self.pointer.gesture is None:
            menus.show(self, event)
        event.accept()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom or pan."""
        self.camera.wheel(event)

    def viewportEvent(self, event: QEvent) -> bool:
        """Answer pinches and requests for tooltips."""
        return self.pointer.answers(event) or super().viewportEvent(event)

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
        super().focusInEvent(event)
        self._show_focus(on=event.reason() in keys.KEYBOARD_REASONS)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the frame away; a held space bar isn't seen any more."""
        keys.forget_space(self)
        self._show_focus(on=False)
        super().focusOutEvent(event)

    def _show_focus(self, *, on: bool) -> None:
        if on != self._overlay.shows_focus:
            self._overlay.shows_focus = on
            self.viewport().update()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take layers from the list of layers."""
        drop.enter(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Take layers from the list; show the wire they would go into."""
        self.pointer.drag_over(event)

    def dropEvent(self, event: QDropEvent) -> None:
        """Add the layer where it was dropped."""
        drop.drop(self, event)

    # Painting ------------------------------------------------------------------

    def drawBackground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        """Draw the cached picture and the histograms over it."""
        painter.save()
        self._picture.paint(painter)
        painter.restore()
        painter.save()
        cached_picture.sparks(painter, self.scene, self.camera)
        painter.restore()

    def drawForeground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        """Draw the gesture under way, and words."""
        painter.save()
        self.popups.quick_add.paint_wire(painter)
        painter.restore()
        self._overlay.paint(painter, self.pointer.gesture)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the whole graph in view while nobody has zoomed."""
        super().resizeEvent(event)
        if self.camera.is_automatic:
            self.fit()

    @theme.guarded
    def hideEvent(self, event: QHideEvent) -> None:
        """Give up the gesture and the notice."""
        self.pointer.end(cancel=True)
        self.step_animation.stop()
        self._picture.rest()
        self._overlay.forget()
        super().hideEvent(event)

    def _on_selected(self) -> None:
        chosen = self.selection
        self.viewport().update()
        self.selection_changed.emit(chosen.ids, chosen.scope, chosen.area.prefix)

    def _on_replaced(self) -> None:
        self.pointer.end(cancel=True)
        self.step_animation.stop()
        self.pointer.hover.clear()
        self.fit()
        self._cameras.clear()
        self.selection_changed.emit([], "", "")

    def _on_changed(self, _edits: object) -> None:
        self.pointer.hover.clear()
        self.viewport().update()


def _is_operated(view: CanvasView) -> Operated:
    """Let the type checker prove that the canvas is a stage, for keys and menus too."""
    return view
