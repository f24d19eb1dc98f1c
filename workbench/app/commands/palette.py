"""Everything that the command palette finds."""

from functools import partial
from typing import Any

import presets
from engine.graph import ports
from engine.i18n import tr
from engine.layers import registry
from workbench.app.commands.reach import Reach
from workbench.app.desk import Desk
from workbench.app.files.projects import Files
from workbench.commands.registry import MENUS, Bound, offered
from workbench.dialogs.palette import Command, CommandPalette

_ITSELF = "palette"


def show(reach: Reach) -> None:
    """Open the command palette."""
    palette = CommandPalette(all_commands(reach), reach.desk.widget)
    palette.finished.connect(palette.deleteLater)
    palette.show()


def all_commands(reach: Reach) -> list[Command]:
    """Return everything that can be done now."""
    desk, files = reach.desk, reach.made.files
    return [*_actions(reach), *_nodes(desk), *_presets(files), *_layers(desk)]


def _actions(reach: Reach) -> list[Command]:
    groups = [group for menu in MENUS for group in offered(menu, reach.commands)]
    rows = [one for group in groups for one in group if _is_listed(one)]
    return [
        Command(one.plain_words, one.run, one.command.key, one.command.icon)
        for one in rows
    ]


def _is_listed(one: Bound[Any]) -> bool:
    row = one.command
    is_of_use = one.is_enabled or row.explains
    return is_of_use and not row.menu and row.id != _ITSELF


def _layers(desk: Desk) -> list[Command]:
    add = desk.canvas.add_at_centre
    return [
        Command(
            tr("Add {title}", title=spec.title),
            partial(add, spec.id),
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
            partial(go, node_id),
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
            partial(go, info.id),
            tr("Preset"),
            "open",
        )
        for info in presets.all_presets()
    ]
