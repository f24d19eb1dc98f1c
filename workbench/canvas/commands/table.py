"""The table of everything that keys and menus can do to the canvas."""

from collections.abc import Callable

from workbench.canvas.commands import building, editing
from workbench.canvas.commands.spot import Spot
from workbench.commands.registry import Bound, Command

TABLE: tuple[Command[Spot], ...] = (*editing.ROWS, *building.ROWS)
"""Where two rows have one key, it does the first that can apply."""
BY_POINTER = (
    ("Zoom", "Wheel"),
    ("Pan", "Space + drag"),
    ("Nudge", "Arrow keys"),
    ("Nudge far", "Shift + arrow keys"),
)
"""Lines of the list of keys that stand for more, or other, than one key."""


def bound(where: Callable[[], Spot]) -> list[Bound[Spot]]:
    """Return the table, acting where it is asked for at each moment."""
    return [Bound(row, where) for row in TABLE]
