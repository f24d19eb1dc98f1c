"""Comments and coloured frames: data of the document that the engine ignores.

They stand in the field `notes`, one record a line. What another version or a person
has broken there is left out, never refused.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Literal, TypedDict, Unpack

from engine.graph.edits import Edit, Move, SetExtra
from engine.graph.model import ROOT, Position, Project
from engine.i18n import tr
from workbench.document.actions import pinned
from workbench.document.document import Document

KEY = "notes"
COLOURS = ("conv", "dense", "act", "loss", "norm", "pool", "io")
MIN_WIDTH, MIN_HEIGHT = 80.0, 40.0
_MAX_PX = 1e6
_MOST, _MOST_LETTERS = 5_000, 10_000


@dataclass(frozen=True)
class Note:
    """One frame or comment.

    Args:
        id: Unique in the document.
        kind: A `frame` stands behind nodes and moves them, a `comment` is text.
        text: Title of a frame, words of a comment.
        x: Of the left edge.
        y: Of the top edge.
        width: In scene pixels.
        height: In scene pixels.
        colour: Token, one of `COLOURS`.
        scope: Block it is in, or the main graph.
    """

    id: str
    kind: Literal["frame", "comment"]
    text: str
    x: float
    y: float
    width: float
    height: float
    colour: str = COLOURS[0]
    scope: str = ROOT


class NoteFields(TypedDict, total=False):
    """What can be changed of a note; see `Note`."""

    text: str
    x: float
    y: float
    width: float
    height: float
    colour: str
    scope: str


def read(project: Project) -> tuple[Note, ...]:
    """Return the notes of all scopes."""
    records = project.extra.get(KEY)
    notes = [_note(record) for record in records] if isinstance(records, list) else []
    unique = {note.id: note for note in notes if note is not None}
    return tuple(unique.values())[:_MOST]


def _note(record: object) -> Note | None:
    if not isinstance(record, dict) or record.get("kind") not in ("frame", "comment"):
        return None
    words = [record.get(key, "") for key in ("id", "text", "colour", "scope")]
    sizes = [record.get(key, "") for key in ("x", "y", "width", "height")]
    if not all(isinstance(word, str) for word in words) or not words[0]:
        return None
    if not all(map(_is_size, sizes)):
        return None
    (note_id, text, colour, scope), (x, y, width, height) = words, sizes
    text, colour = text[:_MOST_LETTERS], colour if colour in COLOURS else COLOURS[0]
    return Note(note_id, record["kind"], text, x, y, width, height, colour, scope)


def _is_size(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) <= _MAX_PX


def edit(notes: Iterable[Note]) -> Edit:
    """Return the edit that stores these notes instead of the old ones."""
    records = [_record(note) for note in notes]
    return SetExtra(KEY, records or None)


def _record(note: Note) -> dict[str, object]:
    record = asdict(note)
    return {key: _short(value) for key, value in record.items() if value != ""}


def _short(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def add(document: Document, note: Note) -> str:
    """Add a note (its id is replaced by a free one) and return its id."""
    notes = read(document.project)
    taken, number = {other.id for other in notes}, 1
    while f"{note.kind}_{number}" in taken:
        number += 1
    note = replace(note, id=f"{note.kind}_{number}")
    is_frame = note.kind == "frame"
    words = tr("Add a frame") if is_frame else tr("Add a comment")
    document.apply([edit([*notes, note])], words)
    return note.id


def change(
    document: Document, note_id: str, words: str, **values: Unpack[NoteFields]
) -> None:
    """Change fields of a note; `words` are for the Edit menu."""
    old = read(document.project)
    new = [replace(n, **values) if n.id == note_id else n for n in old]
    if new != list(old):
        document.apply([edit(new)], words)


def remove(document: Document, note_ids: Iterable[str]) -> None:
    """Remove notes; nodes inside a frame stay."""
    gone, old = set(note_ids), read(document.project)
    kept = [note for note in old if note.id not in gone]
    if len(kept) != len(old):
        kinds = {note.kind for note in old if note.id in gone}
        is_frame = kinds == {"frame"}
        words = tr("Delete frame") if is_frame else tr("Delete comment")
        document.apply([edit(kept)], words)


def move(
    document: Document,
    note_ids: Iterable[str],
    delta: Position,
    nodes: Mapping[str, Position],
    scope: str = ROOT,
) -> None:
    """Move notes, and nodes to these places, as one step."""
    moved, old = set(note_ids), read(document.project)
    if not any(delta):
        return
    new = [
        replace(n, x=n.x + delta[0], y=n.y + delta[1]) if n.id in moved else n
        for n in old
    ]
    edits: list[Edit] = [*pinned(document, scope), edit(new)]
    if nodes:
        edits.append(Move(tuple(nodes.items()), scope))
    document.apply(edits, tr("Move frame") if nodes else tr("Move note"))


def renamed_scope(project: Project, old: str, new: str) -> list[Edit]:
    """Return the edit that lets notes follow a block's new name."""
    return _with_scopes(project, lambda note: note.scope == old, new)


def _with_scopes(
    project: Project, applies: Callable[[Note], bool], scope: str
) -> list[Edit]:
    notes = read(project)
    if not any(applies(note) for note in notes):
        return []
    return [edit(replace(n, scope=scope) if applies(n) else n for n in notes)]
