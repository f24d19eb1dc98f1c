"""Rows of the Edit menu, and what else changes or walks through what is selected."""

from collections.abc import Callable, Iterator

from PySide6.QtGui import QKeySequence

from engine.i18n import tr
from workbench.canvas.commands.spot import (
    Spot,
    anything,
    has_nodes,
    is_wired,
    on,
    one,
    some,
)
from workbench.canvas.edits import edit
from workbench.canvas.geometry import sizes
from workbench.canvas.widgets import node_chooser
from workbench.commands.registry import Command, Place

_Std = QKeySequence.StandardKey
_SMALL, _LARGE = sizes.GRID, 5 * sizes.GRID
_WAYS = {"Left": (-1, 0), "Right": (1, 0), "Up": (0, -1), "Down": (0, 1)}


def _is_free(spot: Spot) -> bool:
    """Return whether the weights of the node that is meant can train now."""
    node_id = spot.subject or spot.chosen.ids[0]
    return spot.chosen.graph.node(node_id).trainable


def _freeze(spot: Spot) -> None:
    if some(spot):
        edit.set_trainable(spot.stage, value=not _is_free(spot))


def _freeze_words(spot: Spot) -> str:
    if some(spot) and not _is_free(spot):
        return tr("Let weights train")
    return tr("Freeze weights")


def _has_project_nodes(spot: Spot) -> bool:
    """Return whether there is a node anywhere: the list goes into blocks, and out."""
    return bool(spot.stage.document.project.graph.nodes)


def _walk(step: int) -> Callable[[Spot], object]:
    return lambda spot: edit.walk(spot.stage, step)


def _to_end(*, first: bool) -> Callable[[Spot], object]:
    return lambda spot: edit.walk_to_end(spot.stage, first=first)


def _nudge(across: float, down: float) -> Callable[[Spot], object]:
    return lambda spot: edit.nudge(spot.stage, across, down)


def _nudges() -> Iterator[Command[Spot]]:
    """Yield the arrow keys; one line of the list of keys stands for them all."""
    for key, (x, y) in _WAYS.items():
        near, far = _nudge(x * _SMALL, y * _SMALL), _nudge(x * _LARGE, y * _LARGE)
        word = key.lower()
        yield Command(f"nudge_{word}", "Nudge", near, keys=(key,), enabled=some)
        far_key = f"Shift+{key}"
        yield Command(f"nudge_far_{word}", "Nudge", far, keys=(far_key,), enabled=some)


# fmt: off
ROWS: tuple[Command[Spot], ...] = (
    Command("undo", "&Undo", lambda spot: spot.stage.document.undo_stack.undo(),
            keys=(_Std.Undo,), icon="undo", everywhere=True,
            enabled=lambda spot: spot.stage.document.undo_stack.canUndo(),
            places=(Place("edit", 1, 1),)),
    Command("redo", "&Redo", lambda spot: spot.stage.document.undo_stack.redo(),
            keys=(_Std.Redo,), icon="redo", everywhere=True,
            enabled=lambda spot: spot.stage.document.undo_stack.canRedo(),
            places=(Place("edit", 1, 2),)),
    Command("cut", "Cu&t", on(edit.cut), keys=(_Std.Cut,), enabled=some,
            places=(Place("edit", 2, 1), Place("node", 6, 1), Place("inside", 3, 1))),
    Command("copy", "&Copy", on(edit.copy), keys=(_Std.Copy,), icon="copy",
            enabled=some,
            places=(Place("edit", 2, 2), Place("node", 6, 2), Place("inside", 3, 2))),
    Command("paste", "&Paste", lambda spot: edit.paste(spot.stage, spot.place),
            keys=(_Std.Paste,),
            places=(Place("edit", 2, 3), Place("ground", 1, 2))),
    Command("duplicate", "&Duplicate", on(edit.duplicate), keys=("Ctrl+D",),
            enabled=some,
            places=(Place("edit", 2, 4), Place("node", 6, 3), Place("inside", 3, 3))),
    # Not the system's keys for deleting: on X11 they include Ctrl+D, on macOS too.
    Command("delete", "De&lete", on(edit.delete), keys=("Del", "Backspace"),
            icon="trash", enabled=anything,
            places=(Place("edit", 2, 5), Place("node", 7, 1), Place("inside", 4, 1),
                    Place("wire", 1, 3), Place("note", 3, 1))),
    Command("heal", "Delete and &heal the wire", on(edit.heal),
            keys=("Ctrl+Del", "Ctrl+Backspace"), enabled=some,
            places=(Place("edit", 2, 6), Place("node", 7, 2), Place("inside", 4, 2))),
    Command("select_all", "Select &all", on(edit.select_all), keys=(_Std.SelectAll,),
            enabled=has_nodes,
            places=(Place("edit", 2, 7), Place("ground", 2, 1))),
    Command("go_to", "&Go to a node…", on(node_chooser.go_to_node), keys=("Ctrl+F",),
            icon="search", enabled=_has_project_nodes,
            places=(Place("edit", 3, 1), Place("ground", 2, 4))),
    Command("rename", "Rename…", on(edit.rename), keys=("F2",), enabled=one,
            places=(Place("node", 2, 4), Place("inside", 1, 6), Place("keys", 1, 1))),
    Command("freeze", "Freeze weights", _freeze, enabled=some, now=_freeze_words,
            places=(Place("node", 2, 5), Place("inside", 1, 7))),
    Command("disconnect", "Disconnect", on(edit.unplug), icon="unlink",
            enabled=is_wired, places=(Place("node", 6, 4), Place("inside", 3, 4))),
    Command("next", "Next layer", _walk(1), keys=("N", "Ctrl+Right"),
            enabled=has_nodes, places=(Place("keys", 1, 2),)),
    Command("previous", "Previous layer", _walk(-1), keys=("Shift+N", "Ctrl+Left"),
            enabled=has_nodes, places=(Place("keys", 1, 3),)),
    Command("first", "First layer", _to_end(first=True), keys=("Home",),
            enabled=has_nodes, places=(Place("keys", 1, 4),)),
    Command("last", "Last layer", _to_end(first=False), keys=("End",),
            enabled=has_nodes, places=(Place("keys", 1, 5),)),
    *_nudges(),
)
# fmt: on
