"""The keys of the canvas, in one table."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from workbench.canvas.edits import blocks, edit, inside_block
from workbench.canvas.geometry import sizes
from workbench.canvas.gestures import notes
from workbench.canvas.widgets import node_chooser

if TYPE_CHECKING:
    from workbench.canvas.view import CanvasView

KEYBOARD_REASONS = {
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
}
_SMALL, _LARGE = sizes.GRID, 5 * sizes.GRID
_Do = Callable[["CanvasView"], object]


def _nudge(across: float, down: float) -> _Do:
    def nudge(view: "CanvasView") -> None:
        way = inside_block.nudge if view.inside.ids else edit.nudge
        way(view, across, down)

    return nudge


def _walk(step: int) -> _Do:
    def walk(view: "CanvasView") -> None:
        way = inside_block.walk if view.inside.ids else edit.walk
        way(view, step)

    return walk


def _rename(view: "CanvasView") -> None:
    rename = inside_block.rename if view.inside.ids else blocks.rename
    rename(view)


def _go_up(view: "CanvasView") -> None:
    """Leave what is selected in an open card, or the block that is shown."""
    if view.inside.ids:
        view.inside.leave()
    else:
        blocks.go_up(view)


def _go_down(view: "CanvasView") -> None:
    """Go into the only selected block: in place where it is open, else in its tab."""
    chosen = view.selected_ids()
    if len(chosen) == 1 and view.scene.nodes[chosen[0]].face.inner is not None:
        inside_block.enter(view, chosen[0])
    elif len(chosen) == 1:
        blocks.enter(view)


def _fit(view: "CanvasView") -> None:
    view.fit()


def _back(view: "CanvasView") -> None:
    """Delete what is selected; with nothing selected leave the block."""
    scene = view.scene
    chosen = view.selected_ids() or view.inside.ids
    if chosen or scene.selected_edges() or scene.notes.chosen:
        edit.delete(view)
    else:
        blocks.go_up(view)


def _activate(view: "CanvasView") -> None:
    """Enter the selected block; of layers show the settings, of none the training."""
    chosen = view.selected_ids()
    if view.inside.ids:
        inside_block.activate(view)
    elif not chosen:
        view.ground_activated.emit()
    elif not blocks.enter(view):
        view.node_activated.emit(chosen[0])


# Not Delete: on X11 it includes Ctrl+D, on macOS too. Del and Backspace stand below.
_STANDARD: dict[QKeySequence.StandardKey, _Do] = {
    QKeySequence.StandardKey.SelectAll: edit.select_all,
    QKeySequence.StandardKey.Copy: edit.copy,
    QKeySequence.StandardKey.Cut: edit.cut,
    QKeySequence.StandardKey.Paste: edit.paste,
    QKeySequence.StandardKey.Undo: lambda view: view.document.undo_stack.undo(),
    QKeySequence.StandardKey.Redo: lambda view: view.document.undo_stack.redo(),
    QKeySequence.StandardKey.ZoomIn: lambda view: view.camera.zoom_by(1.25),
    QKeySequence.StandardKey.ZoomOut: lambda view: view.camera.zoom_by(0.8),
}
_KEYS: dict[str, _Do] = {
    "Del": edit.delete,
    "Backspace": _back,
    "Return": _activate,
    "Enter": _activate,
    "Alt+Up": _go_up,
    "Alt+Down": _go_down,
    "Ctrl+Del": edit.heal,
    "Ctrl+Backspace": edit.heal,
    "Ctrl+G": blocks.group,
    "Ctrl+Shift+G": blocks.unpack,
    "Ctrl+F": node_chooser.go_to_node,
    "C": node_chooser.connect,
    "Shift+C": lambda view: node_chooser.connect(view, forward=False),
    "M": lambda view: view.minimap.toggle(),
    "Shift+G": notes.frame_selection,
    "T": notes.add_comment,
    "E": blocks.toggle_open,
    "Tab": lambda view: view.quick_add(),
    "F": _fit,
    "Shift+F": lambda view: view.fit_selection(),
    "L": lambda view: view.arrange(),
    "Ctrl+D": edit.duplicate,
    "F2": _rename,
    "Ctrl+0": lambda view: view.camera.set_zoom(1.0),
    "Left": _nudge(-_SMALL, 0),
    "Right": _nudge(_SMALL, 0),
    "Up": _nudge(0, -_SMALL),
    "Down": _nudge(0, _SMALL),
    "Shift+Left": _nudge(-_LARGE, 0),
    "Shift+Right": _nudge(_LARGE, 0),
    "Shift+Up": _nudge(0, -_LARGE),
    "Shift+Down": _nudge(0, _LARGE),
    "Ctrl+Right": _walk(1),
    "Ctrl+Left": _walk(-1),
    "N": _walk(1),
    "Shift+N": _walk(-1),
    "Home": lambda view: edit.walk_to_end(view, first=True),
    "End": lambda view: edit.walk_to_end(view, first=False),
}


def is_ours(event: QEvent) -> bool:
    """Return whether a key must not move the focus away."""
    return isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Tab


def press(view: "CanvasView", event: QKeyEvent) -> bool:
    """Do what a key stands for; return whether it stands for anything."""
    if event.key() == Qt.Key.Key_Escape:
        return _escape(view)
    if event.key() == Qt.Key.Key_Space:
        return _space(view, event)
    if view.gesture is not None:
        return True
    action = _action(event)
    if action is None:
        return False
    action(view)
    return True


def _action(event: QKeyEvent) -> _Do | None:
    """Return what a key does: our own keys first, then what the system calls so."""
    keypad = Qt.KeyboardModifier.KeypadModifier
    plain = QKeySequence(
        int(event.key()) | (event.modifiers() & ~keypad).value
    ).toString(QKeySequence.SequenceFormat.PortableText)
    own = _KEYS.get(plain)
    if own is not None:
        return own
    matching = (do for key, do in _STANDARD.items() if event.matches(key))
    return next(matching, None)


def _escape(view: "CanvasView") -> bool:
    """Give up the gesture; without one, select nothing."""
    if view.gesture is not None:
        view.end(cancel=True)
    elif view.arranging.cancel():
        pass
    elif view.inside.ids:
        view.inside.leave()
    else:
        view.scene.select([])
    return True


def _space(view: "CanvasView", event: QKeyEvent) -> bool:
    """Make the pointer pan while the bar is held."""
    if not event.isAutoRepeat() and view.gesture is None:
        view.is_space_down, view.was_space_used = True, False
        view.viewport().setCursor(Qt.CursorShape.OpenHandCursor)
    return True


def release(view: "CanvasView", event: QKeyEvent) -> bool:
    """End panning with the space bar; a mere tap opens the search."""
    if event.key() != Qt.Key.Key_Space or event.isAutoRepeat():
        return False
    tapped = view.is_space_down and not view.was_space_used
    view.is_space_down = False
    if view.gesture is None:
        view.viewport().unsetCursor()
        if tapped:
            view.quick_add()
    return True
