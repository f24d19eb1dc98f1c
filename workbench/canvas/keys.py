"""The keys of the canvas, in one table."""

from collections.abc import Callable
from typing import TypeGuard

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from workbench.canvas.edits import blocks, edit, notes
from workbench.canvas.geometry import sizes
from workbench.canvas.gestures.gesture import SpaceHeld
from workbench.canvas.operated import Operated
from workbench.canvas.widgets import node_chooser

KEYBOARD_REASONS = {
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
}
_SMALL, _LARGE = sizes.GRID, 5 * sizes.GRID
_Do = Callable[[Operated], object]


def _nudge(across: float, down: float) -> _Do:
    return lambda view: edit.nudge(view, across, down)


def _walk(step: int) -> _Do:
    return lambda view: edit.walk(view, step)


def _fit(view: Operated) -> None:
    view.fit()


def _back(view: Operated) -> None:
    """Delete what is selected; with nothing selected leave the block."""
    scene = view.scene
    if view.selection.ids or scene.selected_edges() or scene.notes.chosen:
        edit.delete(view)
    else:
        blocks.go_up(view)


def _activate(view: Operated) -> None:
    """Enter the selected block; of layers show the settings, of none the training."""
    if not blocks.activate(view):
        view.show_training()


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
    "Alt+Up": blocks.go_up,
    "Alt+Down": blocks.go_down,
    "Ctrl+Del": edit.heal,
    "Ctrl+Backspace": edit.heal,
    "Ctrl+G": blocks.group,
    "Ctrl+Shift+G": blocks.unpack,
    "Ctrl+F": node_chooser.go_to_node,
    "C": node_chooser.connect,
    "Shift+C": lambda view: node_chooser.connect(view, forward=False),
    "M": lambda view: view.toggle_overview(),
    "Shift+G": notes.frame_selection,
    "T": notes.add_comment,
    "E": blocks.toggle_open,
    "Tab": lambda view: view.quick_add(),
    "F": _fit,
    "Shift+F": edit.fit_selection,
    "L": lambda view: view.arrange(),
    "Ctrl+D": edit.duplicate,
    "F2": edit.rename,
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


def is_ours(event: QEvent) -> TypeGuard[QKeyEvent]:
    """Return whether a key must not move the focus away."""
    return isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Tab


def press(view: Operated, event: QKeyEvent) -> bool:
    """Do what a key stands for; return whether it stands for anything."""
    if event.key() == Qt.Key.Key_Escape:
        return _escape(view)
    if event.key() == Qt.Key.Key_Space:
        return _space(view, event)
    if view.pointer.gesture is not None:
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


def _escape(view: Operated) -> bool:
    """Give up the gesture; without one, select nothing."""
    if view.pointer.gesture is not None:
        view.pointer.end(cancel=True)
    elif view.arranging.cancel():
        pass
    elif view.selection.path:
        blocks.go_up(view)
    else:
        view.scene.select([])
    return True


def _space(view: Operated, event: QKeyEvent) -> bool:
    """Make the pointer pan while the bar is held."""
    if not event.isAutoRepeat() and view.pointer.gesture is None:
        view.pointer.begin(SpaceHeld(view, QPointF()))
    return True


def release(view: Operated, event: QKeyEvent) -> bool:
    """End panning with the space bar; a mere tap opens the search."""
    if event.key() != Qt.Key.Key_Space or event.isAutoRepeat():
        return False
    if isinstance(view.pointer.gesture, SpaceHeld):
        view.pointer.end()
    return True


def forget_space(view: Operated) -> None:
    """Take the bar for released: its release goes to whoever has the focus now."""
    if isinstance(view.pointer.gesture, SpaceHeld):
        view.pointer.end(cancel=True)
