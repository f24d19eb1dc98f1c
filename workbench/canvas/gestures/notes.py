"""Gestures and commands for comments and frames."""

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent

from engine.i18n import tr
from workbench.canvas.geometry import sizes
from workbench.canvas.gestures.gesture import Gesture
from workbench.canvas.scene.notes import handle_of, moved
from workbench.document import notes
from workbench.document.notes import Note

if TYPE_CHECKING:
    from workbench.canvas.view import CanvasView

_COMMENT_SIZE = (220.0, 70.0)


def from_note(view: "CanvasView", place: QPointF) -> Gesture | None:
    """Return the gesture that a press on a note begins; chooses the note."""
    note = view.scene.notes.at(place)
    view.scene.notes.chosen = note.id if note else ""
    if note is None:
        return None
    view.scene.select([])
    if handle_of(note).contains(place):
        return SizeNote(view, place, note)
    return MoveNote(view, place, note)


class MoveNote(Gesture):
    """Moves a note; a frame takes along what is inside."""

    cursor = Qt.CursorShape.SizeAllCursor

    def __init__(self, view: "CanvasView", place: QPointF, note: Note) -> None:
        super().__init__(view, place)
        self._layer = self.scene.notes
        nodes, others = self._layer.inside(note) if note.kind == "frame" else ([], [])
        self._before = {i: self.scene.nodes[i].pos() for i in nodes}
        held = [self._layer.get(i) for i in others]
        self._notes = {n.id: n for n in (note, *held) if n is not None}
        self._delta = QPointF()

    def follow(self, event: QMouseEvent) -> None:
        """Move all of it by whole steps of the grid."""
        delta = self.place - self.origin
        self._show(QPointF(sizes.snap(delta.x()), sizes.snap(delta.y())))

    def _show(self, delta: QPointF) -> None:
        way, self._delta = delta - self._delta, delta
        shown = {i: moved(n, delta) for i, n in self._notes.items()}
        self._layer.draft(shown)
        if self._before and not way.isNull():
            self.scene.shift(self._before, way)
        self.view.viewport().update()

    def finish(self) -> None:
        """Store the new places as one step."""
        delta = (self._delta.x(), self._delta.y())
        places = {i: (p.x() + delta[0], p.y() + delta[1])
                  for i, p in self._before.items()}  # fmt: skip
        ids = list(self._notes)
        self.view.attempt(notes.move, ids, delta, places, self.scene.scope)

    def cancel(self) -> None:
        """Put everything back."""
        self._show(QPointF())
        self._layer.draft({})


class SizeNote(Gesture):
    """Changes the size of a note."""

    cursor = Qt.CursorShape.SizeFDiagCursor

    def __init__(self, view: "CanvasView", place: QPointF, note: Note) -> None:
        super().__init__(view, place)
        self._note = self._now = note

    def follow(self, event: QMouseEvent) -> None:
        """Follow with the corner, by whole steps of the grid."""
        delta = self.place - self.origin
        width = sizes.snap(self._note.width + delta.x())
        height = sizes.snap(self._note.height + delta.y())
        width, height = max(notes.MIN_WIDTH, width), max(notes.MIN_HEIGHT, height)
        self._now = replace(self._note, width=width, height=height)
        self.scene.notes.draft({self._note.id: self._now})
        self.view.viewport().update()

    def finish(self) -> None:
        """Store the size."""
        size = {"width": self._now.width, "height": self._now.height}
        self.view.attempt(notes.change, self._note.id, tr("Resize note"), **size)
        self.scene.notes.draft({})

    def cancel(self) -> None:
        """Go back to the old size."""
        self.scene.notes.draft({})


def frame_selection(view: "CanvasView") -> None:
    """Ask for a title and draw a frame around the selected nodes."""
    chosen = view.selected_ids()
    if not chosen:
        view.say(tr("Select the layers to frame."))
        return
    note = view.scene.notes.around(chosen, tr("Frame"))
    place = QPointF(note.x + 8, note.y)
    view.inline.ask(place, note.text, lambda t: _add(view, note, t), tr("Title"))


def add_comment(view: "CanvasView", place: QPointF | None = None) -> None:
    """Ask for words and put them on the canvas."""
    place = place if place is not None else view.camera.centre()
    at = (sizes.snap(place.x()), sizes.snap(place.y()))
    note = Note("", "comment", "", *at, *_COMMENT_SIZE, "act", view.scene.scope)
    view.inline.ask(place, "", lambda text: _add(view, note, text), tr("Comment"))


def _add(view: "CanvasView", note: Note, text: str) -> None:
    made = view.attempt(notes.add, replace(note, text=text))
    view.scene.notes.chosen = str(made or "")
    view.viewport().update()


def edit_text(view: "CanvasView", note: Note) -> None:
    """Ask for other words."""

    def take(text: str) -> None:
        view.attempt(notes.change, note.id, tr("Edit note"), text=text)

    view.inline.ask(QPointF(note.x + 8, note.y), note.text, take, tr("Words"))


def remove_chosen(view: "CanvasView") -> bool:
    """Delete the chosen note; False when none is."""
    chosen = view.scene.notes.chosen
    if not chosen:
        return False
    view.attempt(notes.remove, [chosen])
    return True
