"""Opens the help at the thing that has the keyboard."""

from typing import TypeVar

from PySide6.QtWidgets import QApplication, QDockWidget, QToolBar, QWidget

from workbench.app.commands.reach import Reach
from workbench.app.desk import Desk
from workbench.app.docks.bars import name_of
from workbench.canvas.widgets.layer_list import LayerList
from workbench.dialogs.help.topics import FIRST, topics
from workbench.dialogs.help.window import HelpWindow

W = TypeVar("W", bound=QWidget)
_WORDS = {
    "lr": "word/learning-rate",
    "weight_decay": "word/weight-decay",
    "momentum": "word/momentum",
    "beta1": "word/momentum",
}
"""Settings of every optimizer → their pages."""


def show(reach: Reach) -> None:
    """Open the help at what has the keyboard."""
    show_topic(reach, topic_here(reach.desk))


def show_topic(reach: Reach, topic_id: str) -> None:
    """Open the help at a page."""
    window(reach.desk.widget).open_at(topic_id)


def search(reach: Reach, words: str) -> None:
    """Open the help with what a search finds."""
    window(reach.desk.widget).search_for(words)


def window(parent: QWidget) -> HelpWindow:
    """Return the window of the help; there is one."""
    return parent.findChild(HelpWindow) or HelpWindow(parent)


def topic_here(desk: Desk) -> str:
    """Return the page about what has the keyboard."""
    focus = QApplication.focusWidget()
    known = topics()
    found = [*_candidates(desk, focus), "panel/canvas", FIRST]
    return next(topic for topic in found if topic in known)


def _candidates(desk: Desk, focus: QWidget | None) -> list[str]:
    """Return pages about the thing, the closest first; some may not exist."""
    found: list[str] = []
    if focus is None:
        return found
    if desk.inspector.isAncestorOf(focus):
        found += [*_of_setting(desk, focus), "panel/inspector"]
    elif (layers := _around(focus, LayerList)) is not None:
        kind, _, name = layers.chosen_type.rpartition(":")
        found += [f"data/{name}" if kind else f"layer/{name}", "panel/layers"]
    elif (dock := _around(focus, QDockWidget)) is not None:
        found.append(f"panel/{name_of(dock)}")
    elif (bar := _around(focus, QToolBar)) is not None:
        found.append(f"panel/{bar.objectName()}")
    elif desk.canvas is focus or desk.canvas.isAncestorOf(focus):
        found += _selected(desk)
    return found


def _of_setting(desk: Desk, field: QWidget) -> list[str]:
    inspector = desk.inspector
    name = inspector.focused_setting(field)
    if inspector.node_panel.isAncestorOf(field):
        return _selected(desk)
    if not name:
        return []
    optimizer = inspector.training.phase.optimizer.type
    return [f"setting/{name}", _WORDS.get(name, ""), f"optimizer/{optimizer}"]


def _selected(desk: Desk) -> list[str]:
    chosen = desk.canvas.selection
    types = [chosen.graph.node(node_id).type for node_id in chosen.ids[:1]]
    return [f"layer/{type_id}" for type_id in types]


def _around(widget: QWidget, kind: type[W]) -> W | None:
    """Return the closest widget of a kind that holds another one."""
    parent: QWidget | None = widget
    while parent is not None:
        if isinstance(parent, kind):
            return parent
        parent = parent.parentWidget()
    return None
