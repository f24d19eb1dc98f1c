"""The notes of the shown scope: which are there, which is chosen, how they look."""

from collections.abc import Iterable
from dataclasses import replace

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from engine.graph.edits import Edit, SetExtra
from workbench.canvas.cards import fonts
from workbench.canvas.geometry import sizes
from workbench.canvas.scene.shown import Shown
from workbench.document import notes
from workbench.document.notes import Note
from workbench.theme.tokens import Tokens, current, mix

HEAD, HANDLE, RADIUS = 30.0, 16.0, 9.0
_WRAP = int(
    (Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop).value
    | Qt.TextFlag.TextWordWrap.value
)


class NoteLayer:
    """Notes of a scene.

    Attributes:
        chosen: Id of the selected note, or empty.
    """

    def __init__(self, scene: Shown) -> None:
        self._scene = scene
        self._all: tuple[Note, ...] = ()
        self._shown: dict[str, Note] = {}
        self._draft: dict[str, Note] = {}
        self.chosen = ""
        self.refresh()

    def follow(self, edits: Iterable[Edit]) -> None:
        """Read the notes anew where edits may have changed them."""
        if any(isinstance(edit, SetExtra) for edit in edits):
            self.refresh()

    def refresh(self) -> None:
        """Read the notes anew."""
        self._draft = {}
        self._all = notes.read(self._scene.document.project)
        scope = self._scene.scope
        self._shown = {note.id: note for note in self._all if note.scope == scope}
        if self.chosen not in self._shown:
            self.chosen = ""

    def shown(self) -> tuple[Note, ...]:
        """Return the notes as they look now, frames first."""
        found = [self._draft.get(i, note) for i, note in self._shown.items()]
        return tuple(sorted(found, key=lambda note: note.kind != "frame"))

    def draft(self, changed: dict[str, Note]) -> None:
        """Let notes look otherwise while a gesture is under way."""
        self._draft = changed

    def get(self, note_id: str) -> Note | None:
        """Return a shown note."""
        return self._shown.get(note_id)

    def at(self, place: QPointF) -> Note | None:
        """Return the note whose head, text or handle is at a place."""
        for note in reversed(self.shown()):
            if grip_of(note).contains(place) or handle_of(note).contains(place):
                return note
        return None

    def corner_at(self, place: QPointF) -> bool:
        """Return whether a corner that changes a note's size is at a place."""
        return any(handle_of(note).contains(place) for note in self.shown())

    def inside(self, frame: Note) -> tuple[list[str], list[str]]:
        """Return ids of the nodes and of the other notes that a frame holds."""
        rect = rect_of(frame)
        items = self._scene.nodes.items()
        nodes = [i for i, item in items if rect.contains(item.card().center())]
        others = [
            note.id
            for note in self.shown()
            if note.id != frame.id and rect.contains(rect_of(note))
        ]
        return nodes, others

    def around(self, node_ids: list[str], text: str) -> Note:
        """Return a frame around nodes."""
        rect = self._scene.bounds(node_ids).adjusted(-24, -24 - HEAD, 24, 24)
        return Note("", "frame", text, rect.x(), rect.y(), rect.width(), rect.height(),
                    scope=self._scene.scope)  # fmt: skip

    def bounds(self) -> QRectF:
        """Return the rectangle around all notes."""
        rect = QRectF()
        for note in self.shown():
            rect = rect.united(rect_of(note))
        return rect


def rect_of(note: Note) -> QRectF:
    """Return the rectangle of a note."""
    return QRectF(note.x, note.y, note.width, note.height)


def grip_of(note: Note) -> QRectF:
    """Return where a press takes hold of a note: a frame's head, all of a comment."""
    rect = rect_of(note)
    if note.kind == "frame":
        rect.setHeight(HEAD)
    return rect


def handle_of(note: Note) -> QRectF:
    """Return the corner that changes the size."""
    corner = rect_of(note).bottomRight()
    return QRectF(corner - QPointF(HANDLE, HANDLE), corner)


def moved(note: Note, delta: QPointF) -> Note:
    """Return a note at another place."""
    return replace(note, x=note.x + delta.x(), y=note.y + delta.y())


def draw(painter: QPainter, layer: NoteLayer, zoom: float) -> None:
    """Draw the notes, below all wires and cards."""
    tokens = current()
    for note in layer.shown():
        is_chosen = note.id == layer.chosen
        if note.kind == "frame":
            _frame(painter, note, tokens, zoom, is_chosen=is_chosen)
        else:
            _comment(painter, note, tokens, zoom, is_chosen=is_chosen)


def _frame(
    painter: QPainter, note: Note, tokens: Tokens, zoom: float, *, is_chosen: bool
) -> None:
    rect, colour = rect_of(note), QColor(tokens.colour(note.colour))
    fill = QColor(colour)
    fill.setAlpha(20 if tokens.name == "dark" else 26)
    edge = QColor(tokens.accent) if is_chosen else QColor(colour)
    edge.setAlpha(255 if is_chosen else 120)
    painter.setBrush(fill)
    painter.setPen(QPen(edge, 1.8 if is_chosen else 1.2))
    painter.drawRoundedRect(rect, RADIUS, RADIUS)
    _handle(painter, rect, edge)
    size = round(max(13.0, min(40.0, 11.0 / zoom)))
    font = fonts.title(size)
    painter.setFont(font)
    painter.setPen(QColor(tokens.category_text(note.colour)))
    head = QRectF(
        rect.x() + 12, rect.y() + 4, rect.width() - 24, max(HEAD - 6, size + 6)
    )
    words = QFontMetricsF(font).elidedText(
        note.text, Qt.TextElideMode.ElideRight, head.width()
    )
    side = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
    painter.drawText(head, side, words)


def _comment(
    painter: QPainter, note: Note, tokens: Tokens, zoom: float, *, is_chosen: bool
) -> None:
    rect, colour = rect_of(note), tokens.colour(note.colour)
    painter.setBrush(QColor(mix(tokens.bg1, colour, 0.12)))
    edge = QColor(tokens.accent if is_chosen else mix(tokens.line, colour, 0.35))
    painter.setPen(QPen(edge, 1.8 if is_chosen else 1.0))
    painter.drawRoundedRect(rect, sizes.RADIUS, sizes.RADIUS)
    _handle(painter, rect, edge)
    if zoom < 0.35:
        return
    painter.setFont(fonts.small(12))
    painter.setPen(QColor(tokens.fg))
    painter.drawText(rect.adjusted(12, 9, -12, -9), _WRAP, note.text)


def _handle(painter: QPainter, rect: QRectF, edge: QColor) -> None:
    """Draw two small lines in the corner that changes the size."""
    corner = rect.bottomRight() - QPointF(5, 5)
    pen = QPen(edge, 1.2)
    before = painter.pen()
    painter.setPen(pen)
    for length in (4.0, 8.0):
        painter.drawLine(corner - QPointF(length, 0), corner - QPointF(0, length))
    painter.setPen(before)
