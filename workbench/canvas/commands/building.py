"""Rows of the View and Model menus that the canvas does, and those of notes."""

from collections.abc import Callable, Iterator

from PySide6.QtGui import QKeySequence

from engine.i18n import tr
from workbench.canvas.commands.operated import Operated
from workbench.canvas.commands.spot import (
    Spot,
    at_least,
    can_leave,
    has_block,
    has_kind,
    has_nodes,
    is_block,
    is_inside,
    on,
    one,
    some,
    some_outside,
)
from workbench.canvas.edits import align, blocks, edit, lora, replace
from workbench.canvas.edits import notes as note_tools
from workbench.canvas.scene import open_block
from workbench.canvas.widgets import node_chooser
from workbench.commands.registry import Command, Place
from workbench.document import notes
from workbench.document import replacing as kinds

_Std = QKeySequence.StandardKey
_ZOOM = 1.25
COLOUR_WORDS = {
    "conv": "Blue",
    "dense": "Green",
    "act": "Yellow",
    "loss": "Red",
    "norm": "Violet",
    "pool": "Teal",
    "io": "Grey",
}


def _add(spot: Spot) -> None:
    spot.stage.quick_add(spot.place)


def _add_words(spot: Spot) -> str:
    """Name a place: behind what is selected, or anywhere."""
    is_behind = some(spot) and spot.place is None
    return tr("Add a layer behind…") if is_behind else tr("&Add a layer…")


def _insert(spot: Spot) -> None:
    spot.stage.quick_add(spot.place, spot.wire)


def _add_point(spot: Spot) -> None:
    if spot.wire is not None and spot.place is not None:
        edit.add_point(spot.stage, spot.wire, spot.place)


def _on_wire(spot: Spot) -> bool:
    return spot.wire is not None


def _enter(spot: Spot) -> None:
    blocks.enter(spot.stage, spot.node)


def _settings(spot: Spot) -> None:
    """Lead to the settings of the selected layer, or else of the training."""
    ids = spot.chosen.ids
    if ids:
        spot.stage.show_settings(ids[0])
    else:
        spot.stage.show_training()


def _is_layer_or_ground(spot: Spot) -> bool:
    return not is_block(spot)


def _open_words(spot: Spot) -> str:
    path = (*spot.chosen.path, spot.node)
    is_open = open_block.find(spot.stage.scene, path) is not None
    return tr("Close") if is_open else tr("Open in pl&ace")


def _align(kind: str) -> Callable[[Spot], object]:
    return lambda spot: align.apply(spot.stage, kind)


def _aligns() -> Iterator[Command[Spot]]:
    for order, (kind, (words, _, fewest)) in enumerate(align.KINDS.items()):
        yield Command(
            f"align_{kind}",
            words,
            _align(kind),
            enabled=at_least(fewest),
            places=(Place("align", 1, order),),
        )


def _edit_note(spot: Spot) -> None:
    if spot.note is not None:
        note_tools.edit_text(spot.stage, spot.note)


def _on_frame(spot: Spot) -> bool:
    return spot.note is not None and spot.note.kind == "frame"


def _select_framed(spot: Spot) -> None:
    if spot.note is not None:
        spot.stage.select(spot.stage.scene.notes.inside(spot.note)[0])


def _paint(colour: str) -> Callable[[Spot], object]:
    def paint(spot: Spot) -> None:
        if spot.note is not None:
            words = tr("Colour the note")
            spot.stage.attempt(notes.change, spot.note.id, words, colour=colour)

    return paint


def _colours() -> Iterator[Command[Spot]]:
    for order, colour in enumerate(notes.COLOURS):
        yield Command(
            f"note_{colour}",
            COLOUR_WORDS[colour],
            _paint(colour),
            icon="dot",
            tint=colour,
            places=(Place("note", 2, order),),
        )


def _can_escape(spot: Spot) -> bool:
    """Return whether there is a gesture to give up, or a selection."""
    stage = spot.stage
    is_busy = stage.pointer.gesture is not None or stage.arranging.is_running
    return is_busy or bool(stage.selection.path) or bool(stage.selection.ids)


def _escape(stage: Operated) -> None:
    """Give up the gesture; without one, leave a block or select nothing."""
    if stage.pointer.gesture is not None:
        stage.pointer.end(cancel=True)
    elif stage.arranging.cancel():
        pass
    elif stage.selection.path:
        blocks.go_up(stage)
    else:
        stage.scene.select([])


