"""What keys and menus do with comments and frames."""

from dataclasses import replace

from PySide6.QtCore import QPointF

from engine.i18n import tr
from workbench.canvas.geometry import sizes
from workbench.canvas.stage import Stage
from workbench.document import notes
from workbench.document.notes import Note

_COMMENT_SIZE = (220.0, 70.0)


def frame_selection(stage: Stage) -> None:
    """Ask for a title and draw a frame around the selected nodes."""
    chosen = stage.scene.selected_nodes()
    if not chosen:
        stage.say(tr("Select the layers to frame."))
        return
    note = stage.scene.notes.around(chosen, tr("Frame"))
    place = QPointF(note.x + 8, note.y)
    stage.ask(place, note.text, lambda text: _add(stage, note, text), tr("Title"))


def add_comment(stage: Stage, place: QPointF | None = None) -> None:
    """Ask for words and put them on the canvas."""
    place = place if place is not None else stage.camera.centre()
    at = (sizes.snap(place.x()), sizes.snap(place.y()))
    note = Note("", "comment", "", *at, *_COMMENT_SIZE, "act", stage.scene.scope)
    stage.ask(place, "", lambda text: _add(stage, note, text), tr("Comment"))


def _add(stage: Stage, note: Note, text: str) -> None:
    made = stage.attempt(notes.add, replace(note, text=text))
    stage.scene.notes.chosen = made or ""
    stage.viewport().update()


def edit_text(stage: Stage, note: Note) -> None:
    """Ask for other words."""

    def take(text: str) -> None:
        stage.attempt(notes.change, note.id, tr("Edit note"), text=text)

    stage.ask(QPointF(note.x + 8, note.y), note.text, take, tr("Words"))


def remove_chosen(stage: Stage) -> bool:
    """Delete the chosen note; False when none is."""
    chosen = stage.scene.notes.chosen
    if not chosen:
        return False
    stage.attempt(notes.remove, [chosen])
    return True
