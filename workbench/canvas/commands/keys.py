"""Hands the keys of the canvas to the rows of its table."""

from typing import TypeGuard

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QKeyEvent

from workbench.canvas.commands.operated import Operated
from workbench.canvas.commands.spot import Spot
from workbench.canvas.commands.table import TABLE
from workbench.canvas.gestures.gesture import SpaceHeld
from workbench.commands.keymap import KeyMap

KEYBOARD_REASONS = {
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
}
_KEYS = KeyMap(TABLE)
_ENDS_GESTURES = "escape"


def is_ours(event: QEvent) -> TypeGuard[QKeyEvent]:
    """Return whether a key must not move the focus away."""
    return isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Tab


def press(view: Operated, event: QKeyEvent) -> bool:
    """Do what a key stands for; return whether it stands for anything.

    Of several rows the first that can apply counts. A row that can't apply is run all
    the same: it says what it needs. Escape with nothing to end is the window's.
    """
    if event.key() == Qt.Key.Key_Space:
        return _space(view, event)
    rows, is_busy = _KEYS.rows(event), view.pointer.gesture is not None
    if is_busy:
        rows = [row for row in rows if row.id == _ENDS_GESTURES]
    spot = Spot(view)
    rows = [r for r in rows if r.id != _ENDS_GESTURES or r.enabled(spot)]
    if rows:
        first = next((row for row in rows if row.enabled(spot)), rows[0])
        first.run(spot)
    return is_busy or bool(rows)


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