# fmt: off
ROWS: tuple[Command[Spot], ...] = (
    Command("zoom_in", "Zoom &in", lambda spot: spot.stage.camera.zoom_by(_ZOOM),
            keys=(_Std.ZoomIn,), icon="zoom-in", everywhere=True,
            places=(Place("view", 1, 1),)),
    Command("zoom_out", "Zoom &out", lambda spot: spot.stage.camera.zoom_by(1 / _ZOOM),
            keys=(_Std.ZoomOut,), everywhere=True, places=(Place("view", 1, 2),)),
    Command("fit", "&Fit the network", lambda spot: spot.stage.fit(), keys=("F",),
            icon="fit", places=(Place("view", 1, 3), Place("ground", 2, 3))),
    Command("fit_selection", "Fit the selection", on(edit.fit_selection),
            keys=("Shift+F",), places=(Place("keys", 2, 1),)),
    Command("full_size", "Zoom to 100 %", lambda spot: spot.stage.camera.set_zoom(1.0),
            keys=("Ctrl+0",), places=(Place("keys", 2, 2),)),
    Command("overview", "O&verview", lambda spot: spot.stage.toggle_overview(),
            keys=("M",), places=(Place("view", 1, 4), Place("ground", 2, 5))),

    Command("quick_add", "&Add a layer…", _add, keys=("Tab",), icon="plus",
            now=_add_words,
            places=(Place("model", 1, 1), Place("ground", 1, 1), Place("node", 2, 1),
                    Place("inside", 1, 3))),
    Command("insert", "Insert a layer…", _insert, icon="plus", enabled=_on_wire,
            places=(Place("wire", 1, 1),)),
    Command("add_point", "Add a point", _add_point, enabled=_on_wire,
            places=(Place("wire", 1, 2),)),
    Command("connect", "&Connect to…", on(node_chooser.connect), keys=("C",),
            icon="link", enabled=one, explains=True,
            places=(Place("model", 1, 2), Place("node", 2, 2), Place("inside", 1, 4))),
    Command("connect_from", "Connect from…",
            lambda spot: node_chooser.connect(spot.stage, forward=False),
            keys=("Shift+C",), enabled=one, explains=True,
            places=(Place("keys", 1, 6),)),
    Command("replace", "&Replace with…", on(replace.ask), keys=("R",),
            icon="swap", enabled=some, explains=True,
            places=(Place("model", 1, 3), Place("node", 2, 3), Place("inside", 1, 5))),
    Command("align", "A&lign", menu="align", enabled=at_least(2),
            places=(Place("model", 1, 4), Place("node", 5, 1, hides=True),
                    Place("inside", 2, 1, hides=True))),
    Command("arrange", "Arran&ge", lambda spot: spot.stage.arrange(), keys=("L",),
            icon="arrange", enabled=has_nodes,
            places=(Place("model", 1, 5), Place("ground", 2, 2))),

    Command("group", "Group into a &block…", on(blocks.group), keys=("Ctrl+G",),
            icon="layers", enabled=some, explains=True,
            places=(Place("model", 2, 1), Place("node", 3, 1), Place("inside", 2, 2))),
    Command("unpack", "&Unpack the block", on(blocks.unpack), keys=("Ctrl+Shift+G",),
            enabled=has_block,
            places=(Place("model", 2, 2), Place("node", 3, 5, hides=True))),
    Command("enter", "&Open the block", _enter, keys=("Enter", "Return"),
            enabled=is_block,
            places=(Place("model", 2, 3), Place("node", 3, 3, hides=True),
                    Place("inside", 1, 1, hides=True))),
    Command("settings", "Settings of the layer, or of the training", _settings,
            keys=("Enter", "Return"), enabled=_is_layer_or_ground,
            now=lambda _spot: tr("Settings"),
            places=(Place("inside", 1, 1, hides=True), Place("keys", 1, 7))),
    Command("leave", "&Leave the block", on(blocks.go_up),
            keys=("Alt+Up", "Backspace"), enabled=can_leave,
            places=(Place("model", 2, 4),)),
    Command("go_down", "Into an open block", on(blocks.go_down), keys=("Alt+Down",),
            enabled=is_block, places=(Place("keys", 1, 8),)),
    Command("show_in_tab", "Show in its own tab", on(blocks.show_in_tab),
            enabled=is_inside, places=(Place("inside", 1, 2),)),
    Command("open_in_place", "Open in pl&ace", on(blocks.toggle_open), keys=("E",),
            enabled=has_block, now=_open_words,
            places=(Place("model", 2, 5), Place("node", 3, 4, hides=True))),
    Command("copy_independent", "Copy as independent", on(blocks.copy_independent),
            enabled=has_block, places=(Place("node", 3, 6, hides=True),)),
    Command("save_block", "&Save to My blocks", on(blocks.save_to_library),
            icon="save", enabled=has_block,
            places=(Place("model", 2, 6), Place("node", 3, 7, hides=True))),

    Command("frame", "&Frame…", on(note_tools.frame_selection), keys=("Shift+G",),
            enabled=some_outside, explains=True,
            places=(Place("model", 3, 1), Place("node", 3, 2))),
    Command("comment", "Add a co&mment…",
            lambda spot: note_tools.add_comment(spot.stage, spot.place), keys=("T",),
            places=(Place("model", 3, 2), Place("ground", 1, 3))),
    Command("lora", "Fine-&tune with LoRA", on(lora.adapt),
            enabled=has_kind(kinds.LINEAR), explains=True,
            places=(Place("model", 3, 4), Place("node", 2, 6, hides=True),
                    Place("inside", 1, 8, hides=True))),
    Command("plain_linear", "Back to a plai&n Linear", on(lora.restore),
            enabled=has_kind(kinds.LORA), explains=True,
            places=(Place("model", 3, 5), Place("node", 2, 7, hides=True),
                    Place("inside", 1, 9, hides=True))),
    *_aligns(),

    Command("edit_note", "Edit the words…", _edit_note, places=(Place("note", 1, 1),)),
    Command("select_framed", "Select what is inside", _select_framed,
            enabled=_on_frame, places=(Place("note", 1, 2, hides=True),)),
    *_colours(),
    Command("escape", "Cancel a gesture", on(_escape), keys=("Esc",),
            enabled=_can_escape,
            places=(Place("keys", 3, 1),)),
)
# fmt: on
