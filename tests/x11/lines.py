"""The checks of what keys do, by the id of their row in the table of commands.

A check gets the window and one key of its row. Lines of the list of keys that stand
for no row have theirs by their words.
"""

from collections.abc import Callable

from tests.helpers.desk import Desk

Check = Callable[[Desk, str], None]
CHECKS: dict[str, Check] = {}
NODES = "sorted(window.document.project.graph.nodes)"
CHOSEN = "sorted(window.canvas.selection.ids)"
STATE = "window.session.state"
ZOOM = "window.canvas.camera.zoom"
XOR = ["boundary", "data", "hidden", "loss", "output", "tanh"]


def row(*names: str) -> Callable[[Check], Check]:
    """Register a check under the ids of its rows."""

    def register(check: Check) -> Check:
        CHECKS.update(dict.fromkeys(names, check))
        return check

    return register
