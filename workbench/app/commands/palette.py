"""Everything that the command palette finds."""

from collections.abc import Mapping

from PySide6.QtGui import QAction

import presets
from engine.graph import ports
from engine.i18n import tr
from engine.layers import registry
from workbench.app.commands.actions import ENTRIES
from workbench.app.desk import Desk
from workbench.app.files.projects import Files
from workbench.commands.words import keys_of, words_of
from workbench.dialogs.palette import Command


def all_commands(
    desk: Desk, files: Files, actions: Mapping[str, QAction]
) -> list[Command]:
    """Return everything that can be done now.

    Args:
        desk: Where it is done.
        files: Opens presets.
        actions: What menus can do, by id.
    """
    return [*_actions(actions), *_nodes(desk), *_presets(files), *_layers(desk)]


def _actions(made: Mapping[str, QAction]) -> list[Command]:
    return [
        Command(words_of(made[e.id]), made[e.id].trigger, keys_of(made[e.id]), e.icon)
        for e in ENTRIES
        if e.id in made and made[e.id].isEnabled() and e.id != "palette"
    ]


def _layers(desk: Desk) -> list[Command]:
    add = desk.canvas.add_at_centre
    return [
        Command(
            tr("Add {title}", title=spec.title),
            lambda spec=spec: add(spec.id),
            tr(registry.CATEGORIES[spec.category]),
            f"cat-{spec.category}",
            spec.category,
        )
        for spec in registry.all_specs()
    ]


def _nodes(desk: Desk) -> list[Command]:
    go = desk.canvas.focus_node
    return [
        Command(
            tr("Go to {title}", title=ports.title(node)),
            lambda node_id=node_id: go(node_id),
            node_id,
            "fit",
        )
        for node_id, node in desk.document.project.graph.nodes.items()
    ]


def _presets(files: Files) -> list[Command]:
    go = files.open_preset
    return [
        Command(
            tr("Open preset {title}", title=tr(info.title)),
            lambda info=info: go(info.id),
            tr("Preset"),
            "open",
        )
        for info in presets.all_presets()
    ]
