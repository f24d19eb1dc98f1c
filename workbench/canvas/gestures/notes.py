"""The gestures that move notes and change their size."""

from dataclasses import replace

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent

from engine.i18n import tr
from workbench.canvas.geometry import sizes
from workbench.canvas.gestures.gesture import Gesture
from workbench.canvas.scene.areas import ShownGraph
from workbench.canvas.scene.notes import handle_of, moved
from workbench.canvas.stage import Stage
from workbench.document import notes
from workbench.document.notes import Note


def from_note(stage: Stage, place: QPointF) -> Gesture | None:
    """Return the gesture that a press on a note begins; chooses the note."""
    note = stage.scene.notes.at(place)
    stage.scene.notes.chosen = note.id if note else ""
    if note is None:
        return None
    stage.scene.select([])
    if handle_of(note).contains(place):
        return SizeNote(stage, place, note)
    return MoveNote(stage, place, note)


class MoveNote(Gesture):
    """Moves a note; a frame takes along what is inside."""

    cursor = Qt.CursorShape.SizeAllCursor

    def __init__(self, stage: Stage, place: QPointF, note: Note) -> None:
        super().__init__(stage, place)
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
        self.stage.viewport().update()

    def finish(self) -> None:
        """Store the new places as one step."""
        delta = (self._delta.x(), self._delta.y())
        area = ShownGraph(self.scene)
        spots = {i: p + self._delta for i, p in self._before.items()}
        places = {i: area.to_stored(p, i).toTuple() for i, p in spots.items()}
        ids = list(self._notes)
        self.stage.attempt(notes.move, ids, delta, places, self.scene.scope)

    def cancel(self) -> None:
        """Put everything back."""
        self._show(QPointF())
        self._layer.draft({})


class SizeNote(Gesture):
    """Changes the size of a note."""

    cursor = Qt.CursorShape.SizeFDiagCursor

    def __init__(self, stage: Stage, place: QPointF, note: Note) -> None:
        super().__init__(stage, place)
        self._note = self._now = note

    def follow(self, event: QMouseEvent) -> None:
        """Follow with the corner, by whole steps of the grid."""
        delta = self.place - self.origin
        width = sizes.snap(self._note.width + delta.x())
        height = sizes.snap(self._note.height + delta.y())
        width, height = max(notes.MIN_WIDTH, width), max(notes.MIN_HEIGHT, height)
        self._now = replace(self._note, width=width, height=height)
        self.scene.notes.draft({self._note.id: self._now})
        self.stage.viewport().update()

    def finish(self) -> None:
        """Store the size."""
        width, height = self._now.width, self._now.height
        words, note = tr("Resize note"), self._note.id
        self.stage.attempt(notes.change, note, words, width=width, height=height)
        self.scene.notes.draft({})

    def cancel(self) -> None:
        """Go back to the old size."""
        self.scene.notes.draft({})
