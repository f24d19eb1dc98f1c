"""The checks of the lines of the cheat sheet, by their words.

A check gets the window and the keys of its line, and is named by the line's words.
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


def line(words: str) -> Callable[[Check], Check]:
    """Register a check under the words of its line."""

    def register(check: Check) -> Check:
        CHECKS[words] = check
        return check

    return register
